"""Chunks: slices of one page that the embedding model reads whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from retrieval.chunk.chunks import Chunk, chunks, prefix
from retrieval.embed.encoder import Encoder
from retrieval.parse.document import Document
from retrieval.parse.open import read
from tests.make_pdf import text_pdf

LIMIT = 254  # of the 256 tokens all-MiniLM reads, two are its start and end marks


def cut(document: Document, encoder: Encoder) -> list[Chunk]:
    return chunks(document, encoder.count, LIMIT, 200)


def document_of(folder: Path, text: str, name: str = "a.md") -> Document:
    (folder / name).write_bytes(text.encode("utf-8"))
    return read(folder / name)


def assert_sound(document: Document, found: list[Chunk], encoder: Encoder) -> None:
    """Every character but white space is in exactly one chunk, and nothing is cut silently."""
    text = document.text
    assert all(a.end <= b.start for a, b in pairwise(found))
    ends = [0, *(chunk.end for chunk in found)]
    starts = [*(chunk.start for chunk in found), len(text)]
    between = "".join(text[a:b] for a, b in zip(ends, starts, strict=True))
    assert between.strip() == ""
    embedded = [prefix(document, c) + text[c.start : c.end] for c in found]
    marked = encoder._tokenizer.encode_batch(embedded)
    assert max(len(one.ids) for one in marked) <= encoder.limit == 256
    for chunk in found:
        if document.pages:
            assert chunk.page is not None
            page = document.pages[chunk.page]
            assert page.start <= chunk.start < chunk.end <= page.end


def test_the_handbook_is_cut_soundly(handbook: Path, encoder: Encoder) -> None:
    document = read(handbook)
    assert_sound(document, cut(document, encoder), encoder)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 3000,
        "字" * 3000,
        "ก" * 2000,
        "x" * 5000,
        "\U0001f6a2" * 600,
        "One. " * 900,
        "\n\n".join(["a"] * 500),
        "# " + "very long heading " * 200 + "\n\nText.\n",
        "# a\n## b\n### c\n#### d\n##### e\n",
        "| a | b | c |\n" * 900,
        "|" + "cell |" * 3000,
        "\x00\x00 nul \x00\n\n\u2028\u2029 odd spaces \u3000 end",
        "Ünïcödé́́́́́́ " * 400,
        "．" * 900,
    ],
)
def test_hard_texts_are_cut_soundly(tmp_path: Path, encoder: Encoder, text: str) -> None:
    document = document_of(tmp_path, text)
    assert_sound(document, cut(document, encoder), encoder)


def test_a_long_title_and_headings_leave_room_for_the_text(
    tmp_path: Path, encoder: Encoder
) -> None:
    heading = "象形文字標題" * 30
    text = f"# {heading}\n\n## {heading}\n\n" + "Words of the body go here. " * 100
    document = document_of(tmp_path, text, "名前" * 30 + ".md")
    found = cut(document, encoder)
    assert_sound(document, found, encoder)


def test_chunks_never_cross_a_page(tmp_path: Path, encoder: Encoder) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["One short page.", "Another one.", "And a third."])
    document = read(path)
    found = cut(document, encoder)
    assert [chunk.page for chunk in found] == [0, 1, 2]


def test_heading_path(tmp_path: Path, encoder: Encoder) -> None:
    body = "A paragraph of some length about the matter at hand, so that it is no stub. " * 4
    text = f"# Law\n\n{body}\n\n## Fees\n\n{body}\n\n## Fines\n\n{body}\n\n# Sea\n\n{body}\n"
    found = cut(document_of(tmp_path, text), encoder)
    paths = [" > ".join(chunk.heading) for chunk in found]
    assert list(dict.fromkeys(paths)) == ["Law", "Law > Fees", "Law > Fines", "Sea"]


def test_heading_and_title_are_embedded_and_not_part_of_the_text(
    tmp_path: Path, encoder: Encoder
) -> None:
    body = "A paragraph of some length about the matter at hand, so that it is no stub. " * 30
    document = document_of(tmp_path, f"# Law\n\n## Fees\n\n{body}")
    last = cut(document, encoder)[-1]
    assert prefix(document, last) == "Law > Law > Fees\n"
    assert "Fees" not in document.text[last.start : last.end]


def test_sentences_stay_whole_where_they_fit(tmp_path: Path, encoder: Encoder) -> None:
    text = " ".join(f"Sentence number {n} speaks of the sea and of ropes." for n in range(200))
    document = document_of(tmp_path, text, "a.txt")
    for chunk in cut(document, encoder):
        piece = document.text[chunk.start : chunk.end]
        assert piece.startswith("Sentence")
        assert piece.endswith(".")
