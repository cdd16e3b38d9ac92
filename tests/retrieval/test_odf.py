"""OpenDocument: text, sheets and slides of LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import PasswordRequired
from retrieval.parse.place import place
from tests.make_odf import OUTLINE, SPACES, content, odf_file
from tests.retrieval.parsed import blocks, page_text, parse

P = "<text:p>{}</text:p>"
TEXT = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>the old fee</text:p>
</text:deletion></text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Harbour Rules</text:h>
<text:h text:outline-level="2">Fees</text:h>
<text:p>The tank<text:s text:c="2"/>holds 10<text:span text:style-name="Sup">6</text:span> l,
H<text:span text:style-name="Sub">2</text:span>O<text:note
><text:note-citation>1</text:note-citation><text:note-body
><text:p>Measured in 1931.</text:p></text:note-body></text:note
><office:annotation>
<dc:creator>Ann Bolt</dc:creator><text:p>Check this.</text:p></office:annotation>.<text:span
text:style-name="Hid">secret</text:span></text:p>
<text:list text:style-name="L1"><text:list-item><text:p>first</text:p><text:list><text:list-item>
<text:p>inner</text:p></text:list-item></text:list></text:list-item><text:list-item>
<text:p>second</text:p></text:list-item></text:list>
<text:list text:style-name="L2"><text:list-item><text:p>bullet</text:p></text:list-item></text:list>
<text:list text:style-name="L1"><text:list-item text:start-value="7"><text:p>seven</text:p>
</text:list-item></text:list>
<text:p>Look:<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>
<draw:frame><draw:image/><svg:desc>Map of the port</svg:desc></draw:frame>
<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>
"""
TABLE = """<table:table table:name="Crops"><table:table-header-rows><table:table-row>
<table:table-cell><text:p>Year</text:p></table:table-cell><table:table-cell><text:p>Field</text:p>
</table:table-cell><table:table-cell><text:p>Wheat</text:p></table:table-cell></table:table-row>
</table:table-header-rows><table:table-row><table:table-cell table:number-rows-spanned="2">
<text:p>2021</text:p></table:table-cell><table:table-cell><text:p>East</text:p></table:table-cell>
<table:table-cell><text:p>61</text:p></table:table-cell></table:table-row><table:table-row>
<table:covered-table-cell/><table:table-cell><text:p>West</text:p></table:table-cell>
<table:table-cell><text:p>57</text:p></table:table-cell></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell><text:p>hidden</text:p>
</table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell
table:number-columns-repeated="16384"/></table:table-row></table:table>"""
ROWS = [("row", "Year | Field | Wheat"), ("row", "2021 | East | 61"), ("row", "2021 | West | 57")]
FORMULA = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mn>3</mn><mn>4</mn></mfrac></math>'
)


def test_a_text(tmp_path: Path) -> None:
    formula = {"Object 1/content.xml": FORMULA}
    document = parse(odf_file(tmp_path / "a.odt", TEXT + TABLE, OUTLINE, **formula))
    assert document.title == "1 Harbour Rules"
    assert blocks(document) == [
        ("heading", "1 Harbour Rules"),
        ("heading", "1.1 Fees"),
        ("text", "The tank holds 10⁶ l,\nH₂O¹."),
        ("text", "1 Measured in 1931."),
        ("note", "Comment by Ann Bolt: Check this."),
        ("text", "1. first"),
        ("text", "a) inner"),
        ("text", "2. second"),
        ("text", "bullet"),
        ("text", "7. seven"),
        ("text", "Look:\nMap of the port\n3/4"),
        ("text", "In a box."),
        *ROWS,
    ]
    assert [words for _, words in document.hidden] == ["the old fee", "secret", "hidden"]


def test_sheets(tmp_path: Path) -> None:
    document = parse(odf_file(tmp_path / "a.ods", TABLE))
    assert document.unit == "sheet"
    assert [page.label for page in document.pages] == ["Crops"]
    assert blocks(document) == ROWS
    assert place(document, document.text.index("West")) == "row 3"


def test_slides(tmp_path: Path) -> None:
    slide = """<draw:page><draw:frame presentation:class="outline"><draw:text-box>
        <text:p>Petrel is re-engined</text:p></draw:text-box></draw:frame>
        <draw:frame presentation:class="title"><draw:text-box><text:p>Fleet Plan</text:p>
        </draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box>
        <text:p>Thank the shipyard.</text:p></draw:text-box></draw:frame></presentation:notes>
        </draw:page><draw:page/>"""
    document = parse(odf_file(tmp_path / "a.odp", slide))
    assert (document.unit, document.silent) == ("slide", (2,))
    assert page_text(document, 1) == "Fleet Plan\n\nPetrel is re-engined\n\nThank the shipyard."


def test_flat_files(tmp_path: Path) -> None:
    text = content("<text:h>Fees</text:h><text:p>Boats pay 40.</text:p>", "text")
    wanted = [("heading", "Fees"), ("text", "Boats pay 40.")]
    assert blocks(parse(tmp_path / "a.fodt", text)) == wanted


def test_headers_and_footers_once(tmp_path: Path) -> None:
    master = (
        "<office:master-styles><style:master-page><style:header><text:p>Rent 2026</text:p>"
        "</style:header><style:header-left><text:p>Rent 2026</text:p></style:header-left>"
        "<style:footer><text:p>Town of Ostby</text:p><text:p><text:page-number>1"
        "</text:page-number></text:p></style:footer></style:master-page></office:master-styles>"
    )
    styles = f"<office:document-styles {SPACES}>{master}</office:document-styles>"
    path = odf_file(tmp_path / "a.odt", "<text:p>Boats pay 40.</text:p>", **{"styles.xml": styles})
    words = [text for _, text in blocks(parse(path))]
    assert words == ["Rent 2026", "Boats pay 40.", "Town of Ostby"]


def test_an_encrypted_file(tmp_path: Path) -> None:
    manifest = {"META-INF/manifest.xml": "<manifest:encryption-data/>"}
    with pytest.raises(PasswordRequired, match=r"a\.odt is encrypted"):
        parse(odf_file(tmp_path / "a.odt", "", **manifest))


def test_headers_and_footers_of_sheets_and_pages(tmp_path: Path) -> None:
    sheet = '<table:table table:name="A"><table:table-row><table:table-cell><text:p>1</text:p>'
    sheet += "</table:table-cell></table:table-row></table:table>"
    page, name = "<text:page-number>1</text:page-number>", "<text:sheet-name>???</text:sheet-name>"
    styles = (
        f"<office:document-styles {SPACES}><office:master-styles><style:master-page>"
        f"<style:header><text:p>{name}</text:p><text:p>88-12</text:p></style:header><style:footer>"
        f"<text:p>Page {page}</text:p><text:p>Draft 3, page {page}</text:p></style:footer>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    sheets = parse(odf_file(tmp_path / "a.ods", sheet, **{"styles.xml": styles}))
    assert blocks(sheets) == [
        ("row", "1"),
        ("note", "Header: 88-12"),
        ("note", "Footer: Draft 3, page 1"),
    ]
    text = parse(odf_file(tmp_path / "a.odt", P.format("Body."), **{"styles.xml": styles}))
    assert [words for _, words in blocks(text)] == ["88-12", "Body.", "Draft 3, page 1"]
