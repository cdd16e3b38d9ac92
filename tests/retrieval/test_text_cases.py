"""Pages and books as a browser shows them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.make_office import book, chapter, zip_file
from tests.retrieval.parsed import blocks, parse


def texts(path: Path, body: str) -> list[str]:
    return [text for _, text in blocks(parse(path, f"<html><body>{body}</body></html>"))]


def test_tags_with_a_namespace_are_read_through(tmp_path: Path) -> None:
    sales = '$<ix:nonFraction name="us-gaap:Revenues" scale="6">4,812</ix:nonFraction> million'
    hidden = "<ix:header><ix:hidden><ix:nonNumeric>0000</ix:nonNumeric></ix:hidden></ix:header>"
    word = "<p class=MsoNormal>Dear<o:p> </o:p>Otto,<o:p></o:p></p>"
    path = tmp_path / "a.html"
    assert texts(path, f"{hidden}<div>Net sales were {sales}.</div>{word}") == [
        "Net sales were $4,812 million.",
        "Dear Otto,",
    ]
    assert parse(path).hidden == ((0, "0000"),)


@pytest.mark.parametrize(
    ("label", "encoding", "words"),
    [
        ("gb2312", "gbk", "董事长为朱镕基"),
        ("gbk", "gb18030", "租金€"),
        ("x-sjis", "cp932", "株式会社①"),
        ("Shift_JIS", "cp932", "髙橋"),
        ("euc-kr", "cp949", "똠방각하 펲시"),
        ("latin1", "cp1252", "“half” – €40"),
        ("iso-8859-9", "cp1254", "“Şoför”"),
        ("tis-620", "cp874", "ค่าเช่า…"),
        ("utf-16", "utf-8", "Łódź"),
        ("big5", "big5hkscs", "臺北市"),
        ("no-such", "cp1251", "Стоимость аренды составляет три тысячи рублей"),
    ],
)
def test_a_declared_charset_is_what_browsers_take_it_for(
    tmp_path: Path, label: str, encoding: str, words: str
) -> None:
    late = f"<!-- {'x' * 9000} charset=koi8-r --><meta charset='{label}'>"
    page = f"<html><head>{late}</head><body><p>{words}</p></body></html>"
    assert blocks(parse(tmp_path / "a.html", page.encode(encoding))) == [("text", words)]


def test_one_damaged_character_does_not_change_the_encoding(tmp_path: Path) -> None:
    page = "<meta charset=gb2312><p>租金每月三千二百元。</p>".encode("gbk") + b"\xff"
    assert "租金每月三千二百元。" in parse(tmp_path / "a.html", page).text


def test_values_of_fields_and_pictures_are_shown(tmp_path: Path) -> None:
    body = """<p>Applicant <input value="Marta Lind"><input type=password value=x></p>
        <textarea>I apply for the berth.\nBy the crane.</textarea>
        <select><option>Small<option selected>Large</select><button>Pay in 10 days</button>
        <p><input type=checkbox checked> Paid <input type="hidden" value="x"></p>
        <p><img alt="Map of the port"></p><noscript><p>Open from 8.</p></noscript>
        <details><summary>More</summary><p>Closed on Sundays.</p></details>
        <p title="not shown">He said <q>yes</q>.</p><svg><title>x</title><text>West</text></svg>"""
    assert texts(tmp_path / "a.html", body) == [
        "Applicant Marta Lind",
        "I apply for the berth.\nBy the crane.",
        "Large Pay in 10 days",
        "☒ Paid",
        "Map of the port",
        "Open from 8.",
        "More",
        "Closed on Sundays.",
        "He said “yes”.",
        "West",
    ]


def test_what_a_browser_hides_is_kept_apart(tmp_path: Path) -> None:
    hidden = [
        "<p hidden>one</p>",
        "<p style='color: red; display:none'>two</p>",
        "<span style='font-size:0px'>three<script>no</script></span>",
        "<template><p>four</p></template>",
        "<dialog>five</dialog>",
        "<p style='mso-hide:all'>six</p>",
    ]
    body = "".join(hidden) + "<p style='font-size:0.9em' aria-hidden=true>shown</p>"
    assert texts(tmp_path / "a.html", body) == ["shown"]
    words = ["one", "two", "three", "four", "five", "six"]
    assert parse(tmp_path / "a.html").hidden == tuple((0, word) for word in words)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("10<sup>6</sup> litres", "10⁶ litres"),
        ("214<sup><a href='#n'>2</a></sup> tonnes", "214² tonnes"),
        ("1,204<sup>[2]</sup> and 812<sup>(3)</sup>", "1,204[2] and 812⁽³⁾"),
        ("1<sup>st</sup>, H<sub>2</sub>O, x<sub>max</sub>", "1st, H₂O, x_(max)"),
        ("55<span style='vertical-align:super'>4</span>", "55⁴"),
        ("55<a role=doc-noteref>4</a>", "55⁴"),
        ("55<sup>*</sup>", "55*"),
        ("a <math><mfrac><mn>3</mn><mn>4</mn></mfrac></math> dose", "a 3/4 dose"),
        ("2<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> cups", "2 1/2 cups"),
        ("1<sup>1</sup>/<sub>2</sub> or <sup>3</sup>&frasl;4 cups", "1 1/2 or 3/4 cups"),
        ("<style>.c5 {vertical-align: super}</style>55<i class=c5>4</i>", "55⁴"),
        ("<style>.s {vertical-align: 4px; font-size: 70%}</style>10<i class=s>6</i>", "10⁶"),
        ("<style>i {vertical-align: 2px}</style>seat <i>6</i>", "seat 6"),
        ("10<i style='mso-text-raise:4.0pt;position:relative;top:-4.0pt'>6</i>", "10⁶"),
        ("10<i style='position:relative; top:-.4em; font-size:70%'>6</i>", "10⁶"),
        ("<div role=img aria-label='Costs: 5,300'><i>x</i></div>", "Costs: 5,300"),
        ("<iframe srcdoc='&lt;p>The fee is 14.'></iframe>", "The fee is 14."),
        ("price <del>20</del><ins>18</ins>", "price ~~20~~18"),
        ("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の本社", "東京の本社"),
    ],
)
def test_raised_figures_formulas_and_readings(tmp_path: Path, body: str, text: str) -> None:
    assert texts(tmp_path / "a.html", f"<p>{body}</p>") == [text]


def test_a_cell_over_several_rows_stands_in_each(tmp_path: Path) -> None:
    body = """<table><tr><th rowspan=2>Field<th rowspan=2>Soil<th colspan=2>Crop
        <tr><th>Wheat<th>Rye
        <tbody><tr><td rowspan=2>East<td>clay<td>57<td>44<tr><td>sand<td>59<td>47
        <tr><td>West<td rowspan=0>loam<td>61<td>48<tr><td>South<td>62<td>49</table>"""
    assert texts(tmp_path / "a.html", body) == [
        "Field | Soil | Crop",
        "Field | Soil | Wheat | Rye",
        "East | clay | 57 | 44",
        "East | sand | 59 | 47",
        "West | loam | 61 | 48",
        "South | loam | 62 | 49",
    ]


def test_spans_of_a_hostile_table_end_somewhere(tmp_path: Path) -> None:
    wide = "<td rowspan=65534 colspan=100>x" * 200
    document = parse(tmp_path / "a.html", f"<table><tr>{wide}{'<tr><td>1' * 4_000}</table>")
    assert len(document.text) < 2_000_000


def test_numbers_of_lists(tmp_path: Path) -> None:
    body = """<ol start=7><li>seven<li value=10>ten<ol type=a><li>sub<li>sub</ol><li>eleven</ol>
        <ol reversed><li>b<li>a</ol><ol type=I><li>one<li>two</ol>
        <style>.law li {list-style-type: lower-roman}</style><ol class=law><li>x<li>y</ol>
        <ol style="list-style: none"><li>bare</ol><table><tr><td><ol><li>in</ol><td>5</table>"""
    assert texts(tmp_path / "a.html", body) == [
        *("7. seven", "10. ten", "a. sub", "b. sub", "11. eleven"),
        *("2. b", "1. a", "I. one", "II. two", "i. x", "ii. y", "bare", "1. in | 5"),
    ]


def test_numbers_by_counters_of_a_style_sheet(tmp_path: Path) -> None:
    style = """ol.law {counter-reset: item; list-style: none} .law > li {counter-increment: item}
        .law > li::before {content: counters(item, ".") " "}
        .kix {list-style-type: none} .start {counter-reset: kix} .kix > li {counter-increment: kix}
        .kix > li:before {content: "(" counter(kix, lower-latin) ") "}
        h2 {counter-increment: part} h2:before {content: "Part " counter(part, upper-roman) ": "}"""
    body = """<h2>Rent</h2><ol class=law><li>One<ol class=law><li>In<li>In</ol><li>Two</ol>
        <h2>Fees</h2><ol class="kix start"><li>x</ol><p>-</p><ol class=kix><li>y</ol>"""
    assert texts(tmp_path / "a.html", f"<style>{style}</style>{body}") == [
        *(
            "Part I: Rent",
            "1 One",
            "1.1 In",
            "1.2 In",
            "2 Two",
            "Part II: Fees",
            "(a) x",
            "-",
            "(b) y",
        ),
    ]


def test_a_book_raises_figures_by_its_style_sheet(tmp_path: Path) -> None:
    page = chapter('<p>10<span class="up">6</span> l <i class="off">secret</i></p>')
    page = page.replace("<title/>", '<link rel="stylesheet" href="../a.css"/>')
    css = "span.up { vertical-align: super } .off { display: none }"
    document = parse(book(tmp_path / "a.epub", [page], **{"OEBPS/a.css": css}))
    assert document.text == "10⁶ l"
    assert document.hidden == ((0, "secret"),)


@pytest.mark.parametrize("lost", ["META-INF/container.xml", "OEBPS/book.opf"])
def test_a_book_without_its_list_of_chapters_is_read(tmp_path: Path, lost: str) -> None:
    path = book(tmp_path / "a.epub", [chapter("<p>One.</p>"), chapter("<p>Two.</p>")])
    with zipfile.ZipFile(path) as archive:
        kept = {n: archive.read(n) for n in archive.namelist() if n != lost}
    assert parse(zip_file(tmp_path / "b.epub", {**kept})).text == "One.\n\nTwo."


def test_a_book_with_a_chapter_missing_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.epub", [chapter("<p>The lamp was lit at four.</p>"), "x"])
    data = path.read_bytes().replace(b"text/chapter 1.xhtml", b"text/chapter 7.xhtml")
    document = parse(path, data)
    assert blocks(document) == [("text", "The lamp was lit at four.")]
    assert document.warnings == (
        "OEBPS/text/chapter 1.xhtml is missing in it; the other chapters are read.",
    )


def test_names_in_a_book_may_differ_in_capitals(tmp_path: Path) -> None:
    path = book(tmp_path / "a.epub", [chapter("<p>At four.</p>")])
    data = path.read_bytes().replace(b"text/chapter 0.xhtml", b"Text/Chapter 0.XHTML")
    assert blocks(parse(path, data)) == [("text", "At four.")]
