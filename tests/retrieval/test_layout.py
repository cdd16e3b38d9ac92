"""Lines on a page made flowing text that reads as printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.parse.document import Document
from retrieval.parse.formats.pdf import read_pdf
from retrieval.parse.layout import plain
from retrieval.parse.line import is_figures
from tests.make_pdf import canvas, text_pdf, two_columns, with_furniture, wrapped, write_lines

LEFT = [
    "The harbour of Port Aldery was built in four",
    "years by convicts and volunteers, who slept",
    "in the hulks that now lie below the mole and",
    "who were paid in rope, tobacco and brandy on",
    "the last Friday of every month. Their names",
    "are cut in the third step of the stair that",
    "leads down to the water, where the spray has",
    "taken about half of them away by now, and a",
    "copy is kept in the library of the school.",
]
RIGHT = [
    "Whales were last seen from the mole in the",
    "autumn of the year in which the bridge fell",
    "and the priest wrote that they had come for",
    "the bells, which had rung without a hand on",
    "the rope for most of the night. Nobody now",
    "believes it, although the bells were melted",
    "down soon afterwards and the bronze was sold",
    "to a founder from the mainland, who cast the",
    "propeller of the first steam ferry from it.",
]

BODIES = [f"Body number {n} stands here alone." for n in ("one", "two", "three", "four", "five")]


def parse(path: Path) -> Document:
    return read_pdf(path)


def blocks(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    document = parse(two_columns(tmp_path / "a.pdf", LEFT, RIGHT, "Notes on the Harbour"))
    text = " ".join(document.text.split())
    assert " ".join(LEFT) in text
    assert " ".join(RIGHT) in text
    assert text.index("Notes on the Harbour") < text.index(LEFT[0]) < text.index(RIGHT[0])


def test_a_paragraph_is_one_block_whatever_its_lines(tmp_path: Path) -> None:
    paragraphs = [" ".join(LEFT), " ".join(RIGHT)]
    text = "\n\n".join("\n".join(wrapped(paragraph, 320)) for paragraph in paragraphs)
    assert blocks(parse(text_pdf(tmp_path / "a.pdf", [text])), "text") == paragraphs


def test_divided_words_are_mended_and_real_hyphens_stay(tmp_path: Path) -> None:
    lines = [
        "The company measures its results by the busi-",
        "ness as a whole, and every other business of",
        "the islands does the same. The long-term plan",
        "is on paper only; nobody asked for such a long-",
        "term view of what the sea will take from us all.",
    ]
    text = parse(text_pdf(tmp_path / "a.pdf", ["\n".join(lines)])).text
    assert "by the business as a whole" in text
    assert "such a long-term view" in text


def test_a_divided_word_leaves_no_mark_where_it_cannot_be_mended(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    write_lines(page, ["Sales were driven by over-the-"], y=600)
    write_lines(page, ["counter products and a warm summer in most of the islands."], y=576)
    write_lines(page, ["The effect would have been anti-"], y=500)
    write_lines(page, ["dilutive 1 36 14 2"], y=486)
    page.showPage()
    page.save()
    text = parse(tmp_path / "a.pdf").text
    assert "\ufffe" not in text
    assert "over-the-" in text
    assert "anti-\ndilutive" in text


def test_running_headers_go_but_for_the_first(tmp_path: Path) -> None:
    document = parse(with_furniture(tmp_path / "a.pdf", BODIES, "Annual Report | Ferries"))
    assert document.text.count("Annual Report | Ferries") == 1
    for page, body in zip(document.pages, BODIES, strict=True):
        assert body in document.text[page.start : page.end]
        assert not document.text[page.start : page.end].rstrip().endswith(str(page.number))


def test_lines_that_differ_in_figures_are_no_furniture(tmp_path: Path) -> None:
    """Invoices and registers repeat their wording on every page; their numbers are the content."""
    bodies = [f"Invoice {4000 + 37 * n}\nAmount due: {n * n * 13 + 101} florins" for n in range(9)]
    text = parse(text_pdf(tmp_path / "a.pdf", bodies)).text
    missing = [line for body in bodies for line in body.splitlines() if line not in text]
    assert missing == []


def test_printed_numbers_are_labels_where_the_file_has_none(tmp_path: Path) -> None:
    document = parse(with_furniture(tmp_path / "a.pdf", BODIES, "Annual Report | Ferries"))
    assert [page.label for page in document.pages] == ["1", "2", "3", "4", "5"]


def test_table_rows_are_blocks_of_their_own(tmp_path: Path) -> None:
    table = "Revenue 1,204.5 1,109.3\nCosts (310.0) (298.1)\nMargin 74.3% 73.1%"
    assert blocks(parse(text_pdf(tmp_path / "a.pdf", [table])), "row") == table.splitlines()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("e\ufb03cient \ufb01sh", "efficient fish"),
        ("1\u00a0204 km\u00b2", "1 204 km\u00b2"),
        ("10\u00b2 \u00bd", "10\u00b2 \u00bd"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("nul\x00 bell\x07 esc\x1b[31m", "nul bell  esc [31m"),
        ("lone \ud83d here", "lone \ufffd here"),
        ("paired \U0001f6a2", "paired \U0001f6a2"),
    ],
)
def test_plain(given: str, wanted: str) -> None:
    assert plain(given) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Net revenue $ 1,204 $ 1,109", True),
        ("Total (63) 12%", True),
        ("The fleet grew from 12 ships to 14 ships", False),
        ("In 2023 the company sold 4 ferries", False),
        ("Chapter 12", False),
    ],
)
def test_is_figures(line: str, wanted: bool) -> None:
    assert is_figures(line) is wanted


def test_blocks_lie_in_order_inside_their_pages(handbook: Path) -> None:
    document = parse(handbook)
    ends = [0]
    for block in document.blocks:
        assert ends[-1] <= block.start < block.end
        assert any(p.start <= block.start and block.end <= p.end for p in document.pages)
        ends.append(block.end)
