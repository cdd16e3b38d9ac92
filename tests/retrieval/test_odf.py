"""OpenDocument: text, sheets and slides of LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import PasswordRequired
from retrieval.parse.place import place
from tests.make_odf import OUTLINE, SPACES, content, odf_file
from tests.make_office import rewritten
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


def test_numbers_of_lists_in_all_their_forms(tmp_path: Path) -> None:
    """A list goes on in another style; a cell, an emptied and an unnumbered heading."""

    def item(text: str, more: str = "", inner: str = "") -> str:
        return f"<text:list-item {more}><text:p>{text}</text:p>{inner}</text:list-item>"

    sub = f'<text:list text:style-name="L4">{item("sub")}</text:list>'
    again = 'text:style-override="L4" text:start-value="5"'
    items = item("one") + item("five", again, sub) + item("six")
    body = f'<text:list text:style-name="L3">{items}</text:list>'
    heads = (("", "Rules"), ("", ""), ("Bare", "Preface"), ("", "Fees"))
    body += "".join(
        f'<text:h text:style-name="{s}" text:outline-level="1">{t}</text:h>' for s, t in heads
    )
    body += "<table:table><table:table-row><table:table-cell><text:list text:continue-numbering="
    body += f'"true" text:style-name="L3">{item("seven")}</text:list></table:table-cell>'
    body += (
        "<table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    )
    path = odf_file(tmp_path / "a.odt", body, OUTLINE)
    styles = (
        '<style:style style:name="Bare" style:list-style-name=""/>'
        '<text:list-style style:name="L3"><text:list-level-style-number text:level="1" '
        'style:num-format="א, י, ק, ..." style:num-suffix="."/></text:list-style>'
        '<text:list-style style:name="L4"><text:list-level-style-number text:level="1" '
        'style:num-format="I" loext:num-list-format="§ %1%:" xmlns:loext="x"/>'
        '<text:list-level-style-number text:level="2" style:num-format="1" '
        'loext:num-list-format="%1%-%2%" xmlns:loext="x"/></text:list-style>'
        "</office:automatic-styles>"
    )
    path = rewritten(path, tmp_path / "b.odt", "</office:automatic-styles>", styles, "content.xml")
    assert [text for _, text in blocks(parse(path))] == [
        *("א. one", "§ V: five", "V-1 sub", "ו. six"),
        *("1 Rules", "Preface", "3 Fees", "ז. seven | x"),
    ]


def test_values_and_what_is_hidden_of_sheets_and_slides(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell office:value-type="percentage" office:value="0.125"/>'
        '<table:table-cell office:value-type="date" office:date-value="2024-05-03"/>'
        '<table:table-cell office:value-type="float" office:value="7"/>'
    )
    row = f"<table:table-row><table:table-cell><text:p>Fee</text:p></table:table-cell>{cells}"
    column = '<table:table-column table:number-columns-repeated="3"/>'
    column += '<table:table-column table:visibility="collapse"/>'
    sheets = "".join(
        f'<table:table table:name="{name}" table:style-name="{style}">{column}{row}'
        "</table:table-row></table:table>"
        for name, style in (("Fees", ""), ("Old", "Off"))
    )
    unseen = (
        '<style:style style:name="Off"><style:table-properties table:display="false"/>'
        '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
        "</office:automatic-styles>"
    )
    slides = "".join(
        f'<draw:page draw:style-name="{style}"><draw:frame><draw:text-box><text:p>{text}</text:p>'
        "</draw:text-box></draw:frame></draw:page>"
        for style, text in (("", "Seen"), ("Off", "secret"))
    )
    for suffix, body, text, hidden in (
        ("ods", sheets, "Fee | 12.5% | 2024-05-03", ["7", "Fee"]),
        ("odp", slides, "Seen", ["secret"]),
    ):
        path = odf_file(tmp_path / f"a.{suffix}", body)
        old = "</office:automatic-styles>"
        document = parse(rewritten(path, tmp_path / f"b.{suffix}", old, unseen, "content.xml"))
        assert document.text.strip("\f") == text
        assert [words for _, words in document.hidden] == hidden
        assert document.warnings[0].startswith("hidden s")


def test_fields_of_forms(tmp_path: Path) -> None:
    form = (
        '<office:forms><form:form><form:text form:id="a" form:current-value="Marta Lind"/>'
        '<form:checkbox form:id="b" form:label="Power" form:current-state="checked"/></form:form>'
        '</office:forms><text:p>Owner: <draw:control draw:control="a"/>'
        '<draw:control draw:control="b"/></text:p>'
    )
    assert parse(odf_file(tmp_path / "a.odt", form)).text == "Owner: Marta Lind ☒ Power"


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
