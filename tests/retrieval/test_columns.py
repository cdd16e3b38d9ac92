"""Columns, turned pages and turned text are read as a reader reads them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from retrieval.parse.document import Document
from retrieval.parse.formats.pdf import read_pdf
from tests.make_pdf import HEIGHT, WIDTH, canvas, wrapped

_NOUNS = [
    "harbour",
    "mole",
    "bell",
    "rope",
    "lantern",
    "gull",
    "ferry",
    "anchor",
    "tide",
    "keeper",
    "sail",
    "quay",
    "storm",
    "chart",
]
_VERBS = ["holds", "lifts", "turns", "keeps", "finds", "leaves", "carries", "names"]
_SMALL = 9.0


def parse(path: Path) -> Document:
    return read_pdf(path)


def flat(text: str) -> str:
    return " ".join(text.split())


def prose(seed: int, words: int) -> str:
    """Sentences without sense, each seed its own."""
    draw = random.Random(seed)
    made: list[str] = []
    while len(made) < words:
        made += ["The", draw.choice(_NOUNS), draw.choice(_VERBS), "the", draw.choice(_NOUNS)]
        made += ["of", draw.choice(_NOUNS), f"{draw.choice(_NOUNS)}."]
    return " ".join(made)


def draw_columns(
    page: Any, edges: list[tuple[float, float]], order: str, top: float = HEIGHT - 160
) -> list[str]:
    """Columns of (left, width), drawn by "column" or by "line" across them; their texts."""
    texts = [prose(seed, 110) for seed in range(len(edges))]
    lines = [
        [(x, top - row * 11, line) for row, line in enumerate(wrapped(text, width, _SMALL))]
        for (x, width), text in zip(edges, texts, strict=True)
    ]
    drawn = [piece for column in lines for piece in column]
    if order == "line":
        drawn.sort(key=lambda piece: (-piece[1], piece[0]))
    elif order == "backward":
        drawn = [piece for column in reversed(lines) for piece in column]
    page.setFont("Helvetica", _SMALL)
    for x, y, line in drawn:
        page.drawString(x, y, line)
    return texts


THREE = [(50.0, 150.0), (222.0, 150.0), (394.0, 150.0)]
TWO = [(50.0, 235.0), (310.0, 235.0)]
UNEQUAL = [(50.0, 320.0), (390.0, 150.0)]


@pytest.mark.parametrize("order", ["column", "line", "backward"])
@pytest.mark.parametrize("edges", [TWO, THREE, UNEQUAL], ids=["two", "three", "unequal"])
def test_columns_are_read_from_left_to_right(
    tmp_path: Path, edges: list[tuple[float, float]], order: str
) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 18)
    page.drawCentredString(WIDTH / 2, HEIGHT - 80, "Notes on the Harbour of Port Aldery")
    page.setFont("Helvetica", _SMALL)
    abstract = wrapped(prose(9, 60), WIDTH - 100, _SMALL)
    for row, line in enumerate(abstract):
        page.drawString(50, HEIGHT - 105 - row * 11, line)
    texts = draw_columns(page, edges, order)
    page.showPage()
    page.save()
    text = flat(parse(tmp_path / "a.pdf").text)
    places = [text.index(part) for part in ["Notes on", " ".join(abstract), *texts]]
    assert places == sorted(places)


def test_a_table_across_both_columns_parts_them(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    above = draw_columns(page, TWO, "line", top=HEIGHT - 80)
    page.drawString(
        50, 480, "Table 1. Bells rung in each year, and the ropes that were worn out by ringing"
    )
    for row, year in enumerate(range(1890, 1896)):
        for x, cell in ((50, f"Station {year % 7}"), (250, str(year)), (400, f"{year * 3 % 71}.5")):
            page.drawString(x, 465 - row * 12, cell)
    below = draw_columns(page, TWO, "line", top=380)
    page.showPage()
    page.save()
    text = flat(parse(tmp_path / "a.pdf").text)
    first = text.index("Table 1.")
    assert text.startswith(f"{above[0]} {above[1]}")
    assert text.endswith(f"{below[0]} {below[1]}")
    assert f"Station {1890 % 7} 1890 {1890 * 3 % 71}.5" in text[first:]


def test_cells_of_prose_are_no_columns(tmp_path: Path) -> None:
    """A table whose cells are paragraphs is read cell by cell, as it was drawn."""
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", _SMALL)
    y, cells = HEIGHT - 80, []
    for row in range(5):
        height = 0
        for column, x in enumerate((50, 300)):
            text = prose(10 * row + column, 24)
            cells.append(text)
            lines = wrapped(text, 220, _SMALL)
            for number, line in enumerate(lines):
                page.drawString(x, y - number * 11, line)
            height = max(height, len(lines))
        y -= 11 * height + 10
    page.showPage()
    page.save()
    assert flat(parse(tmp_path / "a.pdf").text) == " ".join(cells)


def draw_page(page: Any, width: float) -> list[str]:
    """A heading, a table and a paragraph in the upper left of a page so wide."""
    wanted = ["Ferries and Bells"]
    page.setFont("Helvetica-Bold", 15)
    page.drawString(50, 500, wanted[0])
    page.setFont("Helvetica", 10)
    for row in range(4):
        cells = [f"Ferry {row}", f"{row + 3},{row}41", f"({row}.5)"]
        wanted.append(" ".join(cells))
        for x, cell in zip((50, 300, 400), cells, strict=True):
            page.drawString(x, 470 - row * 13, cell)
    lines = wrapped(prose(3, 60), width - 100, 10)
    wanted += lines
    for row, line in enumerate(lines):
        page.drawString(50, 400 - row * 13, line)
    return wanted


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_reads_the_same(tmp_path: Path, turn: int) -> None:
    page = canvas(tmp_path / "a.pdf")
    wanted = draw_page(page, WIDTH)
    page.showPage()
    page.save()
    reader = PdfReader(tmp_path / "a.pdf")
    reader.pages[0].rotate(turn)
    with PdfWriter(tmp_path / "b.pdf") as writer:
        writer.add_page(reader.pages[0])
    assert flat(parse(tmp_path / "b.pdf").text) == " ".join(wanted)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_drawn_turned_is_read_along_its_lines(tmp_path: Path, turn: int) -> None:
    page = canvas(tmp_path / "a.pdf")
    wide, high = (HEIGHT, WIDTH) if turn == 180 else (WIDTH, HEIGHT)
    page.setPageSize((wide, high))
    page.translate(wide / 2, high / 2)
    page.rotate(turn)
    page.translate(-HEIGHT / 2, -WIDTH / 2)
    wanted = draw_page(page, HEIGHT)
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    assert flat(document.text) == " ".join(wanted)
    rows = [document.text[b.start : b.end] for b in document.blocks if b.kind == "row"]
    assert [flat(row) for row in rows] == wanted[1:5]


def test_a_stamp_up_the_margin_does_not_part_the_text(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 10)
    lines = wrapped(prose(4, 200), WIDTH - 140, 10)
    for row, line in enumerate(lines):
        page.drawString(90, HEIGHT - 80 - row * 13, line)
        if row == 3:
            page.saveState()
            page.rotate(90)
            page.drawString(200, -40, "Archive 1904.00012v2 Harbours")
            page.restoreState()
    page.showPage()
    page.save()
    text = flat(parse(tmp_path / "a.pdf").text)
    assert " ".join(lines) in text
    assert "Archive 1904.00012v2 Harbours" in text
