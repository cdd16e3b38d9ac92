"""PDF pages as their reader sees them: figures, line numbers, scripts, furniture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retrieval.lexical.tokens import terms
from retrieval.parse.bidi import ligature, logical
from retrieval.parse.document import Document
from retrieval.parse.formats.pdf import read_pdf
from retrieval.parse.joints import joint
from retrieval.parse.line import count_figures
from retrieval.parse.page_numbers import page_numbers, printed_labels
from retrieval.parse.right_to_left import turned_back
from retrieval.parse.segment import Box
from tests.conftest import ROOT
from tests.make_pdf import canvas, text_pdf, wrapped, write_lines
from tests.retrieval.parsed import blocks

FILES = ROOT / "tests" / "files"
TOP = 760.0
LABELS = ["i", "ii", "iii", "1", "2", "3", "4", "5", "6"]
SPEECH = [
    "The witness stated that the barge Svanen left the north quay",
    "at half past six in the morning and returned with a cargo of",
    "gravel weighing 214 tonnes, which was more than the permit of",
    "180 tonnes allowed. The harbour master was not told of this",
    "until the evening, when the watchman called him at his home.",
    "He then ordered that the barge be weighed again on Monday.",
] * 4


def texts(document: Document, kind: str = "text") -> list[str]:
    return [text for found, text in blocks(document) if found == kind]


def one_page(path: Path, draw: Any) -> Document:
    page = canvas(path)
    draw(page)
    page.showPage()
    page.save()
    return read_pdf(path)


# Furniture


def test_a_field_that_repeats_on_most_forms_is_their_content(tmp_path: Path) -> None:
    results = ["passed", "passed", "failed", "passed", "failed", "passed"]
    forms = [
        f"Certificate of seamanship\nName: Sailor {name}\nResult: {result}\nPlace: Ternvik"
        for name, result in zip("ABCDEF", results, strict=True)
    ]
    document = read_pdf(text_pdf(tmp_path / "a.pdf", forms))
    for page, result in zip(document.pages, results, strict=True):
        assert f"Result: {result}" in document.text[page.start : page.end]
        assert "Place: Ternvik" in document.text[page.start : page.end]


def test_a_field_apart_from_the_text_is_content_where_it_varies(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    results = ["passed"] * 5 + ["failed"] + ["passed"] * 6
    for number, result in enumerate(results):
        write_lines(page, [f"Sailor number {number + 40} sat the examination of the harbour."] * 4)
        write_lines(page, [f"Result: {result}"], y=300)
        page.showPage()
    page.save()
    document = read_pdf(tmp_path / "a.pdf")
    found = [document.text[p.start : p.end].strip().splitlines()[-1] for p in document.pages]
    assert found == [f"Result: {result}" for result in results]


def test_an_amount_alone_at_the_foot_is_no_page_number(tmp_path: Path) -> None:
    amounts = {"May": 120, "June": 80, "July": 940, "August": 80, "October": 80}
    pages = [f"The amount due for {month} in crowns is\n{due}" for month, due in amounts.items()]
    document = read_pdf(text_pdf(tmp_path / "a.pdf", pages))
    assert "July in crowns is\n940" in document.text
    assert document.aside == ()


def test_numbers_that_count_up_with_the_pages_are_taken_out(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    for label in LABELS:
        write_lines(page, [f"{line} Part {label}." for line in SPEECH[:4]])
        write_lines(page, [label], x=300, y=40, size=8)
        page.showPage()
    page.save()
    document = read_pdf(tmp_path / "a.pdf")
    assert [words for _, words in document.aside] == LABELS
    assert [p.label for p in document.pages] == LABELS


def test_numbered_forms_keep_their_numbers(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    for number in range(101, 108):
        write_lines(page, [f"Invoice {number}"], y=800)
        write_lines(page, ["Kyst Supply of Ternvik asks you to pay for rope and paint."] * 3)
        page.showPage()
    page.save()
    text = read_pdf(tmp_path / "a.pdf").text
    assert all(f"Invoice {number}" in text for number in range(101, 108))


@pytest.mark.parametrize(
    ("lines", "y"),
    [
        (["Account 4711-0{n}"], 790.0),  # counts, and is no page number
        (["Hours worked  3{n}"], 200.0),
        (["Log of 2024-05-0{n}"], 790.0),
        (["Result: passed"], 90.0),  # the same on all, and each page says it of its own
        (["Carried forward  1000.00"], 90.0),
        (["Total  45"], 90.0),
        (["Sealed at Ternvik"], 300.0),
    ],
)
def test_what_each_page_says_of_itself_stays(tmp_path: Path, lines: list[str], y: float) -> None:
    page = canvas(tmp_path / "a.pdf")
    for number in range(1, 7):
        write_lines(page, [f"{line} Sailor {number}." for line in SPEECH[:4]], y=700)
        for line in lines:
            label, _, value = line.format(n=number).partition("  ")
            write_lines(page, [label], y=y)
            write_lines(page, [value], x=300, y=y)
        write_lines(page, [f"4-{number}"], x=300, y=30, size=8)
        page.showPage()
    page.save()
    document = read_pdf(tmp_path / "a.pdf")
    for number, found in enumerate(document.pages, 1):
        assert lines[0].format(n=number) in document.text[found.start : found.end]
    assert [words for _, words in document.aside] == [f"4-{n}" for n in range(1, 7)]
    assert [found.label for found in document.pages] == [f"4-{n}" for n in range(1, 7)]


@pytest.mark.parametrize("word", ["civil", "mix of", "C", "did"])
def test_words_of_roman_letters_are_no_page_numbers(word: str) -> None:
    assert page_numbers([[word]] * 5) == set()


def test_a_numbering_that_begins_anew_is_believed() -> None:
    edges = [[str(number)] for number in (*range(1, 7), *range(1, 5))]
    assert page_numbers(edges) == {(False, 1), (False, -5)}
    assert printed_labels([["7"], ["940"], ["12"], ["3"]]) == [None] * 4
    assert printed_labels([[f"Certificate no. {n}"] for n in range(100, 106)]) == [None] * 6


# Raised and lowered figures


def parts(page: Any, y: float, pieces: str, size: float = 7, rise: float = 4) -> None:
    """One line; `^6` is raised up to the next `|`, `_2` lowered."""
    text = page.beginText(60, y)
    for piece in pieces.split("|"):
        side = {"^": 1.0, "_": -0.45}.get(piece[:1], 0.0)
        text.setFont("Helvetica", size if side else 11)
        text.setRise(side * rise)
        text.textOut(piece[1:] if side else piece)
    page.drawText(text)


@pytest.mark.parametrize(("size", "rise"), [(7, 4), (9, 3.3), (6.4, 5), (7.7, 3.5)])
def test_raised_and_lowered_figures(tmp_path: Path, size: float, rise: float) -> None:
    lines = [
        "The tank holds 3 × 10|^6| litres and 250 m|^2| of ground.",
        "Revenue was 1,204|^3| crowns in 2021|^(1)|, says Moe|^4,5|.",
        "Of H|_2|O and CO|_2|, 10|^−3| mol came on the 4|^th| of May.",
        "The dose is 1|^3|/|_4| tablets a day.",
    ]

    def draw(page: Any) -> None:
        for number, line in enumerate(lines):
            parts(page, TOP - 40 * number, line, size, rise)

    assert texts(one_page(tmp_path / "a.pdf", draw)) == [
        "The tank holds 3 × 10⁶ litres and 250 m² of ground.",
        "Revenue was 1,204³ crowns in 2021⁽¹⁾, says Moe^(4,5).",
        "Of H₂O and CO₂, 10⁻³ mol came on the 4th of May.",
        "The dose is 1 3/4 tablets a day.",
    ]


@pytest.mark.parametrize("size", [7, 11])
@pytest.mark.parametrize(
    ("before", "above", "below", "after", "read"),
    [
        ("The dose is 1", "3", "4", " of a tablet a day.", "The dose is 1 3/4 of a tablet a day."),
        ("The share is ", "12", "365", ", no more.", "The share is 12/365, no more."),
        ("", "3", "4", " of the members are present.", "3/4 of the members are present."),
    ],
)
def test_a_fraction_drawn_one_figure_over_the_other(
    tmp_path: Path, size: int, before: str, above: str, below: str, after: str, read: str
) -> None:
    def draw(page: Any) -> None:
        page.setFont("Helvetica", 11)
        page.drawString(60, TOP, before)
        x = 62 + page.stringWidth(before, "Helvetica", 11)
        page.setFont("Helvetica", size)
        wide = max(page.stringWidth(each, "Helvetica", size) for each in (above, below))
        for figure, y in ((above, 0.65 * size + 0.5), (below, 2.5 - size)):
            page.drawCentredString(x + wide / 2, TOP + y, figure)
        page.setFont("Helvetica", 11)
        page.drawString(x + wide + 2, TOP, after)
        write_lines(page, SPEECH[:4], y=600)

    assert texts(one_page(tmp_path / "a.pdf", draw))[0] == read


def test_a_power_over_an_index_is_no_fraction(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for number, (base, after) in enumerate((("Then x", " is"), ("Atoms of ", "U are"))):
            y = TOP - 40 * number
            page.setFont("Helvetica", 11)
            page.drawString(60, y, base)
            x = 60 + page.stringWidth(base, "Helvetica", 11)
            page.setFont("Helvetica", 7)
            page.drawString(x, y + 4, "2")
            page.drawString(x, y - 2, "1")
            page.setFont("Helvetica", 11)
            page.drawString(x + 4, y, f"{after} found.")

    assert "/" not in one_page(tmp_path / "a.pdf", draw).text


def test_figures_with_the_mark_of_a_note_are_figures() -> None:
    words = ["1,204³", "(63)¹", "12%⁽¹⁾", "5^(1,2)"]
    assert count_figures(words) == len(words)


def test_search_tells_a_raised_figure_from_the_one_before_it() -> None:
    assert terms("1,204³") == ["1204", "3"]
    assert terms("10⁶") == terms("10^6")
    assert terms("m²") == terms("m2")
    assert "revenu" in terms("Revenue³ of Moe", "en")


# The size of a line


def test_a_small_run_in_head_does_not_cut_its_sentence(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        write_lines(page, SPEECH[:12], size=10)
        parts(page, 400, "^DATES:| The board must receive all comments on the rule", 8, 0)
        parts(page, 386, "by 21 September 2024, at noon, in the office on the quay.")

    text = texts(one_page(tmp_path / "a.pdf", draw))[-1]
    assert text.startswith("DATES: The board must receive all comments on the rule by 21")


@pytest.mark.parametrize("lines", [2, 3])
def test_a_large_first_letter_belongs_to_its_word(tmp_path: Path, lines: int) -> None:
    story = " ".join(SPEECH[:6])

    def draw(page: Any) -> None:
        size = 14.7 * lines
        page.setFont("Times-Roman", size)
        page.drawString(72, TOP - 14 * (lines - 1), "T")
        wide = page.stringWidth("T", "Times-Roman", size) + 2
        page.setFont("Times-Roman", 11)
        narrow = wrapped(story, 300 - wide)[:lines]
        rest = story.removeprefix(" ".join(narrow))
        for number, line in enumerate([narrow[0][1:], *narrow[1:], *wrapped(rest, 300)]):
            page.drawString(72 + (wide if number < lines else 0), TOP - 14 * number, line)

    assert texts(one_page(tmp_path / "a.pdf", draw)) == [story]


# Line numbers


@pytest.mark.parametrize("step", [1, 5])
@pytest.mark.parametrize("gap", [6, 40])
@pytest.mark.parametrize("apart", [False, True])
def test_line_numbers_are_no_part_of_a_sentence(
    tmp_path: Path, step: int, gap: int, apart: bool
) -> None:
    def draw(page: Any) -> None:
        page.setFont("Times-Roman", 12)
        for number, line in enumerate(SPEECH, 1):
            if number % step == 0:
                page.drawRightString(80, TOP - 24 * number, str(number))
            if not apart:
                page.drawString(80 + gap, TOP - 24 * number, line)
        for number, line in enumerate(SPEECH if apart else [], 1):
            page.drawString(80 + gap, TOP - 24 * number, line)

    document = one_page(tmp_path / "a.pdf", draw)
    assert "more than the permit of 180 tonnes allowed. The harbour" in document.text
    assert document.aside == ((1, " ".join(map(str, range(step, 25, step)))),)


def test_the_numbers_of_lists_and_tables_stay(tmp_path: Path) -> None:
    trees = ["amber", "birch", "cedar", "elder", "fir", "holly", "iris", "larch", "oak", "yew"]

    def draw(page: Any) -> None:
        page.setFont("Helvetica", 11)
        for number, tree in enumerate(trees, 1):
            page.drawRightString(80, TOP - 16 * number, str(number))
            page.drawString(88, TOP - 16 * number, f"{tree.title()} from the north of the country")
            page.drawString(72, 500 - 16 * number, str(number))
            page.drawString(100, 500 - 16 * number, f"{tree} from the north of the country")
            page.drawRightString(400, 500 - 16 * number, str(37 * number % 91))

    document = one_page(tmp_path / "a.pdf", draw)
    assert "10 Yew from the north" in document.text
    assert "10 yew from the north of the country  6" in document.text
    assert document.aside == ()


# Dashes and addresses


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("in docket FAA–2020–", "0686", ""),
        ("the years 2019—", "2021", ""),
        ("and/", "or", ""),
        ("the sea –", "which", " "),
        ("https://rules.example.org/", "lock/2024", ""),
        ("see https://example.org/a?b=", "2", ""),
        ("see www.example.org", "/lock", ""),
        ("合同内容的真实、准确、完", "整，不存在", ""),
        ("the tide", "turns", " "),
    ],
)
def test_what_stands_between_two_lines(before: str, after: str, wanted: str) -> None:
    assert joint(before, after) == wanted


def test_a_dash_at_the_end_of_a_line_goes_on(tmp_path: Path) -> None:
    lines = [
        "The rule is in docket FAA–2020–",
        "0686 and applies to the models 737–8 and 737–",
        "9 as well. See https://rules.example.org/",
        "lock/2024 for the years 2019—",
        "2021.",
    ]
    document = read_pdf(text_pdf(tmp_path / "a.pdf", ["\n".join(lines)]))
    assert texts(document) == [
        "The rule is in docket FAA–2020–0686 and applies to the models 737–8 and 737–9 as well. "
        "See https://rules.example.org/lock/2024 for the years 2019—2021."
    ]


# Other scripts


def test_arabic_is_read_from_right_to_left() -> None:
    text = " ".join(texts(read_pdf(FILES / "arabic.pdf")))
    assert "الإيجار الشهري 3,200 درهم (ثلاثة آلاف ومئتان) ويدفع مقدما." in text
    assert "2023 وينتهي في 30 أبريل 2025." in text


def test_hebrew_is_running_text_and_its_stops_stay_in_place() -> None:
    document = read_pdf(FILES / "hebrew.pdf")
    assert texts(document, "row") == []
    text = " ".join(texts(document))
    assert "החוזה מתחיל ב-1 במאי 2023 ומסתיים ב-30 באפריל 2025." in text
    assert "מאחר ביותר מ-60 ימים, ועליו להודיע לשוכר" in text


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        (".2025 לירפאב 30-ב", "ב-30 באפריל 2025."),
        (".(ABC Corp 2023) הרבחה לש 60% ,13:30 העשב", "בשעה 13:30, 60% של החברה (ABC Corp 2023)."),
        ("קוחל (4))ב)15 ףיעס", "סעיף 15(ב)(4) לחוק"),
        ("ףיעס )1", "1) סעיף"),
        (".١٬٢٣٤٫٥٦ نمثلا", "الثمن ١٬٢٣٤٫٥٦."),
        ("The word םולש בר means peace", "The word רב שלום means peace"),
    ],
)
def test_lines_of_two_directions(seen: str, read: str) -> None:
    assert logical(list(seen)) == read


def test_the_ligature_of_lam_and_alef() -> None:
    assert ligature("إل") == ligature("لإ"[::-1]) == "لإ"
    assert ligature("خل") == ligature("لخ") == "لخ"
    assert ligature("x") == "x"


class _Drawn:
    """What is known of a page: characters, each with its left and right edge."""

    def __init__(self, *drawn: tuple[str, float, float]) -> None:
        self.text = "".join(char for char, _, _ in drawn)
        self.edges = [(left, right) for _, left, right in drawn]

    def box(self, index: int, _: int) -> Box:
        left, right = self.edges[index]
        return left, 0.0, right, 10.0


@pytest.mark.parametrize(("right", "read"), [(40, "أيضًا"), (36, "أي ضًا")])
def test_a_vowel_sign_drawn_ahead_of_its_letter_divides_no_word(right: float, read: str) -> None:
    drawn = [("أ", 43, 46), ("ي", 40, 43), (" ", 33, 33), ("\u064b", 31, 33), ("ض", 30, right)]
    page: Any = _Drawn(*drawn, ("ا", 27, 30))
    (segment,) = turned_back(page, 0, len(page.text), 1)
    assert segment.text == read


def test_where_all_is_bold_nothing_is_set_off_by_it(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.setFont("Helvetica-Bold", 20.0)
        page.drawString(72, 730, "On the Barge")
        page.setFont("Helvetica-Bold", 12.0)
        for number, line in enumerate(SPEECH[:9]):  # the page ends within a sentence
            page.drawString(72, 700 - number * 14.0, line)

    assert texts(one_page(tmp_path / "a.pdf", draw), "heading") == ["On the Barge"]


@pytest.mark.parametrize(("font", "leading"), [("Helvetica-Bold", 14.0), ("Helvetica", 30.0)])
def test_a_paragraph_of_large_or_bold_type_is_no_heading(
    tmp_path: Path, font: str, leading: float
) -> None:
    lines = [
        "Acceptance of technology has been a field of study for decades",
        "Although many models have been proposed to explain the use of",
        "a system of new and very heavy barges, the Board of",
        "Extraordinary Administrators has captured the most attention.",
    ]

    def draw(page: Any) -> None:
        for number, line in enumerate(lines):
            page.setFont(font, 14.0)
            page.drawString(72, 700 - number * leading, line)
        page.setFont("Helvetica", 10.0)
        for number, line in enumerate(SPEECH):
            page.drawString(72, 500 - number * 12.0, line)

    assert texts(one_page(tmp_path / "a.pdf", draw), "heading") == []


def test_chinese_paragraphs_are_no_headings() -> None:
    document = read_pdf(FILES / "chinese.pdf")
    assert texts(document, "heading") == ["租赁合同"]
    text = "\n".join(texts(document))
    assert "逾期六十日的，出租人有权解除合同，并要求承租人在三十日之内搬离房屋。" in text
    assert "内容的真实、准确、完整，不存在虚假记载" in text


def test_vertical_japanese_is_one_text_from_right_to_left() -> None:
    assert texts(read_pdf(FILES / "vertical.pdf")) == [
        "契約は令和五年五月一日に発効し、家賃は月額八万円とする。借主は毎月五日までに家賃を支払わなければならない。"
        "支払いが六十日以上遅れたときは、貸主は契約を解除することができる。"
    ]


# Tables


@pytest.mark.parametrize("turn", [90, -90])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_turned_head_stands_over_its_columns(tmp_path: Path, turn: int, lines: int) -> None:
    quays = ["Northern quay", "Southern quay", "Eastern quay", "Western quay"]
    cargo = {"Timber": (214, 180, 33, 41), "Gravel": (704, 509, 310, 298), "Rope": (12, 14, 9, 7)}

    def draw(page: Any) -> None:
        page.setFont("Helvetica", 10)
        for column, quay in enumerate(quays):
            for number, words in enumerate(quay.split() if lines > 1 else [quay]):
                page.saveState()
                shift = 12 * number * (1 if turn > 0 else -1)
                page.translate(200 + 60 * column + shift, 650 if turn > 0 else 715)
                page.rotate(turn)
                page.drawString(0, 0, words)
                page.restoreState()
        for number, (name, tonnes) in enumerate(cargo.items()):
            page.drawString(72, 630 - 16 * number, name)
            for column, figure in enumerate(tonnes):
                page.drawString(195 + 60 * column, 630 - 16 * number, str(figure))

    rows = texts(one_page(tmp_path / "a.pdf", draw), "row")
    assert rows[0] == "Northern quay  Southern quay  Eastern quay  Western quay"
    assert rows[1] == "Timber  214  180  33  41"
