"""Tables without lines, drawn as filings and papers draw them, come out row by row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from retrieval.chunk.tables import head_text, table_heads
from retrieval.parse.document import Document
from retrieval.parse.formats.pdf import read_pdf
from retrieval.parse.layout import plain
from tests.make_pdf import HEIGHT, canvas, wrapped

TOP = HEIGHT - 120
COLUMNS = (400.0, 470.0, 540.0)  # right edges


def parse(path: Path) -> Document:
    return read_pdf(path)


def lines(document: Document, kind: str) -> list[str]:
    return [
        " ".join(document.text[b.start : b.end].split()) for b in document.blocks if b.kind == kind
    ]


def head_of(document: Document, row: str) -> str:
    heads = table_heads(document.text, list(document.blocks))
    for index, block in enumerate(document.blocks):
        if " ".join(document.text[block.start : block.end].split()).startswith(row):
            return head_text(document.text, heads[index]) if index in heads else ""
    raise AssertionError(f"no row {row!r} in {document.text!r}")


def draw(page: Any, row: int, label: str, *figures: str, leading: float = 13) -> None:
    y = TOP - row * leading
    page.drawString(60, y, label)
    for right, figure in zip(COLUMNS, figures, strict=False):
        page.drawRightString(right, y, figure)


def statement(page: Any, start: int = 0) -> None:
    page.setFont("Helvetica", 9)
    draw(page, start, "Fees and charges")
    draw(page, start + 1, "Mooring", "1,204", "1,109", "998")
    draw(page, start + 2, "Pilotage", "88", "—", "(63)")
    draw(page, start + 3, "Repair of the mole")
    draw(page, start + 4, "Stone", "310", "298", "305")


def test_head_and_section_go_with_every_row(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    page.drawString(60, TOP + 52, "Consolidated Statements of Harbour Accounts")
    page.drawString(60, TOP + 39, "(In thousands, except per berth)")
    page.drawCentredString(450, TOP + 26, "Years ended December 31,")
    for right, year in zip(COLUMNS, ("2018", "2017", "2016"), strict=True):
        page.drawRightString(right, TOP + 13, year)
    statement(page)
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    assert lines(document, "row")[-3:] == [
        "Mooring 1,204 1,109 998",
        "Pilotage 88 — (63)",
        "Stone 310 298 305",
    ]
    head = head_of(document, "Stone")
    assert head.startswith("Consolidated Statements of Harbour Accounts | (In thousands")
    assert "Years ended December 31, | 2018 2017 2016" in head
    assert head.endswith("Repair of the mole")
    assert "Fees and charges" in head_of(document, "Pilotage")


def test_a_table_goes_on_over_the_page_with_its_head(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    draw(page, 0, "(Florins)", "2018", "2017", "2016")
    statement(page, 1)
    page.showPage()
    page.setFont("Helvetica", 9)
    draw(page, 0, "Timber", "71", "64", "80")
    draw(page, 1, "Rope", "7", "6", "9")
    page.showPage()
    page.save()
    assert "(Florins) 2018 2017 2016" in head_of(parse(tmp_path / "a.pdf"), "Rope")


def test_a_table_drawn_column_by_column_is_read_by_rows(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    rows = [("Mooring", "1,204", "1,109"), ("Pilotage", "88", "71"), ("Stone", "310", "298")]
    for column in range(3):
        for number, row in enumerate(rows):
            y = TOP - number * 13
            if column:
                page.drawRightString(COLUMNS[column], y, row[column])
            else:
                page.drawString(60, y, row[0])
    page.showPage()
    page.save()
    assert lines(parse(tmp_path / "a.pdf"), "row") == [" ".join(row) for row in rows]


def test_a_label_over_two_lines_stands_before_its_figures(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    draw(page, 0, "Mooring of ships that stay for more than", leading=11)
    draw(page, 1, "one night", "1,204", "1,109", "998", leading=11)
    draw(page, 3, "Pilotage to the inner basin and to the", "88", "71", "60", leading=11)
    draw(page, 4, "dry dock", leading=11)
    draw(page, 6, "Stone", "310", "298", "305", leading=11)
    page.showPage()
    page.save()
    assert lines(parse(tmp_path / "a.pdf"), "row") == [
        "Mooring of ships that stay for more than one night 1,204 1,109 998",
        "Pilotage to the inner basin and to the dry dock 88 71 60",
        "Stone 310 298 305",
    ]


@pytest.mark.parametrize("order", ["cell", "line"])
def test_heads_over_three_lines_are_read_cell_by_cell(tmp_path: Path, order: str) -> None:
    heads = ["Fees\nof the\nmole", "Gain from\nthe rope\nworks", "Change,\nless\ntides"]
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    pieces = [
        (right - 20, TOP + 35 - number * 10, line)
        for right, head in zip(COLUMNS, heads, strict=True)
        for number, line in enumerate(head.splitlines())
    ]
    if order == "line":
        pieces.sort(key=lambda piece: (-piece[1], piece[0]))
    for x, y, line in pieces:
        page.drawCentredString(x, y, line)
    draw(page, 0, "Mooring", "1,204", "1,109", "998")
    draw(page, 1, "Stone", "310", "298", "305")
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    assert (
        lines(document, "row")[0] == "Fees of the mole Gain from the rope works Change, less tides"
    )
    assert head_of(document, "Stone") == lines(document, "row")[0]


def test_a_sign_belongs_to_its_figure(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    for number, (label, figure) in enumerate((("Net fees", "1,204"), ("Stone", "(310"))):
        y = TOP - 13 * number
        page.drawString(60, y, label)
        page.drawString(350, y, "$")
        page.drawRightString(400, y, figure)
        if figure.startswith("("):
            page.drawString(401, y, ")")
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    assert document.text.splitlines()[0] == "Net fees  $ 1,204"


def test_a_sign_set_close_behind_a_figure_belongs_to_the_next(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 9)
    draw(page, 0, "Net fees")
    for right, figure in zip(COLUMNS, ("(11,413)", "(11,221)", "584"), strict=True):
        page.drawRightString(right, TOP, figure)
        page.drawRightString(right - 45 if right == COLUMNS[0] else right - 62, TOP, "$")
    page.showPage()
    page.save()
    wanted = "Net fees  $ (11,413)  $ (11,221)  $ 584"
    assert parse(tmp_path / "a.pdf").text.splitlines()[0] == wanted


def test_a_raised_mark_is_no_digit_of_the_figure(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 10)
    text = page.beginText(60, TOP)
    text.textOut("Fees of 1,234")
    text.setRise(4)
    text.setFont("Helvetica", 6)
    text.textOut("1")
    text.setRise(0)
    text.setFont("Helvetica", 10)
    text.textOut(" florins were paid.")
    page.drawText(text)
    page.showPage()
    page.save()
    assert parse(tmp_path / "a.pdf").text.strip() == "Fees of 1,234¹ florins were paid."


def test_a_caption_heads_the_table_above_it(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    statement(page)
    page.drawString(60, TOP - 90, "Table 4: Fees in florins, by year.")
    page.drawString(60, TOP - 130, "The mole was closed for the whole of the winter.")
    page.showPage()
    page.save()
    assert "Table 4: Fees in florins" in head_of(parse(tmp_path / "a.pdf"), "Stone")


def test_notes_do_not_run_into_one_another(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    page.setFont("Helvetica", 7)
    notes = ["1 Less the dues of the pilots and of the", "2 As told by the keeper of the light"]
    for number, note in enumerate(notes):
        page.drawString(60, TOP - 9 * number, note)
    page.showPage()
    page.save()
    assert lines(parse(tmp_path / "a.pdf"), "text") == notes


def characters(text: str) -> Counter[str]:
    """All but white space and the hyphens that stand where words are divided."""
    return Counter(char for char in text if not char.isspace() and char not in "-\ufffe")


def test_nothing_is_dropped_and_nothing_doubled(handbook: Path) -> None:
    """Every character PDFium sees on a page is in its text once, or kept aside."""
    document = parse(handbook)
    with pypdfium2.PdfDocument(handbook) as pdf:
        for index, page in enumerate(document.pages):
            seen = plain(pdf[index].get_textpage().get_text_range())
            aside = "".join(words for number, words in document.aside if number == page.number)
            assert characters(document.text[page.start : page.end] + aside) == characters(seen)
    assert document.aside


def test_a_note_at_the_foot_does_not_part_a_sentence(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    body = "The keeper of the harbour finds the bell and rope below the mole each night. " * 14
    left, right = wrapped(body + "It then", 220, 10), wrapped("rang until dawn. " + body, 220, 10)
    page.setFont("Helvetica", 10)
    for number, line in enumerate(left):
        page.drawString(60, TOP - 12 * number, line)
    page.setFont("Helvetica", 7)
    page.drawString(60, TOP - 12 * len(left) - 20, "1 Not in the storm of that year.")
    page.setFont("Helvetica", 10)
    for number, line in enumerate(right):
        page.drawString(310, TOP - 12 * number, line)
    page.showPage()
    page.save()
    document = parse(tmp_path / "a.pdf")
    assert "It then rang until dawn." in " ".join(document.text.split())
    assert lines(document, "text")[-1] == "1 Not in the storm of that year."
