"""Word, PowerPoint and Excel files: everything a reader sees, where it stands, as displayed."""

from __future__ import annotations

import base64
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement, parse_xml

from retrieval.chunk.tables import head_text, table_heads
from retrieval.errors import DocAgentError
from retrieval.parse.numbers import number_text
from retrieval.parse.open import read
from tests.make_office import slides_file, word_file, workbook, zip_file
from tests.retrieval.parsed import blocks, page_text, parse

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_word_file(tmp_path: Path) -> None:
    document = parse(word_file(tmp_path / "a.docx"))
    assert document.title == "Harbour Rules"
    assert document.pages == ()
    assert blocks(document) == [
        ("text", "Regulation 77-B"),
        ("heading", "Harbour Rules"),
        ("heading", "Fees"),
        ("text", "Boats over 12 metres pay 40 crowns."),
        ("text", "Fishing boats pay half."),
        ("row", "Port | Depth | Fee"),
        ("row", "Ostby | 4 m | 12.50"),
        ("row", "Quill | 7 m | 14.00"),
        ("heading", "The Ice House"),
        ("text", "It was rebuilt in 1931 by the mason Ulla Brandt."),
        ("text", "Page of the harbour office"),
    ]
    assert [block.level for block in document.blocks if block.kind == "heading"] == [1, 1, 2]


def test_word_text_that_lies_deeper(tmp_path: Path) -> None:
    """Inserted under review, in a content control, in a link; deleted text is gone."""
    file: Any = docx.Document()
    paragraph = file.add_paragraph("The ferry ")
    for xml in (
        f"<w:ins {_W}><w:r><w:t>Petrel </w:t></w:r></w:ins>",
        f"<w:del {_W}><w:r><w:delText>Gull </w:delText></w:r></w:del>",
        f"<w:hyperlink {_W}><w:r><w:t>sails</w:t><w:tab/><w:t>daily.</w:t></w:r></w:hyperlink>",
    ):
        paragraph._p.append(parse_xml(xml))
    control = parse_xml(
        f"<w:sdt {_W}><w:sdtContent><w:p><w:r><w:t>Signed: Ole Lund</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    file.element.body.insert(1, control)
    box = OxmlElement("w:txbxContent")
    box.append(parse_xml(f"<w:p {_W}><w:r><w:t>In a box.</w:t></w:r></w:p>"))
    file.add_paragraph("Beside a box.").runs[0]._r.append(box)
    file.save(str(tmp_path / "a.docx"))
    texts = [text for _, text in blocks(parse(tmp_path / "a.docx"))]
    assert texts == [
        "The ferry Petrel sails daily.",
        "Signed: Ole Lund",
        "Beside a box.",
        "In a box.",
    ]


def test_slides(tmp_path: Path) -> None:
    document = parse(slides_file(tmp_path / "a.pptx"))
    assert document.unit == "slide"
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.silent == (2,)
    assert document.title == "Fleet Plan"
    assert page_text(document, 1) == (
        "Fleet Plan\n\n• Petrel is re-engined\n• Gull is sold\n\nNotes: Thank the shipyard."
    )
    third = page_text(document, 3)
    assert "Ostby | 4 m | 12.50" in third
    assert "| Landings | Losses\nEast | 19.2 | 1\nWest | 21.4 | 2" in third


def test_workbook(tmp_path: Path) -> None:
    document = parse(workbook(tmp_path / "a.xlsx"))
    assert document.unit == "sheet"
    assert [(page.number, page.label) for page in document.pages] == [
        (1, "Budget"),
        (2, "Blank"),
        (3, "Crew"),
    ]
    assert document.silent == ()  # an empty sheet hides nothing
    assert blocks(document) == [
        ("heading", "Budget"),
        ("text", "Harbour budget"),
        ("row", "Item | Amount | Share | Due"),
        ("row", "Dredging | 1,234,567.89 | 12.3% | 2024-03-31"),
        ("row", "Ice | (€4,500) | 50%"),
        ("heading", "Crew"),
        ("row", "Name | Age"),
        ("row", "Ulla Brandt | 51"),
    ]
    heads = table_heads(document.text, list(document.blocks[:5]))
    assert "Harbour budget | Item | Amount | Share | Due" in head_text(document.text, heads[4])


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1234.5, "General", "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e6, "General", "1000000"),
        (1234.5, "#,##0", "1,235"),
        (1234567, '"$"#,##0.00', "$1,234,567.00"),
        (-3, "#,##0;(#,##0)", "(3)"),
        (-3.14159, "0.00", "-3.14"),
        (-3, '"$"0', "-$3"),
        (0, '0;-0;"-"', "-"),
        (0.075, "0.0%", "7.5%"),
        (12_345_678, '#,##0.0,,"M"', "12.3M"),
        (7, "000", "007"),
        (2.5, "0.##", "2.5"),
        (5, "0.##", "5"),
        (3, '0 "boats"', "3 boats"),
        (1200, "_-* #,##0 [$kr-414]_-", "1,200 kr"),
        (12345.678, "0.00E+00", "1.23E+04"),
    ],
)
def test_numbers_as_displayed(value: float, number_format: str, shown: str) -> None:
    assert number_text(value, number_format) == shown


def test_a_formula_without_its_value_is_told(tmp_path: Path) -> None:
    file = openpyxl.Workbook()
    sheet: Any = file.active
    sheet.append(["Total", "=SUM(C1:C9)"])
    file.save(tmp_path / "a.xlsx")
    document = parse(tmp_path / "a.xlsx")
    assert blocks(document)[-1][1] == "Total"
    assert "1 formula" in document.warnings[0]


def test_a_sheet_that_lies_about_its_size(tmp_path: Path) -> None:
    """A million columns and rows are claimed, three cells are there."""
    path = workbook(tmp_path / "a.xlsx")
    import zipfile

    with zipfile.ZipFile(path) as archive:
        members: dict[str, str | bytes] = {n: archive.read(n) for n in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = members[name]
    assert isinstance(text, bytes)
    members[name] = text.replace(b'ref="A1:D4"', b'ref="A1:XFD1048576"')
    assert members[name] != text
    assert len(parse(zip_file(tmp_path / "b.xlsx", members)).blocks) == 8


def test_long_sheets_report_their_rows(tmp_path: Path) -> None:
    file = openpyxl.Workbook(write_only=True)
    sheet = file.create_sheet("Log")
    for number in range(4500):
        sheet.append([f"entry {number}", number])
    file.save(tmp_path / "a.xlsx")
    seen = []
    document = read(tmp_path / "a.xlsx", emit=lambda p: seen.append((p.done, p.unit)))
    assert seen == [(2000, "rows"), (4000, "rows"), (4500, "rows")]
    assert document.text.endswith("entry 4499 | 4499\f")


@pytest.mark.parametrize("ending", ["docx", "pptx", "xlsx"])
def test_damaged_office_files(tmp_path: Path, ending: str) -> None:
    make = {"docx": word_file, "pptx": slides_file, "xlsx": workbook}[ending]
    path = make(tmp_path / f"a.{ending}")
    data = path.read_bytes()
    (tmp_path / f"cut.{ending}").write_bytes(data[: len(data) // 2])
    with pytest.raises(DocAgentError, match=rf"cut\.{ending} is damaged"):
        parse(tmp_path / f"cut.{ending}")


def test_a_word_file_in_one_piece_of_xml(tmp_path: Path) -> None:
    space = "http://schemas.microsoft.com/office/2006/xmlPackage"
    parts = []
    with zipfile.ZipFile(word_file(tmp_path / "a.docx")) as archive:
        types = archive.read("[Content_Types].xml").decode()
        for name in archive.namelist():
            kind = re.search(rf'"/{re.escape(name)}" ContentType="([^"]+)', types)
            plain = "application/vnd.openxmlformats-package.relationships+xml"
            what = kind[1] if kind else plain if name.endswith(".rels") else "image/jpeg"
            data = archive.read(name)
            if name.endswith((".xml", ".rels")):
                text = re.sub(r"<\?xml.*?\?>", "", data.decode())
                inner = f"<pkg:xmlData>{text}</pkg:xmlData>"
            else:
                inner = f"<pkg:binaryData>{base64.b64encode(data).decode()}</pkg:binaryData>"
            if name != "[Content_Types].xml":
                parts.append(
                    f'<pkg:part pkg:name="/{name}" pkg:contentType="{what}">{inner}</pkg:part>'
                )
    flat = f'<?xml version="1.0"?><pkg:package xmlns:pkg="{space}">{"".join(parts)}</pkg:package>'
    (tmp_path / "flat.xml").write_text(flat, "utf-8")
    assert blocks(parse(tmp_path / "flat.xml")) == blocks(parse(tmp_path / "a.docx"))
    (tmp_path / "cut.xml").write_text(flat.replace("w:body", "w:boby"), "utf-8")
    with pytest.raises(DocAgentError, match=r"cut\.xml"):
        parse(tmp_path / "cut.xml")
