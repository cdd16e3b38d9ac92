"""Office files as their reader sees them: powers, numbers, formats, notes, what is hidden."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import docx
import docx.shared
import openpyxl
import pptx
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from pptx.chart import data as chart_data
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from retrieval.errors import DocAgentError
from retrieval.parse.document import Document
from retrieval.parse.numbers import cell_text, number_text
from retrieval.parse.sheet.edges import edge_texts
from tests.make_office import (
    NAMESPACES,
    WORD,
    paragraph,
    rewritten,
    run,
    slides_file,
    word_file,
    word_xml,
    workbook,
    zip_file,
)
from tests.retrieval.parsed import blocks, page_text, parse

_UP = '<w:vertAlign w:val="superscript"/>'
_DOWN = '<w:vertAlign w:val="subscript"/>'


def texts(document: Document) -> list[str]:
    return [text for _, text in blocks(document)]


def word(path: Path, body: str, **parts: tuple[str, str, str]) -> Document:
    named = {name.replace("_", "."): part for name, part in parts.items()}
    return parse(word_xml(path / "a.docx", body, named))


# ---- Raised and lowered text, formulas


def test_powers_stay_powers_in_word(tmp_path: Path) -> None:
    body = paragraph("3 × 10", run("6", _UP), " litres on 250 m", run("2", _UP), ".")
    body += paragraph("H", run("2", _DOWN), "O; 1,204", run("(", _UP), run("3", _UP), run(")", _UP))
    body += paragraph("x", run("n+1", _UP), " of v", run("max", _DOWN), ", the 4", run("th", _UP))
    body += paragraph("10", run("x+y", _UP), " cents", run("*", _UP))
    assert texts(word(tmp_path, body)) == [
        "3 × 10⁶ litres on 250 m².",
        "H₂O; 1,204⁽³⁾",
        "xⁿ⁺¹ of v_(max), the 4th",
        "10^(x+y) cents*",
    ]


def test_a_power_by_its_style(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMESPACES}><w:style w:type="character" w:styleId="Up"><w:rPr>{_UP}</w:rPr>'
        '</w:style><w:style w:type="character" w:styleId="Note"><w:basedOn w:val="Up"/></w:style>'
        "</w:styles>"
    )
    body = paragraph("2,142", run("7", '<w:rStyle w:val="Note"/>'), " tonnes")
    parts = ("styles", f"{WORD}.styles+xml", styles)
    assert texts(word(tmp_path, body, styles_xml=parts)) == ["2,142⁷ tonnes"]


def test_powers_on_slides_and_in_cells(tmp_path: Path) -> None:
    file: Any = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = "Area"
    box = slide.shapes.add_textbox(0, 0, 100, 100).text_frame.paragraphs[0]
    box.add_run().text = "250 m"
    power = box.add_run()
    power.text = "2"
    power.font._element.set("baseline", "30000")
    box.add_run().text = " of CO"
    low = box.add_run()
    low.text = "2"
    low.font._element.set("baseline", "-25000")
    file.save(str(tmp_path / "a.pptx"))
    assert texts(parse(tmp_path / "a.pptx")) == ["Area", "250 m² of CO₂"]

    book = openpyxl.Workbook()
    up = InlineFont(vertAlign="superscript")
    sheet: Any = book.active
    sheet["A1"] = CellRichText("3 × 10", TextBlock(up, "1"), TextBlock(up, "0"), " litres")
    sheet["B1"] = "plain"
    book.save(tmp_path / "a.xlsx")
    assert texts(parse(tmp_path / "a.xlsx"))[-1] == "3 × 10¹⁰ litres | plain"


def _math(*inner: str) -> str:
    return f"<m:oMath>{''.join(inner)}</m:oMath>"


def _r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _f(above: str, below: str) -> str:
    return f"<m:f><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"


def _sup(base: str, power: str) -> str:
    return f"<m:sSup><m:e>{base}</m:e><m:sup>{power}</m:sup></m:sSup>"


def _root(inside: str, degree: str = "") -> str:
    return f"<m:rad><m:deg>{degree}</m:deg><m:e>{inside}</m:e></m:rad>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (_f(_r("3"), _r("4")), "The dose is 3/4 of a tablet."),
        (_r("2") + _f(_r("3"), _r("4")), "The dose is 2 3/4 of a tablet."),
        (_f(_r("a+b"), _r("2a")), "The dose is (a+b)/(2a) of a tablet."),
        (_sup(_r("10"), _r("-6")), "The dose is 10⁻⁶ of a tablet."),
        (_root(_r("b+1"), _r("3")), "The dose is ∛(b+1) of a tablet."),
        (
            _r("x=") + _f(_r("-b±") + _root(_sup(_r("b"), _r("2")) + _r("-4ac")), _r("2a")),
            "The dose is x=(-b±√(b²-4ac))/(2a) of a tablet.",
        ),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{_r("i=1")}</m:sub>'
            f"<m:sup>{_r('n')}</m:sup><m:e>{_sup(_r('i'), _r('2'))}</m:e></m:nary>",
            "The dose is ∑_(i=1)^(n) i² of a tablet.",
        ),
        (
            f"<m:d><m:e><m:m><m:mr><m:e>{_r('1')}</m:e><m:e>{_r('2')}</m:e></m:mr>"
            f"<m:mr><m:e>{_r('3')}</m:e><m:e>{_r('4')}</m:e></m:mr></m:m></m:e></m:d>",
            "The dose is (1, 2; 3, 4) of a tablet.",
        ),
    ],
)
def test_formulas_of_word(tmp_path: Path, formula: str, text: str) -> None:
    body = paragraph("The dose is ", _math(formula), " of a tablet.")
    assert texts(word(tmp_path, body)) == [text]


def test_a_mixed_number_half_typed(tmp_path: Path) -> None:
    body = paragraph("Take 2", _math(_f(_r("1"), _r("2"))), " tablets.")
    assert texts(word(tmp_path, body)) == ["Take 2 1/2 tablets."]


def test_formulas_side_by_side(tmp_path: Path) -> None:
    body = paragraph(_math(_r("a=b")), _math(_r("c=d")))
    assert texts(word(tmp_path, body)) == ["a=b c=d"]


def test_formulas_of_old_fields_are_named(tmp_path: Path) -> None:
    body = paragraph("The dose is ", "<w:r><w:instrText>EQ \\f(3,4)</w:instrText></w:r>")
    document = word(tmp_path, body)
    assert "EQ fields are not read (1)" in document.warnings[0]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (r"EQ \f(3,4)", "The dose is 2 3/4 cups."),
        (r"EQ \f(3;4,5)", "The dose is 2 3/4,5 cups."),
        (r" eq \r(3,27) \* MERGEFORMAT ", "The dose is 2∛27 cups."),
        (r"EQ \s\up8(10)", "The dose is 2¹⁰ cups."),
        (r"EQ \i\su(i=1,n,\b\bc\[(x\,y))", "The dose is 2∑_(i=1)^(n) [x,y] cups."),
        (r"EQ \f(\f(\f(", "The dose is 2((()/())/())/() cups."),
        ("= 1 + 2", "The dose is 23 cups."),
    ],
)
def test_fields_show_their_result(tmp_path: Path, code: str, shown: str) -> None:
    inner = _field("REF a", run("1")) if code.startswith("=") else ""
    field = _field(code, run("3"), inner)
    assert texts(word(tmp_path, paragraph("The dose is 2", field, " cups."))) == [shown]


def _field(code: str, result: str, inner: str = "") -> str:
    begin, part, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    code = f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
    return f"{begin}{code}{inner}{part}{result}{end}"


def test_figures_raised_by_half_points_and_fractions_half_typed(tmp_path: Path) -> None:
    up, down = ('<w:position w:val="8"/>', '<w:position w:val="-6"/>')
    body = paragraph("10", run("6", up), " l of H", run("2", down), "O, a ", run("logo", up))
    body += paragraph("1", run("3", _UP), "/", run("4", _DOWN), " cups")
    body += paragraph("<w:r><w:t>T</w:t></w:r>", properties='<w:framePr w:dropCap="drop"/>')
    body += paragraph("he barge left.")
    assert texts(word(tmp_path, body)) == ["10⁶ l of H₂O, a logo", "1 3/4 cups", "The barge left."]


def test_a_formula_on_a_slide(tmp_path: Path) -> None:
    """PowerPoint keeps a box with a formula beside a picture of it, as one of two renderings."""
    file: Any = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 100, 100).text_frame.text = "REPLACED"
    file.save(str(tmp_path / "a.pptx"))
    box = slide.shapes._spTree[-1]
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    a14 = "http://schemas.microsoft.com/office/drawing/2010/main"
    wrapped = parse_xml(
        f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice Requires="a14"/>'
        "<mc:Fallback/></mc:AlternateContent>"
    )
    formula = parse_xml(
        f'<a14:m xmlns:a14="{a14}" {NAMESPACES}>{_math(_f(_r("3"), _r("4")))}</a14:m>'
    )
    box.getparent().replace(box, wrapped)
    wrapped[0].append(box)
    box.txBody[-1].append(formula)
    file.save(str(tmp_path / "a.pptx"))
    assert texts(parse(tmp_path / "a.pptx")) == ["REPLACED3/4"]


# ---- Automatic numbers


def _level(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def _numbered(text: str, depth: int, number: int = 1) -> str:
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties=place)


def _numbering(levels: str, nums: str = "") -> tuple[str, str, str]:
    xml = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{nums}</w:numbering>'
    )
    return "numbering", f"{WORD}.numbering+xml", xml


_OUTLINE = (
    _level(0, "decimal", "%1.") + _level(1, "decimal", "%1.%2") + _level(2, "lowerLetter", "(%3)")
)


def test_numbers_of_clauses(tmp_path: Path) -> None:
    depths = [0, 1, 1, 2, 2, 1, 0, 1, 2]
    body = "".join(_numbered(f"Words {n}", depth) for n, depth in enumerate(depths))
    document = word(tmp_path, body, numbering_xml=_numbering(_OUTLINE))
    numbers = [text.partition(" Words")[0] for text in texts(document)]
    assert numbers == ["1.", "1.1", "1.2", "(a)", "(b)", "1.3", "2.", "2.1", "(a)"]


def test_what_was_deleted_or_is_hidden_has_no_number(tmp_path: Path) -> None:
    gone = _numbered("", 0).replace("</w:pPr>", "<w:rPr><w:del w:id='1'/></w:rPr></w:pPr>")
    unseen = _numbered("secret", 0).replace("<w:rPr></w:rPr>", "<w:rPr><w:vanish/></w:rPr>")
    unseen = unseen.replace("</w:pPr>", "<w:rPr><w:vanish/></w:rPr></w:pPr>")
    body = _numbered("Words", 0) + gone + unseen + _numbered("", 0) + _numbered("Words", 0)
    document = word(tmp_path, body, numbering_xml=_numbering(_OUTLINE))
    assert texts(document) == ["1. Words", "3. Words"]  # an empty item counts


def test_a_list_that_begins_anew_or_goes_on(tmp_path: Path) -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="7"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = "".join(_numbered("Words", 0, number) for number in (1, 1, 2, 2, 3, 1))
    document = word(tmp_path, body, numbering_xml=_numbering(_OUTLINE, again))
    assert [t.split()[0] for t in texts(document)] == ["1.", "2.", "7.", "8.", "9.", "10."]


@pytest.mark.parametrize(
    ("form", "text", "shown"),
    [
        ("upperRoman", "Article %1.", "Article IV. Words"),
        ("upperLetter", "%1)", "D) Words"),
        ("decimalZero", "%1", "04 Words"),
        ("ordinal", "%1", "4th Words"),
        ("none", "", "Words"),
        ("none", "Note:", "Note: Words"),
        ("chineseCounting", "第%1条", "第四条 Words"),
        ("lowerLetter", "§ %1", "§ d Words"),
        ("ordinalText", "%1:", "Fourth: Words"),
        ("hebrew1", "%1.", "ד. Words"),
    ],
)
def test_forms_of_numbers(tmp_path: Path, form: str, text: str, shown: str) -> None:
    levels = _level(0, form, text)
    body = "".join(_numbered("Words", 0) for _ in range(4))
    assert texts(word(tmp_path, body, numbering_xml=_numbering(levels)))[-1] == shown


def test_numbers_that_do_not_begin_anew(tmp_path: Path) -> None:
    """Level restart 0; all numbers as digits; a level that was left out counts as begun."""
    levels = _level(0, "upperRoman", "%1") + _level(
        1, "decimal", "%1.%2", '<w:lvlRestart w:val="0"/><w:isLgl/>'
    )
    body = "".join(_numbered("Words", depth) for depth in (1, 0, 1, 0, 1))
    document = word(tmp_path, body, numbering_xml=_numbering(levels))
    assert [text.split()[0] for text in texts(document)] == ["1.1", "II", "2.2", "III", "3.3"]


def test_numbers_by_style(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMESPACES}><w:style w:type="paragraph" w:styleId="H1"><w:name '
        'w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn '
        'w:val="H1"/></w:style></w:styles>'
    )
    levels = _level(0, "decimal", "%1", '<w:pStyle w:val="H1"/>') + _level(
        1, "decimal", "%1.%2", '<w:pStyle w:val="H2"/>'
    )
    body = "".join(
        paragraph("Words", properties=f'<w:pStyle w:val="{style}"/>')
        for style in ("H1", "H2", "H2", "H1")
    )
    body += paragraph(
        "Words", properties='<w:pStyle w:val="H1"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    )
    document = word(
        tmp_path,
        body,
        numbering_xml=_numbering(levels),
        styles_xml=("styles", f"{WORD}.styles+xml", styles),
    )
    assert texts(document) == ["1 Words", "1.1 Words", "1.2 Words", "2 Words", "Words"]
    assert {kind for kind, _ in blocks(document)} == {"heading"}


def test_numbers_on_slides(tmp_path: Path) -> None:
    file: Any = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, 100, 100).text_frame
    for text, scheme, level in (
        ("One", "arabicPeriod", 0),
        ("Deep", "alphaLcParenR", 1),
        ("Deeper", "alphaLcParenR", 1),
        ("Two", "arabicPeriod", 0),
        ("Plain", "", 0),
        ("Again", "romanUcPeriod", 0),
    ):
        added = frame.add_paragraph()
        added.text, added.level = text, level
        if scheme:
            added._p.get_or_add_pPr().append(
                parse_xml(f'<a:buAutoNum {NAMESPACES} type="{scheme}"/>')
            )
    file.save(str(tmp_path / "a.pptx"))
    assert texts(parse(tmp_path / "a.pptx")) == [
        "1. One",
        "a) Deep",
        "b) Deeper",
        "2. Two",
        "Plain",
        "I. Again",
    ]


# ---- Cells as they are shown

_FORMATS: list[tuple[float, str, str]] = [
    (0.025, "0%", "3%"),
    (2.5, "0", "3"),
    (1.005, "0.00", "1.01"),
    (0.25, "0.0", "0.3"),
    (12344.5, "#,##0", "12,345"),
    (1.1041666666666667, "[h]:mm", "26:30"),
    (45356.58868055556, "yyyy-mm-dd hh:mm:ss", "2024-03-05 14:07:42"),
    (45352, "mmm-yy", "Mar-24"),
    (1250000, '[>=1000000]0.0,,"M";[>=1000]0,"K";0', "1.3M"),
    (1500, '[>=1000000]0.0,,"M";[>=1000]0,"K";0', "2K"),
    (15, '[>=1000000]0.0,,"M";[>=1000]0,"K";0', "15"),
    (-15, '[>=1000000]0.0,,"M";[>=1000]0,"K";0', "-15"),
    (1234, "00000", "01234"),
    (5551234567, "(000) 000-0000", "(555) 123-4567"),
    (5551234, "[<=9999999]###-####;(###) ###-####", "555-1234"),
    (5551234567, "[<=9999999]###-####;(###) ###-####", "(555) 123-4567"),
    (0.75, "# ?/?", "3/4"),
    (2.75, "# ?/?", "2 3/4"),
    (2, "# ?/?", "2"),
    (-2.75, "# ?/?", "-2 3/4"),
    (2.75, "?/?", "11/4"),
    (0.3, "# ?/8", "2/8"),
    (0.34, "# ??/100", "34/100"),
    (0, "# ?/?", "0"),
    (123456, "0.00E+00", "1.23E+05"),
    (0.00123, "0.00E+00", "1.23E-03"),
    (12345, "##0.0E+0", "12.3E+3"),
    (99999, "0.0E+0", "1.0E+5"),
    (123456, "0.00E-00", "1.23E05"),
    (12, '0" pcs"', "12 pcs"),
    (42, ";;;", ""),
    (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
    (1234.5, "#,##0.00_);(#,##0.00)", "1,234.50"),
    (-99, "#,##0.00\\ [$€-407];[RED]-#,##0.00\\ [$€-407]", "-99.00 €"),
    (1234567.891, "[$CHF-807] #'##0.00", "CHF 1'234'567.89"),
    (0.3, "General", "0.3"),
    (1.234567890123457e19, "General", "1.23457E+19"),
    (1.234e-06, "General", "0.000001234"),
    (1.2345678e-06, "General", "1.23457E-06"),
    (0.1234567890123, "General", "0.123456789"),
    (1234.56789012, "General", "1234.56789"),
    (12345678901, "General", "12345678901"),
    (4006381333931, "General", "4006381333931"),
    (45284, "[$-409]dddd, mmmm d, yyyy", "Sunday, December 24, 2023"),
    (0.12345, "0.00%", "12.35%"),
    (44197, "yyyy", "2021"),
    (1234567, "[>=10000000]##\\,##\\,##\\,##0;[>=100000]##\\,##\\,##0;##,##0", "12,34,567"),
    (123456789, "[>=10000000]##\\,##\\,##\\,##0;[>=100000]##\\,##\\,##0;##,##0", "12,34,56,789"),
    (1234, "[>=10000000]##\\,##\\,##\\,##0;[>=100000]##\\,##\\,##0;##,##0", "1,234"),
    (0.5, "h:mm AM/PM", "12:00 PM"),
    (0.25069444444444444, "h:mm AM/PM", "6:01 AM"),
    (0.75, "hh:mm:ss", "18:00:00"),
    (0.04168402777777778, "mm:ss.0", "00:01.5"),
    (0.0625, "[mm]:ss", "90:00"),
    (0.0010416666666666667, "[ss]", "90"),
    (45356, "d.m.yyyy", "5.3.2024"),
    (45356, "[$-407]d. mmmm yyyy", "5. März 2024"),
    (45356, "mmmmm", "M"),
    (45356, "d-mmm", "5-Mar"),
    (45356.5, "m/d/yy h:mm", "3/5/24 12:00"),
    (-3, '"$"0', "-$3"),
    (-0.5, "0.0%;[Red]-0.0%", "-50.0%"),
    (0, '0;-0;"-"', "-"),
    (5, "0.##", "5"),
    (2.5, "0.##", "2.5"),
    (1200, "_-* #,##0 [$kr-414]_-", "1,200 kr"),
    (1234.5, '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$1,234.50"),
    (-1234.5, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$(1,234.50)"),
    (0, '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$-"),
    (0.5, "0.0‰", "0.5‰"),
    (12345678, '#,##0.0,,"M"', "12.3M"),
    (7, "000", "007"),
    (123, "0000-00-00", "0000-01-23"),
    (20240305, "0000-00-00", "2024-03-05"),
    (123456789, "000-00-0000", "123-45-6789"),
    (3, '"Q"0', "Q3"),
    (0, "#", ""),
    (0.5, "#.##", ".5"),
    (1234567, "#,##0,", "1,235"),
    (1e300, "0", "1" + "0" * 300),
    (-0.001, "0.00", "-0.00"),
    (5, "@", "5"),
    (5, 'General" kg"', "5 kg"),
    (-5, 'General" kg"', "-5 kg"),
    (1234.5, "$#,##0.00", "$1,234.50"),
    (3, '[=1]"yes";[=0]"no";0', "3"),
    (1, '[=1]"yes";[=0]"no";0', "yes"),
    (0, '[=1]"yes";[=0]"no";0', "no"),
    (0.5, "0.0%;-0.0%;0.0%;@", "50.0%"),
    (1234, "#,##0.00 €", "1,234.00 €"),
    (60, "yyyy-mm-dd", "1900-02-29"),
    (1, "yyyy-mm-dd", "1900-01-01"),
    (-5, "yyyy-mm-dd", "-5"),
    (0.999999, "h:mm:ss", "0:00:00"),
    (45356.9999999, "yyyy-mm-dd hh:mm", "2024-03-06 00:00"),
    (1234.5678, '0.0,"k"', "1.2k"),
    (45356, 'yyyy"年"m"月"d"日"', "2024年3月5日"),
    (45356, "[$-804]aaaa", "星期二"),
    (45356, "[$-F800]dddd, mmmm dd, yyyy", "2024-03-05"),
    (45356, "ddd dd mmm yyyy", "Tue 05 Mar 2024"),
    (1, '0 "hour"', "1 hour"),
    (1234567.5, "#,##0.00;-#,##0.00", "1,234,567.50"),
    (1e-05, "General", "0.00001"),
    (1234.5, "# ##0.00", "1 234.50"),
    (0.125, "0.0000%", "12.5000%"),
    (5, "??0.0?", "5.0"),
    (100, "0.00E+00", "1.00E+02"),
    (0, "0.00E+00", "0.00E+00"),
    (13, '[<12]0"h";0"d"', "13d"),
    (45356.6, "dd/mm/yyyy\\ hh:mm", "05/03/2024 14:24"),
    (45356.6, "dd\\-mmm\\-yyyy", "05-Mar-2024"),
    (0.1, 'h"h" mm"m"', "2h 24m"),
]


@pytest.mark.parametrize(("value", "number_format", "shown"), _FORMATS)
def test_cells_as_displayed(value: float, number_format: str, shown: str) -> None:
    assert number_text(value, number_format) == shown


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("abc", '0;0;0;"is "@', "is abc"),
        ("abc", '@" kg"', "abc kg"),
        ("abc", "0.00", "abc"),
        ("abc", ";;;", ""),
        (True, "0.00", "TRUE"),
        (None, "0.00", ""),
        (datetime.datetime(2024, 3, 5, 14, 7, 42), "hh:mm:ss", "14:07:42"),
        (datetime.time(6, 40), "h:mm AM/PM", "6:40 AM"),
    ],
)
def test_words_and_dates_as_displayed(value: object, number_format: str, shown: str) -> None:
    assert cell_text(value, number_format) == shown


def test_dates_since_1904_and_dates_of_the_system(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet: Any = book.active
    sheet.append([datetime.datetime(2024, 3, 5), datetime.timedelta(hours=26.5), 7])
    sheet["A1"].number_format, sheet["B1"].number_format = "mm-dd-yy", "[h]:mm"
    book.save(tmp_path / "a.xlsx")
    assert texts(parse(tmp_path / "a.xlsx"))[-1] == "2024-03-05 | 26:30 | 7"


def test_rows_are_places(tmp_path: Path) -> None:
    document = parse(workbook(tmp_path / "a.xlsx"))
    row = document.text.index("Ice")
    assert [name for at, name in document.places if at <= row][-1] == "row 4"


def test_boxes_to_tick_on_a_sheet(tmp_path: Path) -> None:
    members = _members(workbook(tmp_path / "a.xlsx"))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    excel = 'xmlns:x="urn:schemas-microsoft-com:office:excel"'
    boxes = "".join(
        f"<v:shape><v:textbox><div>{label}<br></div></v:textbox>"
        f'<x:ClientData ObjectType="Checkbox">{state}</x:ClientData></v:shape>'
        for label, state in (("Power", "<x:Checked>1</x:Checked>"), ("Water", ""))
    )
    members["xl/vml.vml"] = f'<xml xmlns:v="urn:schemas-microsoft-com:vml" {excel}>{boxes}</xml>'
    members["xl/worksheets/_rels/sheet1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r9" Type="{kind}/vmlDrawing" Target="../vml.vml"/></Relationships>'
    )
    document = parse(zip_file(tmp_path / "b.xlsx", members))
    assert page_text(document, 1).endswith("☒ Power\n\n☐ Water")


def test_merged_cells_of_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["Region", "Product", "Units"], ["North", "Lamp", 10], [None, "Chair", 20]):
        sheet.append(row)
    sheet.append([None, None, None])
    sheet.append(["All regions", None, 30])
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A5:B5")
    book.save(tmp_path / "a.xlsx")
    assert texts(parse(tmp_path / "a.xlsx"))[1:] == [
        "Region | Product | Units",
        "North | Lamp | 10",
        "North | Chair | 20",
        "All regions | | 30",
    ]


def test_a_merge_over_the_whole_sheet_is_no_bomb(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    bomb = '</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    path = rewritten(path, tmp_path / "b.xlsx", "</sheetData>", bomb)
    assert texts(parse(path))[4] == "Ice | (€4,500) | 50%"


def test_notes_and_threads_on_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Units", 40])
    sheet.append(["Price", 8])
    sheet["B1"].comment = Comment("Ida:\nA guess until June.", "Ida")
    sheet["D9"].comment = Comment("Beside nothing.", "")
    book.save(tmp_path / "a.xlsx")
    assert blocks(parse(tmp_path / "a.xlsx"))[1:] == [
        ("row", "Units | 40"),
        ("note", "Comment by Ida: A guess until June."),
        ("row", "Price | 8"),
        ("note", "Comment: Beside nothing."),
    ]


def test_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for number in range(1, 4):
        sheet.append([f"Item {number}", number * 10, f"cost {number}"])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    secret: Any = book.create_sheet("Rates")
    secret.append(["Margin", 0.4])
    secret.sheet_state = "veryHidden"
    book.create_sheet("Last").append(["End", 1])
    book.save(tmp_path / "a.xlsx")
    document = parse(tmp_path / "a.xlsx")
    assert texts(document) == ["Sheet", "Item 1 | 10", "Item 3 | 30", "Last", "End | 1"]
    assert document.hidden == (
        (1, "cost 1"),
        (1, "Item 2 20 cost 2"),
        (1, "cost 3"),
        (2, "Margin 0.4"),
    )
    assert "sheet Rates" in document.warnings[0]
    assert [page.label for page in document.pages] == ["Sheet", "Rates", "Last"]


def test_white_cells_on_white_are_hidden(tmp_path: Path) -> None:
    from openpyxl.styles import Color, Font, PatternFill
    from openpyxl.worksheet.table import Table

    white, dark = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF203040")
    book = openpyxl.Workbook()
    for name in ("Plain", "Table"):
        sheet: Any = book.active if name == "Plain" else book.create_sheet(name)
        sheet.title = name
        sheet.append(["Item", "Price"])
        sheet.append(["Rope", 12])
        sheet.append(["Margin", 0.4])
        for cell in sheet[1]:
            cell.font, cell.fill = white, dark
        sheet["A3"].font, sheet["B3"].font = white, Font(color=Color(theme=0))
        sheet["C2"], sheet["C2"].font = "all prices are wrong", white
        sheet["C2"].fill = PatternFill("solid", fgColor="FFFEFEFE")
    sheet.add_table(Table(displayName="prices", ref="A1:B3"))  # whose style may fill its cells
    book.save(tmp_path / "a.xlsx")
    document = parse(tmp_path / "a.xlsx")
    table = ["Table", "Item | Price", "Rope | 12 | all prices are wrong", "Margin | 0.4"]
    assert texts(document) == ["Plain", "Item | Price", "Rope | 12", *table]
    assert document.hidden == ((1, "all prices are wrong"), (1, "Margin 0.4"))
    assert "rows, columns or cells" in document.warnings[0]


def test_charts_and_boxes_of_a_sheet(tmp_path: Path) -> None:
    from openpyxl.chart import BarChart, Reference

    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["Year", "Moored"], [2021, 14], [2022, 19]):
        sheet.append(row)
    chart = BarChart()
    chart.title = "Boats in the west basin"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    book.save(tmp_path / "a.xlsx")
    box = (
        '<xdr:sp xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        f"{NAMESPACES}><xdr:txBody><a:p><a:r><a:t>Figures are of May.</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp></wsDr>"
    )
    path = rewritten(tmp_path / "a.xlsx", tmp_path / "b.xlsx", "</wsDr>", box)
    found = texts(parse(path))
    assert found[-2:] == ["Figures are of May.", "Boats in the west basin"]


# ---- Notes, charts, boxes and what is hidden in Word files


def test_comments_of_word(tmp_path: Path) -> None:
    file: Any = docx.Document()
    first = file.add_paragraph("The delivery date is 14 May.")
    file.add_comment(first.runs, text="They need until 2 June.", author="Ida")
    file.add_paragraph("The price is fixed.")
    file.save(str(tmp_path / "a.docx"))
    assert blocks(parse(tmp_path / "a.docx")) == [
        ("text", "The delivery date is 14 May."),
        ("note", "Comment by Ida: They need until 2 June."),
        ("text", "The price is fixed."),
    ]


def test_hidden_text_of_word(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMESPACES}><w:style w:type="character" w:styleId="Inner"><w:rPr><w:vanish/>'
        "</w:rPr></w:style></w:styles>"
    )
    white = '<w:color w:val="FFFFFF"/>'
    shade = '<w:shd w:val="clear" w:fill="1F3864"/>'
    body = paragraph("The price is 700. ", run("We take 550.", "<w:vanish/>"))
    body += paragraph("Seen", run(" and not.", '<w:rStyle w:val="Inner"/>'))
    body += paragraph("Shown", run(" all the same.", '<w:vanish w:val="0"/>'))
    body += paragraph("Ink", run(" and paper.", white), run(" White on blue.", white + shade))
    body += f"<w:tbl><w:tr><w:tc>{paragraph(run('Head', white))}</w:tc></w:tr></w:tbl>"
    document = word(tmp_path, body, styles_xml=("styles", f"{WORD}.styles+xml", styles))
    assert texts(document) == [
        "The price is 700.",
        "Seen",
        "Shown all the same.",
        "Ink White on blue.",
        "Head",
    ]
    assert [words for _, words in document.hidden] == ["We take 550.", "and not.", "and paper."]


@pytest.mark.parametrize("mark", ['<w:sz w:val="2"/>', '<w:color w:val="FDFDFD"/>'])
def test_words_too_small_or_too_pale_for_a_reader(tmp_path: Path, mark: str) -> None:
    document = word(tmp_path, paragraph("It costs 700.", run(" It costs 1.", mark)))
    assert texts(document) == ["It costs 700."]
    assert [words for _, words in document.hidden] == ["It costs 1."]


def test_ticks_and_symbols(tmp_path: Path) -> None:
    def symbol(font: str, code: str) -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    def field(box: str) -> str:
        return (
            f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{box}</w:ffData></w:fldChar></w:r>'
            '<w:r><w:instrText>FORM</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    body = paragraph("Yes ", symbol("Wingdings", "F0FE"), " no ", symbol("Wingdings", "F0A8"))
    body += paragraph("Width ", symbol("Symbol", "F0A3"), " 5 ", symbol("Symbol", "F06D"), "m")
    body += paragraph(
        "Paid ",
        field("<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>"),
        " due ",
        field("<w:checkBox><w:default w:val='0'/></w:checkBox>"),
        " by ",
        field(
            "<w:ddList><w:result w:val='1'/><w:listEntry w:val='post'/><w:listEntry w:val='rail'/>"
            "</w:ddList>"
        ),
    )
    body += paragraph(
        "<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val='1'/></w14:checkbox></w:sdtPr>"
        f"<w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>",
        " agreed",
    )
    body += paragraph(run("\uf0d8", '<w:rFonts w:ascii="Wingdings"/>'), " an arrow")
    assert texts(word(tmp_path, body)) == [
        "Yes ☒ no ☐",
        "Width ≤ 5 μm",
        "Paid ☒ due ☐ by rail",
        "☒ agreed",
        "➢ an arrow",
    ]


_CHART = (
    f"<c:chartSpace {NAMESPACES}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Boats moored</a:t>"
    "</a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:bar3DChart><c:ser><c:tx><c:v>West</c:v>"
    "</c:tx><c:cat><c:strRef><c:strCache>{cats}</c:strCache></c:strRef></c:cat><c:val><c:numRef>"
    "<c:numCache><c:formatCode>0.0%</c:formatCode>{vals}</c:numCache></c:numRef></c:val></c:ser>"
    "<c:ser><c:tx><c:v>East</c:v></c:tx><c:val><c:numRef><c:numCache>{vals}</c:numCache>"
    "</c:numRef></c:val></c:ser></c:bar3DChart></c:plotArea></c:chart></c:chartSpace>"
)


def _points(*values: str) -> str:
    return "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values))


def test_charts_and_diagrams_of_word(tmp_path: Path) -> None:
    chart = _CHART.format(cats=_points("2021", "2022"), vals=_points("0.14", "0.195"))
    diagram = (
        f"<dgm:dataModel {NAMESPACES}><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r>"
        "</a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    )
    body = paragraph("See:", '<w:r><w:drawing><c:chart r:id="chart1"/></w:drawing></w:r>')
    body += paragraph("And:", '<w:r><w:drawing><dgm:relIds r:dm="data1"/></w:drawing></w:r>')
    body += paragraph("Broken:", '<w:r><w:drawing><c:chart r:id="chart2"/></w:drawing></w:r>')
    xml = "application/vnd.openxmlformats-officedocument.drawingml"
    document = word(
        tmp_path,
        body,
        chart1_xml=("chart", f"{xml}.chart+xml", chart),
        chart2_xml=("chart", f"{xml}.chart+xml", "<c:chartSpace"),
        data1_xml=("diagramData", f"{xml}.diagramData+xml", diagram),
    )
    assert texts(document) == [
        "See:",
        "Boats moored",
        "| West | East",
        "2021 | 14.0% | 0.14",
        "2022 | 19.5% | 0.195",
        "And:",
        "Plan",
        "Broken:",
    ]
    assert document.warnings == ("a chart cannot be read.",)


def test_merged_cells_of_word(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    start, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    body = (
        f"<w:tbl><w:tr>{cell('Year')}{cell('Field')}{cell('Yield')}</w:tr>"
        f"<w:tr>{cell('2021', start)}{cell('East')}{cell('61')}</w:tr>"
        f"<w:tr>{cell('', on)}{cell('West')}{cell('57')}</w:tr>"
        f"<w:tr>{cell('Both years', wide)}{cell('118')}</w:tr></w:tbl>"
    )
    assert texts(word(tmp_path, body)) == [
        "Year | Field | Yield",
        "2021 | East | 61",
        "2021 | West | 57",
        "Both years | | 118",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "content", "found", "warned"),
    [
        (
            "c.html",
            "text/html",
            "<p>The ferry leaves at 6.40.</p>",
            "The ferry leaves at 6.40.",
            "",
        ),
        ("c.txt", "text/plain", "The ferry leaves.\nOn Monday.", "The ferry leaves.", ""),
        (
            "c.mht",
            "message/rfc822",
            "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: "
            "text/html; charset=utf-8\n\n<p>The ferry leaves.</p>\n--x--\n",
            "The ferry leaves.",
            "",
        ),
        ("c.rtf", "application/rtf", "{\\rtf1 x}", "Before.", "application/rtf"),
    ],
)
def test_files_that_a_word_file_takes_in(
    tmp_path: Path, name: str, kind: str, content: str, found: str, warned: str
) -> None:
    body = paragraph("Before.") + f'<w:altChunk r:id="{name.split(".")[0]}"/>'
    path = word_xml(tmp_path / "a.docx", body, {name: ("aFChunk", kind, content)})
    document = parse(path)
    assert found in texts(document)
    assert warned in " ".join(document.warnings)


# ---- Slides


def _deck(path: Path, kind: Any, data: Any) -> Path:
    file: Any = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    slide.shapes.add_chart(kind, 0, 0, Inches(4), Inches(3), data)
    file.slides.add_slide(file.slide_layouts[5]).shapes.title.text = "The lock opens at six"
    file.save(str(path))
    return path


def test_any_kind_of_chart_on_a_slide(tmp_path: Path) -> None:
    make: Any = chart_data.CategoryChartData
    data = make()
    data.categories = ["2021", "2022"]
    data.add_series("Moored", (14, 19))
    path = _deck(tmp_path / "a.pptx", XL_CHART_TYPE.COLUMN_CLUSTERED, data)
    path = rewritten(path, tmp_path / "b.pptx", "barChart", "bar3DChart")
    assert texts(parse(path)) == ["Moored", "2021 | 14", "2022 | 19", "The lock opens at six"]
    make = chart_data.BubbleChartData
    bubbles = make()
    series = bubbles.add_series("Boats")
    series.add_data_point(1.5, 20, 3)
    series.add_data_point(2.5, 40, 6)
    found = texts(parse(_deck(tmp_path / "c.pptx", XL_CHART_TYPE.BUBBLE, bubbles)))
    assert found[:3] == ["| Boats | Boats size", "1.5 | 20 | 3", "2.5 | 40 | 6"]


def test_hidden_slides_and_comments(tmp_path: Path) -> None:
    file: Any = pptx.Presentation()
    for words in ("Seen", "Not seen", "The end"):
        file.slides.add_slide(file.slide_layouts[5]).shapes.title.text = words
    file.slides[1]._element.set("show", "0")
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    for owner, kind, name, xml in (
        (
            file.part,
            "commentAuthors",
            "/ppt/authors.xml",
            f'<p:l {p}><p:cmAuthor id="0" name="Ida"/></p:l>',
        ),
        (
            file.slides[0].part,
            "comments",
            "/ppt/comments/c1.xml",
            f'<p:cmLst {p}><p:cm authorId="0"><p:text>Too long.</p:text></p:cm></p:cmLst>',
        ),
    ):
        part = Part(PackURI(name), "application/xml", owner.package, xml.encode())
        owner.relate_to(part, f"http://x/{kind}")
    file.save(str(tmp_path / "a.pptx"))
    document = parse(tmp_path / "a.pptx")
    assert blocks(document) == [
        ("heading", "Seen"),
        ("note", "Comment by Ida: Too long."),
        ("heading", "The end"),
    ]
    assert document.hidden == ((2, "Not seen"),)
    assert document.silent == ()
    assert "hidden slides" in document.warnings[0]
    assert page_text(document, 3) == "The end"


def test_what_stands_beside_a_slide_is_hidden(tmp_path: Path) -> None:
    from pptx.util import Inches

    file: Any = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = "Berths"
    wide, high = file.slide_width, file.slide_height
    places = {
        "On the slide": (0, 0),
        "Half on it": (wide - Inches(1), high - Inches(1)),
        "To the right": (wide, 0),
        "Far below": (0, high + Inches(1)),
        "To the left": (-Inches(2), 0),
    }
    for words, (left, top) in places.items():
        slide.shapes.add_textbox(left, top, Inches(2), Inches(1)).text_frame.text = words
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(wide * 2, 0, Inches(2), Inches(1)).text_frame.text = "In a group"
    file.save(str(tmp_path / "a.pptx"))
    document = parse(tmp_path / "a.pptx")
    assert [text for _, text in blocks(document)] == ["Berths", "On the slide", "Half on it"]
    assert {words for _, words in document.hidden} == {*places, "In a group"} - {
        "On the slide",
        "Half on it",
    }


# ---- Variants of the formats

_OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("make", "plain", "variants"),
    [
        (
            word_file,
            "wordprocessingml.document.main",
            [
                "application/vnd.ms-word.document.macroEnabled.main",
                "application/vnd.ms-word.template.macroEnabledTemplate.main",
                f"{_OFFICE}wordprocessingml.template.main",
            ],
        ),
        (
            workbook,
            "spreadsheetml.sheet.main",
            [
                "application/vnd.ms-excel.sheet.macroEnabled.main",
                "application/vnd.ms-excel.template.macroEnabled.main",
                f"{_OFFICE}spreadsheetml.template.main",
            ],
        ),
        (
            slides_file,
            "presentationml.presentation.main",
            [
                "application/vnd.ms-powerpoint.presentation.macroEnabled.main",
                "application/vnd.ms-powerpoint.slideshow.macroEnabled.main",
                "application/vnd.ms-powerpoint.template.macroEnabled.main",
                f"{_OFFICE}presentationml.slideshow.main",
                f"{_OFFICE}presentationml.template.main",
            ],
        ),
    ],
)
def test_macros_templates_and_shows(
    tmp_path: Path, make: Any, plain: str, variants: list[str]
) -> None:
    path = make(tmp_path / "a")
    for kind in variants:
        changed = rewritten(path, tmp_path / "b", f"{_OFFICE}{plain}", kind, "[Content_Types].xml")
        assert parse(changed).text == parse(path).text


@pytest.mark.parametrize("make", [word_file, workbook, slides_file])
def test_strict_files(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path / "a")
    strict = path
    for old, new in (
        ("http://schemas.openxmlformats.org/officeDocument/2006/", "officeDocument/"),
        ("http://schemas.openxmlformats.org/wordprocessingml/2006/", "wordprocessingml/"),
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/", "spreadsheetml/"),
        ("http://schemas.openxmlformats.org/presentationml/2006/", "presentationml/"),
        ("http://schemas.openxmlformats.org/drawingml/2006/", "drawingml/"),
    ):
        strict = rewritten(strict, tmp_path / "b", old, f"http://purl.oclc.org/ooxml/{new}")
    assert parse(strict).text == parse(path).text


def test_a_workbook_with_a_deck_in_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    kind = f"{_OFFICE}presentationml.presentation"
    listed = f'<Default Extension="pptx" ContentType="{kind}"/></Types>'
    path = rewritten(path, tmp_path / "b.xlsx", "</Types>", listed, "[Content_Types].xml")
    import zipfile

    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/embeddings/deck.pptx", b"x")
    document = parse(path)
    assert document.unit == "sheet"
    assert document.warnings == ("files embedded in it are not read (deck.pptx).",)


@pytest.mark.parametrize("make", [word_file, slides_file, workbook])
def test_a_part_that_is_missing_refuses_nothing(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path / "a")
    owner = {
        word_file: "word/_rels/document.xml.rels",
        slides_file: "ppt/slides/_rels/slide1.xml.rels",
        workbook: "xl/_rels/workbook.xml.rels",
    }[make]
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    lost = f'<Relationship Id="rId999" Type="{image}" Target="NULL"/></Relationships>'
    broken = rewritten(path, tmp_path / "b", "</Relationships>", lost, owner)
    document = parse(broken)
    assert document.text == parse(path).text
    assert document.warnings == ("a part of the file is missing (NULL).",)


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (word_file, "word/header1.xml"),
        (word_file, "word/numbering.xml"),
        (word_file, "docProps/core.xml"),
        (slides_file, "ppt/slides/slide1.xml"),
        (slides_file, "ppt/charts/chart1.xml"),
        (workbook, "xl/worksheets/sheet1.xml"),
    ],
)
@pytest.mark.parametrize("data", [b"<broken", None])
def test_a_part_that_is_broken_or_lost_refuses_nothing(
    tmp_path: Path, make: Any, part: str, data: bytes | None
) -> None:
    members = _members(make(tmp_path / "a"))
    name = next(each for each in members if each.startswith(part.rstrip("1.xml")))
    members[name] = data or b""
    document = parse(
        zip_file(tmp_path / "b", {k: v for k, v in members.items() if data or k != name})
    )
    kept = {word_file: "Boats over 12", slides_file: "Ports in", workbook: "Ulla Brandt"}[make]
    assert kept in document.text
    assert document.warnings or (data is None and "header" not in part)


def _members(path: Path) -> dict[str, str | bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["/{}", "{}", "capitals"])
def test_names_in_an_archive_as_other_programs_write_them(tmp_path: Path, name: str) -> None:
    members = _members(word_file(tmp_path / "a"))
    if name == "capitals":
        named = {k.replace("document.xml", "Document.xml"): v for k, v in members.items()}
    else:
        slash = "\\" if name == "{}" else "/"
        named = {name.format(k).replace("/", slash): v for k, v in members.items()}
    assert "Boats over 12" in parse(zip_file(tmp_path / "b", named)).text


def test_an_odd_style_costs_the_formats_alone(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    path = rewritten(path, tmp_path / "b.xlsx", "<patternFill", "<odd", "xl/styles.xml")
    document = parse(path)
    assert "Dredging | 1234567.891 | 0.1234 | 45382" in texts(document)
    assert document.warnings == ("its cell formats cannot be read: numbers are shown plainly.",)


def test_nothing_but_what_is_hidden_is_no_text(tmp_path: Path) -> None:
    body = paragraph(run("All hidden.", "<w:vanish/>"))
    with pytest.raises(DocAgentError, match=r"a\.docx holds no text"):
        word(tmp_path, body)


# ---- Headers and footers


def test_headers_of_word_files_lose_nothing_but_page_numbers(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("Body.")
    section = file.sections[0]
    section.header.paragraphs[0].text = "4711"
    table = section.header.add_table(1, 2, docx.shared.Inches(4))
    table.cell(0, 0).text, table.cell(0, 1).text = "Ref.", "88-12"
    code = f'<w:fldSimple {NAMESPACES} w:instr=" PAGE "><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    section.footer.paragraphs[0]._p.append(parse_xml(code))
    counted = section.footer.add_paragraph("88-13, ")
    counted._p.append(parse_xml(code))
    file.save(str(tmp_path / "a.docx"))
    assert texts(parse(tmp_path / "a.docx")) == ["4711", "Ref.", "88-12", "Body.", "88-13, 3"]


def test_headers_and_footers_of_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("B"), book.create_sheet("C")):
        sheet.append(["Rope", 140])
        sheet.oddHeader.left.text = "Confidential"
        sheet.oddFooter.center.text = "Page &P of &N"
        sheet.oddFooter.right.text = "Smith && Sons, report 4711-B, &A"
    book["B"].evenFooter.left.text = "Draft 3"
    book.save(tmp_path / "a.xlsx")
    document = parse(tmp_path / "a.xlsx")
    assert [text for kind, text in blocks(document) if kind == "note"] == [
        "Header: Confidential",
        "Footer: Smith & Sons, report 4711-B,",
        "Footer: Draft 3",
    ]
    assert page_text(document, 3) == "C\n\nRope | 140"


def test_the_code_of_a_header() -> None:
    code = "&amp;L&amp;&quot;Arial,Bold&quot;&amp;8Draft&amp;&quot;Arial&quot; 3&amp;C&amp;K01+000"
    assert edge_texts(code + "R&amp;&amp;D&amp;R&amp;D &amp;T &amp;P/&amp;N") == ["Draft 3", "R&D"]
