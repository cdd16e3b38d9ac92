"""Office files, pages, books and mail, written as their own programs write them."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from pptx.chart import data as chart_data
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

PORTS = [["Port", "Depth", "Fee"], ["Ostby", "4 m", "12.50"], ["Quill", "7 m", "14.00"]]


def word_file(path: Path) -> Path:
    """Title, two headings, a list, a table, a header and a footer."""
    file: Any = docx.Document()
    file.add_heading("Harbour Rules", 0)
    file.add_heading("Fees", 1)
    file.add_paragraph("Boats over 12 metres pay 40 crowns.")
    file.add_paragraph("Fishing boats pay half.", style="List Bullet")
    table = file.add_table(3, 3)
    for row, cells in zip(table.rows, PORTS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file.add_heading("The Ice House", 2)
    file.add_paragraph("It was rebuilt in 1931 by the mason Ulla Brandt.")
    file.sections[0].header.paragraphs[0].text = "Regulation 77-B"
    file.sections[0].footer.paragraphs[0].text = "Page of the harbour office"
    file.save(str(path))
    return path


def slides_file(path: Path) -> Path:
    """A list with notes, an empty slide, and a slide with a table and a chart."""
    file: Any = pptx.Presentation()
    first = file.slides.add_slide(file.slide_layouts[1])
    first.shapes.title.text = "Fleet Plan"
    first.placeholders[1].text = "Petrel is re-engined\nGull is sold"
    first.notes_slide.notes_text_frame.text = "Thank the shipyard."
    file.slides.add_slide(file.slide_layouts[6])
    third = file.slides.add_slide(file.slide_layouts[5])
    third.shapes.title.text = "Ports in Figures"
    place = (Inches(1), Inches(2), Inches(5), Inches(1))
    table = third.shapes.add_table(3, 3, *place).table
    for row, cells in zip(table.rows, PORTS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    make: Any = chart_data.CategoryChartData
    data = make()
    data.categories = ["East", "West"]
    data.add_series("Landings", (19.2, 21.4))
    data.add_series("Losses", (1, 2))
    below = (Inches(1), Inches(4), Inches(4), Inches(3))
    third.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *below, data)
    file.save(str(path))
    return path


def workbook(path: Path) -> Path:
    """Two sheets with an empty one between them; formats of every usual kind."""
    file = openpyxl.Workbook()
    sheet: Any = file.active
    sheet.title = "Budget"
    sheet.append(["Harbour budget"])
    sheet.append(["Item", "Amount", "Share", "Due"])
    sheet.append(["Dredging", 1234567.891, 0.1234, datetime.date(2024, 3, 31)])
    sheet.append(["Ice", -4500, 0.5, None])
    sheet["B3"].number_format = "#,##0.00"
    sheet["C3"].number_format = "0.0%"
    sheet["C4"].number_format = "0%"
    sheet["B4"].number_format = "[$€-407]#,##0;[Red]([$€-407]#,##0)"
    file.create_sheet("Blank")
    crew: Any = file.create_sheet("Crew")
    crew.append(["Name", "Age"])
    crew.append(["Ulla Brandt", 51])
    file.save(path)
    return path


def zip_file(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def book(path: Path, chapters: Sequence[str], **more: str) -> Path:
    """An EPUB whose chapters lie in the archive in the opposite order of reading."""
    items = "".join(
        f'<item id="c{n}" href="text/chapter%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in reversed(range(len(chapters)))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container "
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Isles</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        **more,
    }
    for number in reversed(range(len(chapters))):
        members[f"OEBPS/text/chapter {number}.xhtml"] = chapters[number]
    return zip_file(path, members)


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title/><script/></head><body>{body}</body></html>"
    )


def mail(path: Path, body: str, subtype: str = "plain", attachment: str = "") -> Path:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"] = "Ulla Brandt <ulla@ostby.example>"
    message["To"] = "Ole Lund <ole@ostby.example>"
    message["Date"] = "Tue, 01 Apr 2025 10:00:00 +0200"
    message["Subject"] = "Isen på kaia"
    message.set_content(body, subtype=subtype)
    if attachment:
        message.add_attachment(b"%PDF", "application", "pdf", filename=attachment)
    path.write_bytes(message.as_bytes())
    return path


_NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
NAMESPACES = " ".join(f'xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items())
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def word_xml(
    path: Path,
    body: str,
    parts: dict[str, tuple[str, str, str]] | None = None,
    main: str = f"{WORD}.document.main+xml",
) -> Path:
    """A Word file from the XML of its body; `parts` by name: kind, content type, content."""
    parts = parts or {}
    types = "".join(
        f'<Override PartName="/word/{name}" ContentType="{kind}"/>'
        for name, (_, kind, _) in parts.items()
    )
    links = "".join(
        f'<Relationship Id="{name.split(".")[0]}" Type="{_NAMESPACES["r"]}/{kind}" '
        f'Target="{name}"/>'
        for name, (kind, _, _) in parts.items()
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types "
        'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_NAMESPACES["r"]}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{links}'
        "</Relationships>",
        **{f"word/{name}": content for name, (_, _, content) in parts.items()},
    }
    return zip_file(path, members)


def run(text: str, properties: str = "") -> str:
    """A run of a Word file."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph of a Word file, of runs or of plain words."""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def rewritten(source: Path, target: Path, old: str, new: str, member: str = "") -> Path:
    """A zip archive with words in its XML parts (or in one member) changed."""
    with zipfile.ZipFile(source) as archive:
        members: dict[str, str | bytes] = {}
        for name in archive.namelist():
            data = archive.read(name)
            if name == member or (not member and name.endswith((".xml", ".rels"))):
                data = data.replace(old.encode(), new.encode())
            members[name] = data
    return zip_file(target, members)
