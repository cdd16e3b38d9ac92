"""Where quotes stand on their pages: the boxes cover their words and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy
import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from retrieval.locate.locate import locate
from retrieval.locate.place import Box, Place
from retrieval.parse import ocr
from retrieval.parse.open import read
from retrieval.parse.word_edges import word_edges
from tests.make_office import workbook
from tests.make_pdf import (
    HEIGHT,
    LEADING,
    canvas,
    encrypt,
    ship,
    text_pdf,
    two_columns,
    with_furniture,
    wrapped,
    write_lines,
)

PROSE = (
    "The harbour office of Ostby opens at a quarter to seven in summer, and boats over twelve "
    "metres report there by radio. Fishing nets are dried on the meadow behind the chapel until "
    "the end of October. The ice house was rebuilt in 1931 by the mason Ulla Brandt."
)


def place_of(path: Path, quote: str, nth: int = 0, password: str | None = None) -> Place:
    """The place of a quote's nth copy in a document; its white space is any."""
    document = read(path, password)
    start = -1
    for _ in range(nth + 1):
        start = document.text.index(quote, start + 1)
    return locate(path.name, document, path, start, start + len(quote), password)


def read_back(path: Path, place: Place, password: str | None = None) -> list[str]:
    """The characters whose middle lies in each box, read without docagent."""
    assert place.page
    page = pypdfium2.PdfDocument(path, password=password)[place.page - 1]
    text_page = page.get_textpage()
    return [_inside(page, text_page, box) for box in place.boxes]


def _inside(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, box: Box) -> str:
    found = ""
    for index in range(text_page.count_chars()):
        x0, y0, x1, y1 = text_page.get_charbox(index)
        x, y = page_to_screen(page, (x0 + x1) / 2, (y0 + y1) / 2)
        sign = text_page.get_text_range(index, 1)
        if sign.isspace() or (box[0] <= x <= box[2] and box[1] <= y <= box[3]):
            found += sign
    return " ".join(found.split())


def page_to_screen(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """By the definition of a page's boxes and its rotation."""
    left, low, right, high = page.get_cropbox()
    turned = {
        0: (x - left, high - y),
        90: (y - low, x - left),
        180: (right - x, y - low),
        270: (high - y, right - x),
    }
    return turned[page.get_rotation()]


def test_a_sentence_over_two_lines(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["\n".join(wrapped(PROSE, 300))])
    quote = "Fishing nets are dried on the meadow behind the chapel until the end of October."
    place = place_of(path, quote)
    assert (place.document, place.page, place.name, place.quote) == ("a.pdf", 1, "", quote)
    assert place.width == pytest.approx(595.28, abs=0.01)
    assert place.height == pytest.approx(841.89, abs=0.01)
    assert len(place.boxes) >= 2
    assert " ".join(read_back(path, place)) == quote


def test_a_sentence_that_goes_on_overleaf(tmp_path: Path) -> None:
    pages = [
        "The mill stands idle.\nThe ice house was rebuilt in 1931",
        "by the mason Ulla Brandt.",
    ]
    path = text_pdf(tmp_path / "a.pdf", [*pages, "Eels are salted."])
    document = read(path)
    start = document.text.index("The ice")
    end = document.text.index("Brandt.") + 7
    place = locate("a.pdf", document, path, start, end)
    assert (place.page, place.quote) == (1, document.text[start:end])
    [further] = place.overleaf
    assert (further.page, further.quote, further.overleaf) == (2, pages[1], ())
    assert read_back(path, place) == ["The ice house was rebuilt in 1931"]
    assert read_back(path, further) == [pages[1]]
    assert place.as_json()["overleaf"][0]["boxes"] == further.boxes
    assert [one.page for one in locate("a.pdf", document, path, 0, 10**9).overleaf] == [2, 3]


def test_a_word_within_a_line_and_the_second_of_two(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["Salt and sand.\nSalt and ice.", "Salt and tar."])
    first, second, third = (place_of(path, "Salt", nth) for nth in range(3))
    assert first.page == second.page == 1 and third.page == 2
    assert first.boxes[0][1] < second.boxes[0][1]
    assert read_back(path, second) == ["Salt"]
    assert read_back(path, third) == ["Salt"]


def test_running_headers_divided_words_and_columns(tmp_path: Path) -> None:
    bodies = [f"{ship(37 * n)} sails.\n{ship(n)} carries no salt." for n in range(1, 7)]
    furnished = with_furniture(tmp_path / "f.pdf", bodies, "Salt")
    for quote in ("Do carries", "No carries", "Me carries no salt."):
        assert read_back(furnished, place_of(furnished, quote)) == [quote]
    left = [f"left line {n} of the report con-" if n % 2 else f"tinues here {n}" for n in range(12)]
    right = [f"right line {n} is other text" for n in range(12)]
    columns = two_columns(tmp_path / "c.pdf", left, right, "A title")
    assert read_back(columns, place_of(columns, "right line 3")) == ["right line 3"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_and_cropped_pages(tmp_path: Path, turn: int) -> None:
    plain = text_pdf(tmp_path / "plain.pdf", ["\n".join(wrapped(PROSE, 300))])
    writer = PdfWriter(clone_from=PdfReader(plain))
    page = writer.pages[0]
    page.cropbox.lower_left, page.cropbox.upper_right = (40, 300), (560, 800)
    page.rotate(turn)
    path = tmp_path / "turned.pdf"
    writer.write(path)
    place = place_of(path, "boats over twelve")
    assert (place.width, place.height) == ((520, 500) if turn in (0, 180) else (500, 520))
    assert " ".join(read_back(path, place)) == "boats over twelve"


def test_text_that_stands_on_its_side(tmp_path: Path) -> None:
    page = canvas(tmp_path / "side.pdf")
    page.rotate(90)
    write_lines(page, ["The crane lifts four tons of salt.", "The winch lifts two."], 72, -90)
    page.save()
    place = place_of(tmp_path / "side.pdf", "lifts four tons")
    assert read_back(tmp_path / "side.pdf", place) == ["lifts four tons"]
    [box] = place.boxes
    assert box[3] - box[1] > box[2] - box[0]


def test_a_row_of_a_table_has_a_box_for_each_cell(tmp_path: Path) -> None:
    page = canvas(tmp_path / "t.pdf")
    rows = [("Year", "2021", "2022"), ("Herring", "1,204", "(63)"), ("Eels", "57", "(63)")]
    for number, cells in enumerate(rows):
        for x, cell in zip((72, 250, 350), cells, strict=True):
            write_lines(page, [cell], x, HEIGHT - 100 - 16 * number)
    page.save()
    text = read(tmp_path / "t.pdf").text
    quote = next(line for line in text.splitlines() if line.startswith("Eels"))
    assert read_back(tmp_path / "t.pdf", place_of(tmp_path / "t.pdf", quote)) == [
        "Eels", "57", "(63)"
    ]  # fmt: skip


def test_a_raised_figure_is_marked_with_its_word(tmp_path: Path) -> None:
    page = canvas(tmp_path / "r.pdf")
    text = page.beginText(72, 700)
    for words, size, rise in (("The prize", 11, 0), ("2", 7, 5), (" was paid in salt.", 11, 0)):
        text.setFont("Helvetica", size)
        text.setRise(rise)
        text.textOut(words)
    page.drawText(text)
    page.save()
    place = place_of(tmp_path / "r.pdf", "prize² was")
    assert read_back(tmp_path / "r.pdf", place) == ["prize2 was"]


def test_a_locked_file_needs_its_password_again(tmp_path: Path) -> None:
    plain = text_pdf(tmp_path / "plain.pdf", ["The vault holds salt."])
    path = encrypt(plain, tmp_path / "locked.pdf", "AES-256", "sesame")
    place = place_of(path, "holds salt", password="sesame")
    assert read_back(path, place, "sesame") == ["holds salt"]


def test_no_box_where_it_is_not_sure(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["The mill has four wheels."])
    document = read(path)
    text_pdf(path, ["The mine was closed. Who knows of wheels?"])
    changed = locate("a.pdf", document, path, 0, 25)
    assert (changed.page, changed.boxes) == (1, ())
    path.write_bytes(b"%PDF-1.7 nothing")
    assert locate("a.pdf", document, path, 0, 25).boxes == ()
    path.unlink()
    assert locate("a.pdf", document, path, 0, 25).boxes == ()


def test_offsets_behind_the_end(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["The mill has four wheels."])
    place = locate("a.pdf", read(path), path, 900, 1000)
    assert (place.quote, place.boxes) == ("", ())


def test_other_formats_have_a_name_and_no_boxes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# The mill\n\nIt has four wheels.\n")
    place = place_of(path, "four wheels")
    assert (place.page, place.name, place.boxes) == (None, "The mill", ())


def test_a_cell_of_a_sheet_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    cell, row = place_of(path, "1,234,567.89"), place_of(path, "Dredging | 1,234,567.89")
    assert (cell.unit, cell.page, cell.label, cell.name) == ("sheet", 1, "Budget", "B3")
    assert (row.name, row.boxes) == ("row 3", ())
    assert place_of(path, "Ulla Brandt").name == "A2"
    assert place_of(path, "Harbour budget").name == "row 1"


def test_the_gaps_of_a_line_that_ocr_has_read() -> None:
    picture = numpy.full((20, 400, 3), 255, numpy.uint8)
    for left, right in ((20, 60), (63, 90), (110, 210), (230, 250)):  # a thin gap within a word
        picture[5:15, left:right] = 0
    edges = word_edges(picture, "Harbour compasses it", 2.0, [5.0, 2.0, 190.0, 8.0])
    assert edges == [10, 45, 55, 105, 115, 125]


@pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed")
@pytest.mark.parametrize("turn", [0, 90])
def test_words_of_a_scan(tmp_path: Path, turn: int) -> None:
    lines = ["The dummy Osvald weighs 82 kilograms.", "The winch lifts two tons of salted herring."]
    printed = text_pdf(tmp_path / "line.pdf", ["\n".join(lines)])
    page = pypdfium2.PdfDocument(printed)[0].render(scale=150 / 72).to_pil()
    scan = page.crop((100, 100, 900, 500)).rotate(turn, expand=True)
    width, height = (side * 72 / 150 for side in scan.size)
    paper = Canvas(str(tmp_path / "scan.pdf"), pagesize=(width, height))
    paper.drawInlineImage(scan, 0, 0, width, height)
    paper.save()
    place = place_of(tmp_path / "scan.pdf", "winch lifts")
    left = 72 - 48 + stringWidth("The ", "Helvetica", 11)
    right = left + stringWidth("winch lifts", "Helvetica", 11)
    base = 90 + LEADING - 48
    [box] = place.boxes
    if turn:
        assert (place.width, place.height) == pytest.approx((192, 384), abs=0.5)
        box = (384 - box[3], box[0], 384 - box[1], box[2])
    assert box[0] == pytest.approx(left, abs=1.5) and box[2] == pytest.approx(right, abs=1.5)
    assert base - 14 < box[1] < base - 6 and base < box[3] < base + 6


def test_a_dash_at_either_end_of_a_row(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["Hips 943 878 -\n- Knees 851 787", "Other."])
    assert read_back(path, place_of(path, "Hips 943 878 -")) == ["Hips 943 878 -"]
    assert read_back(path, place_of(path, "- Knees 851 787")) == ["- Knees 851 787"]
