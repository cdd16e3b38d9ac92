"""Where a reader finds a quote in a document without pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.parse.place import place
from tests.make_office import book, chapter
from tests.retrieval.parsed import parse


@pytest.mark.parametrize(
    ("name", "text", "words", "wanted"),
    [
        ("a.md", "# Rules\n\n## Fees\n\nBoats pay 40.\n\n# Ice\n\nNone.", "Boats", "Rules > Fees"),
        ("a.md", "Before.\n\n# Rules\n\nText.", "Before", "line 1"),
        ("a.txt", "One.\r\n\r\nTwo.\r\nThree.", "Three", "line 4"),
        ("a.txt", "One.\r\rTwo.", "Two", "line 3"),
        ("a.csv", 'Port,Note\nOstby,"two\nlines"\nQuill,x\n', "Quill", "row 3"),
        ("a.json", '{"a": 1,\n "b": 2}', '"b"', "line 2"),
        ("a.py", "import os\n\ndef depth(x):\n    return x\n", "return", "line 4"),
        ("a.html", "<h1>Tides</h1><h2>Depths</h2><p>4 m.</p>", "4 m", "Tides > Depths"),
        ("a.vtt", "WEBVTT\n\n01:04.000 --> 01:06.000\nSheep.\n", "Sheep", "0:01:04"),
        ("a.rst", "Rules\n=====\n\nBoats pay.", "Boats", "Rules"),
    ],
)
def test_places(tmp_path: Path, name: str, text: str, words: str, wanted: str) -> None:
    document = parse(tmp_path / name, text)
    assert place(document, document.text.index(words)) == wanted


def test_chapters_of_a_book(tmp_path: Path) -> None:
    chapters = [chapter("<h1>One</h1><p>Low water.</p>"), chapter("<h1>Two</h1><p>At four.</p>")]
    document = parse(book(tmp_path / "a.epub", chapters))
    assert place(document, document.text.index("At four")) == "Two"


def test_where_a_page_tells_no_place_does(handbook: Path) -> None:
    document = parse(handbook)
    assert {place(document, block.start) for block in document.blocks[:200]} == {""}
