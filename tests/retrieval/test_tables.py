"""A piece of a table keeps its title and header."""

from __future__ import annotations

from retrieval.chunk.chunks import chunks
from retrieval.chunk.tables import head_text, table_heads
from retrieval.embed.encoder import Encoder
from retrieval.parse.document import Block, Document

HEADER = "| Station | First lit | Height |"


def document_of(lines: list[tuple[str, str]]) -> Document:
    """Lines as blocks of (kind, text)."""
    text, blocks = "", []
    for kind, line in lines:
        level = 1 if kind == "heading" else 0
        blocks.append(Block(kind, len(text), len(text) + len(line), level))  # type: ignore[arg-type]
        text += line + "\n"
    return Document("Lights", text, (), tuple(blocks))


def heads(document: Document) -> list[str]:
    found = table_heads(document.text, list(document.blocks))
    return [head_text(document.text, found[i]) if i in found else "" for i in range(99)]


def test_rows_know_title_and_header() -> None:
    document = document_of(
        [
            ("text", "The lights are listed from north to south."),
            ("text", "Table 10. List of lights"),
            ("row", "Station Height 2022 2023"),
            ("row", "Cape Lorn 61 24 24"),
            ("row", "Quill 33 18 18"),
        ]
    )
    found = heads(document)
    assert found[3] == found[4] == "Table 10. List of lights | Station Height 2022 2023"
    assert found[0] == found[1] == found[2] == ""


def test_prose_above_a_table_is_not_its_title() -> None:
    long = "This paragraph goes on about the lights for quite a while and says nothing of use " * 3
    document = document_of([("text", long + "."), ("row", "Cape Lorn 61 24"), ("row", "Quill 3 1")])
    assert set(heads(document)) == {""}


def test_two_tables_have_each_their_own_head() -> None:
    document = document_of(
        [
            ("text", "Table 1. Ferries"),
            ("row", "Petrel 61 24"),
            ("text", "What follows has nothing to do with the table above it, as a reader sees."),
            ("text", "It is prose."),
            ("text", "Table 2. Lights"),
            ("row", "Quill 33 18"),
        ]
    )
    found = heads(document)
    assert found[1] == "Table 1. Ferries"
    assert found[5].endswith("Table 2. Lights")
    assert "Ferries" not in found[5]


def test_every_chunk_of_a_long_table_carries_the_header(encoder: Encoder) -> None:
    rows = [("row", f"| Station {n} | {1800 + n} | {n * 3} m |") for n in range(120)]
    document = document_of([("row", HEADER), ("row", "|---|---|---|"), *rows])
    found = chunks(document, encoder.count, 254, 200)
    assert len(found) > 3
    for chunk in found[1:]:
        assert HEADER in chunk.context
        assert document.text[chunk.start : chunk.end].startswith("| Station")
