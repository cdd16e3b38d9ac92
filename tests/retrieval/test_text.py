"""Text files: what stands in the file is the text, to the character."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from retrieval.parse.decode import decode
from retrieval.parse.document import Document, ranges
from retrieval.parse.formats.text import read_text
from retrieval.parse.open import read


def parse(folder: Path, data: bytes, name: str = "a.txt") -> Document:
    path = folder / name
    path.write_bytes(data)
    return read(path)


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


@pytest.mark.parametrize(
    "text",
    [
        "Windows\r\nlines\r\n\r\nhere.\r\n",
        "old Mac\rlines\r\rhere.",
        "\ufeffA mark of byte order in front.\n",
        "Ships \U0001f6a2\U0001f6a2 and \U00020000 beyond the BMP.\n",
        "NUL \x00 in the middle.\n",
        "tabs\tand \x0c form feeds \x0b and \x85 more \u2028 ends\n",
    ],
)
def test_offsets_are_those_of_the_file(tmp_path: Path, text: str) -> None:
    assert parse(tmp_path, text.encode("utf-8")).text == text


def test_markdown_is_not_rendered(tmp_path: Path) -> None:
    text = "# Title\n\nA *word* and `code` &amp; [link](x).\n"
    document = parse(tmp_path, text.encode(), "a.md")
    assert document.text == text
    assert document.title == "Title"
    assert document.pages == ()


def test_markdown_headings_and_fences(tmp_path: Path) -> None:
    text = "# One\n\nText.\n\n```\n# no heading\n```\n\nTwo\n---\n\nMore.\n\n### Three\nEnd.\n"
    document = parse(tmp_path, text.encode(), "a.md")
    headings = [(b.level, document.text[b.start : b.end]) for b in document.blocks if b.level]
    assert headings == [(1, "# One"), (2, "Two\n---"), (3, "### Three")]


def test_markdown_table_rows(tmp_path: Path) -> None:
    text = "| Port | Depth |\n|---|---|\n| Ostby | 4 m |\n| Quill | 7 m |\n"
    assert [kind for kind, _ in kinds(parse(tmp_path, text.encode(), "a.md"))] == ["row"] * 4


def test_paragraphs_and_headings_of_plain_text(tmp_path: Path) -> None:
    text = "CHAPTER IV\n\nIt rained.\nIt poured.\n\nThe end.\n"
    assert kinds(parse(tmp_path, text.encode())) == [
        ("heading", "CHAPTER IV"),
        ("text", "It rained.\nIt poured."),
        ("text", "The end."),
    ]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("Zürich, Øre, naïve".encode("cp1252") + b" " * 5, "Zürich, Øre, naïve     "),
        ("Łódź and 東京".encode("utf-16"), "Łódź and 東京"),
        ("plain".encode("utf-8-sig"), "\ufeffplain"),
        (b"a damaged \xff byte in " + b"much good text " * 200, None),
    ],
)
def test_encodings(data: bytes, wanted: str | None) -> None:
    text = decode(data, "a.txt")
    assert text == wanted if wanted else "a damaged \ufffd byte" in text


def test_lone_surrogates_become_replacement_characters() -> None:
    data = b"good text " * 100 + "\ud83d".encode("utf-8", "surrogatepass") + b" more"
    text = decode(data, "a.txt")
    assert "\ufffd" in text
    assert text.encode("utf-8")  # a lone surrogate would not encode
    half = b"\xff\xfe" + "text ".encode("utf-16-le") + b"\x3d\xd8" + "more".encode("utf-16-le")
    assert decode(half, "a.txt").encode("utf-8")


@pytest.mark.parametrize("data", [b"", b" \n\n\t ", "\ufeff".encode()])
def test_nothing_in_it(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DocAgentError, match=r"a\.txt is empty"):
        parse(tmp_path, data)


def test_a_binary_file_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="is not text"):
        parse(tmp_path, b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 30)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "is empty"), (b"PK\x03\x04 a zip", "is damaged"), (b"a\x00\x01\x02", "is not a PDF")],
)
def test_named_pdf_and_is_none(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(DocAgentError, match=message):
        parse(tmp_path, data, "report.pdf")


def test_a_pdf_by_another_name_is_read_as_pdf(tmp_path: Path, handbook: Path) -> None:
    document = parse(tmp_path, handbook.read_bytes(), "handbook.txt")
    assert len(document.pages) > 30


def test_title_is_the_file_name_where_no_heading_is(tmp_path: Path) -> None:
    (tmp_path / "tide_tables.txt").write_text("just words.", encoding="utf-8")
    assert read_text(tmp_path / "tide_tables.txt").title == "tide tables"


def test_ranges_of_page_numbers() -> None:
    assert ranges((3, 7, 8, 9, 12, 13)) == "3, 7-9, 12-13"
