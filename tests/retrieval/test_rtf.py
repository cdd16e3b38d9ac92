"""RTF, as Word and WordPad write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.retrieval.parsed import blocks, parse

TEXT = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times;}
{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}{\colortbl;\red0\green0\blue0;}
{\stylesheet{\s0 Normal;}{\s1\b heading 1;}}{\info{\title Harbour Rules}{\author X}}
\pard\s1\b Fees\par
\pard\plain The tank holds 10{\super 6} l, H{\sub 2}O \'80 caf\'e9 \u8364?\u-10179?\u-8704?
{\v secret} end{\footnote \chftn  Measured in 1931.}.\par
{\f1 \'d1\'f2\'ee\'e8\'ec\'ee\'f1\'f2\'fc} {\f2 \'89\'c6\'92\'c0}\par
{\listtext 1.\tab}first item\par
\trowd\cellx1000\cellx2000\pard\intbl Year\cell Wheat\cell\row
\trowd\clvmgf\cellx1000\cellx2000\pard\intbl 2021\cell 57\par more\cell\row
\trowd\clvmrg\cellx1000\cellx2000\pard\intbl\cell 59\cell\row
\pard{\*\atnauthor Ann Bolt}{\*\annotation Check this.}After {\field{\*\fldinst HYPERLINK "x"}
{\fldrslt the link}}{\pict\bin4 }}}}}{\*\unknown zzz} \ldblquote yes\rdblquote\par
{\header running}}"""


@pytest.mark.parametrize("name", ["a.rtf", "a.doc", "a.txt"])
def test_rtf(tmp_path: Path, name: str) -> None:
    document = parse(tmp_path / name, TEXT)
    assert document.title == "Harbour Rules"
    assert blocks(document) == [
        ("heading", "Fees"),
        ("text", "The tank holds 10⁶ l, H₂O € café €😀 end¹."),
        ("text", "1 Measured in 1931."),
        ("text", "Стоимость 家賃"),
        ("text", "1. first item"),
        ("row", "Year | Wheat"),
        ("row", "2021 | 57 more"),
        ("row", "2021 | 59"),
        ("text", "After the link “yes”"),
        ("note", "Comment by Ann Bolt: Check this."),
        ("text", "running"),
    ]
    assert document.warnings == ("pictures in it are not read (1).",)
    assert document.hidden == ((0, "secret"),)


@pytest.mark.parametrize(
    "more", [b"{" * 50_000, b"}" * 50_000, b"\\bin99999999 x", b"\\u\\u1 \\'e"]
)
def test_damaged_rtf_is_read_as_far_as_it_goes(tmp_path: Path, more: bytes) -> None:
    assert parse(tmp_path / "a.rtf", b"{\\rtf1 Words.\\par " + more).text.startswith("Words.")


def test_headers_once_and_objects_named(tmp_path: Path) -> None:
    page = rb"{\header\pard Rent 2026\par}{\headerl Rent 2026}{\footerf 1}Words.\par"
    thing = rb"{\object{\*\objdata 0105}{\result{\pard shown}}}\par"
    document = parse(tmp_path / "a.rtf", rb"{\rtf1 " + page + thing + b"}")
    assert blocks(document) == [("text", "Words."), ("text", "shown"), ("text", "Rent 2026")]
    assert document.warnings == ("objects in it are not read (1).",)


def test_cells_that_no_row_ends_are_a_row(tmp_path: Path) -> None:
    text = rb"{\rtf1 Fax\cell 0621\cell\pard\par After\par Phone\cell 0622\cell}"
    found = blocks(parse(tmp_path / "a.rtf", text))
    assert found == [("row", "Fax | 0621"), ("text", "After"), ("row", "Phone | 0622")]


def test_a_text_box_is_its_text_and_not_its_shape(tmp_path: Path) -> None:
    text = rb"""{\rtf1{\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}
{\shptxt \pard In the box\par}}{\shprslt other}} After\par}"""
    assert "shapeType" not in parse(tmp_path / "a.rtf", text).text
    assert "In the box" in parse(tmp_path / "a.rtf", text).text


def test_a_page_that_outlook_has_wrapped(tmp_path: Path) -> None:
    text = rb"""{\rtf1\ansi\ansicpg1251\fromhtml1 {\*\htmltag18 <html>}{\*\htmltag64 <p>}
\htmlrtf {\htmlrtf0 Dear \'ce\'f2\'f2\'ee & co,{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0
{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 it costs {\*\htmltag84 <b>}40{\*\htmltag92 </b>}.
{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 {\*\htmltag27 </html>}}"""
    assert blocks(parse(tmp_path / "a.rtf", text)) == [
        ("text", "Dear Отто & co,"),
        ("text", "it costs 40."),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"Within {\f1\'b1} 5, {\f1 \u-3933?} 7 {\f2\'fe}", "Within ± 5, ≤ 7 ☒"),
        (rb'{\field{\*\fldinst SYMBOL 163 \\f "Symbol"}{\fldrslt\f1\'a3}} 7', "≤ 7"),
        (rb"{\field{\*\fldinst EQ \\f(3,4)}{\fldrslt}} cup", "3/4 cup"),
        (
            rb"2{\mmath{\*\moMath{\mf{\mnum{\mr 1}}{\mden{\mr 2}}}}} and "
            rb"{\mmath{\*\moMath{\mnary{\mnaryPr{\mchr \u8721?}}{\msub{\mr i}}{\msup{\mr n}}"
            rb"{\me{\mr x}}}}}",
            "2 1/2 and ∑_(i)^(n) x",
        ),
        (rb"1{\super 3}/{\sub 4} cups", "1 3/4 cups"),
        (rb"{\listtext\pard 1.\tab}\par{\listtext\pard 2.\tab}Words", "2. Words"),
    ],
)
def test_symbols_fields_and_formulas(tmp_path: Path, source: bytes, text: str) -> None:
    fonts = rb"{\fonttbl{\f0 Times;}{\f1\fcharset2 Symbol;}{\f2\fcharset2 Wingdings;}}"
    assert parse(tmp_path / "a.rtf", rb"{\rtf1 " + fonts + source + rb"\par}").text == text


def test_a_heading_by_the_style_it_is_based_on(tmp_path: Path) -> None:
    styles = rb"{\stylesheet{\s1 heading 1;}{\s2\sbasedon1 Clause;}{\s3\outlinelevel1 Point;}}"
    body = rb"\pard\s2 Rules\par\pard\s3 Fees\par\pard Words.\par"
    document = parse(tmp_path / "a.rtf", rb"{\rtf1 " + styles + body + b"}")
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1), ("heading", 2), ("text", 0),
    ]  # fmt: skip
