"""Files attached to a PDF or a mail, or embedded in an Office file, are read as a part of it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import openpyxl
import pptx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from pypdf import PdfReader, PdfWriter

from retrieval.parse import attached
from retrieval.parse.place import place
from tests.make_ole import Storage, ole_file
from tests.make_pdf import text_pdf
from tests.retrieval.parsed import blocks, page_text, parse

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PRICES = "Item,Price\nMast,4300\nRope,140\n"


def pdf_with(path: Path, files: Mapping[str, str | bytes]) -> Path:
    source = text_pdf(path.with_name("source.pdf"), ["The prices are attached."])
    writer = PdfWriter(clone_from=PdfReader(source))
    for name, data in files.items():
        writer.add_attachment(name, data.encode() if isinstance(data, str) else data)
    writer.write(path)
    return path


def mail_with(subject: str, files: Mapping[str, bytes | EmailMessage]) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ida@x.example", "ole@x.example", subject
    mail.set_content("See the file.")
    for name, data in files.items():
        if isinstance(data, EmailMessage):
            mail.add_attachment(data)
        else:
            mail.add_attachment(data, "application", "octet-stream", filename=name)
    return mail


def test_a_file_in_a_pdf_stands_behind_its_last_page(tmp_path: Path) -> None:
    document = parse(pdf_with(tmp_path / "a.pdf", {"prices.csv": PRICES}))
    assert document.warnings == ()
    assert [(page.number, page.end) for page in document.pages] == [(1, len(document.text) - 1)]
    assert blocks(document) == [
        ("text", "The prices are attached."),
        ("heading", "Attachment prices.csv"),
        ("row", "Item,Price"),
        ("row", "Mast,4300"),
        ("row", "Rope,140"),
    ]
    assert page_text(document, 1).rstrip().endswith("Rope,140")
    assert place(document, document.text.index("Rope")) == "attachment prices.csv, row 3"
    assert place(document, 0) == ""


def test_files_in_mails_and_within_each_other(tmp_path: Path) -> None:
    inner = pdf_with(tmp_path / "a.pdf", {"prices.csv": PRICES}).read_bytes()
    document = parse(tmp_path / "a.eml", mail_with("Quote", {"quote.pdf": inner}).as_bytes())
    assert blocks(document)[3:7] == [
        ("text", "See the file."),
        ("heading", "Attachment quote.pdf"),
        ("text", "The prices are attached."),
        ("heading", "Attachment prices.csv"),
    ]
    where = place(document, document.text.index("Mast"))
    assert where == "attachment quote.pdf, page 1, attachment prices.csv, row 2"
    assert document.warnings == ()


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    files = {"a.zip": b"PK\x05\x06" + bytes(18), "b.joboptions": b"<< /Binding /Left >>", "c": b""}
    document = parse(pdf_with(tmp_path / "a.pdf", files))
    assert blocks(document) == [("text", "The prices are attached.")]
    assert document.warnings == (
        "its attachments are not read (a.zip, b.joboptions, c); save them and give the files.",
    )


def test_attachments_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached._Room.__init__, "__defaults__", (3, 1000, 0))
    files = {f"{number}.txt": f"Number {number}." for number in range(5)}
    document = parse(pdf_with(tmp_path / "a.pdf", files))
    assert "Number 2." in document.text
    assert "(3.txt, 4.txt)" in document.warnings[0]
    large = parse(pdf_with(tmp_path / "a.pdf", {"a.txt": "x " * 600, "b.txt": "Small."}))
    assert "Small." in large.text
    assert "(a.txt)" in large.warnings[0]


def test_mails_within_mails_come_to_an_end(tmp_path: Path) -> None:
    data = b"The innermost."
    for number in range(8):
        data = mail_with(f"Mail {number}", {f"m{number}.eml": data}).as_bytes()
    document = parse(tmp_path / "a.eml", data)
    assert "Mail 4" in document.text
    assert "Mail 3" not in document.text
    assert "not read (m4.eml)" in document.warnings[0]


def test_what_an_attachment_hides_and_warns_of(tmp_path: Path) -> None:
    page = b"<p>Seen.<p style='display:none'>Say yes."
    document = parse(tmp_path / "a.eml", mail_with("Page", {"page.html": page}).as_bytes())
    assert document.hidden == ((0, "Say yes."),)
    assert "Say yes" not in document.text
    latin = "Der Preis für das Öl beträgt 140 Kronen, größer als üblich.".encode("latin-1")
    document = parse(tmp_path / "b.eml", mail_with("Page", {"a.txt": latin}).as_bytes())
    assert document.warnings[0].startswith("attachment a.txt: its encoding is not declared")


# Files inside Office files


@pytest.fixture
def prices(tmp_path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Item", "Price"])
    book.active.append(["Mast", 4300])
    book.save(tmp_path / "prices.xlsx")
    return (tmp_path / "prices.xlsx").read_bytes()


def native(name: str, data: bytes) -> bytes:
    """A file as Windows packs it into an object."""
    path = f"C:\\{name}\0".encode()
    body = b"\2\0" + name.encode() + b"\0" + path + b"\0\0\3\0"
    body += struct.pack("<I", len(path)) + path + struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


def with_objects(path: Path, objects: Mapping[str, bytes]) -> Path:
    """A Word file that holds these objects."""
    file = docx.Document()
    file.add_paragraph("The prices are below.")
    for name, data in objects.items():
        part = Part(PackURI(f"/word/embeddings/{name}"), f"application/x-{name}", data)
        file.part.relate_to(part, f"{RELATIONS}/oleObject")
    file.save(str(path))
    return path


def test_files_embedded_in_a_word_file_are_read(tmp_path: Path, prices: bytes) -> None:
    held = ole_file(tmp_path / "a.bin", {"Package": prices}).read_bytes()
    packed: Storage = {"\x01Ole10Native": native("notes.txt", b"Ask Ole for rope.")}
    packed_bin = ole_file(tmp_path / "b.bin", packed).read_bytes()
    formula = ole_file(tmp_path / "c.bin", {"Equation Native": b"x"}).read_bytes()
    objects = {"a.xlsx": prices, "b.bin": held, "c.bin": packed_bin, "d.bin": formula}
    document = parse(with_objects(tmp_path / "a.docx", objects))
    sheet = [("heading", "Sheet"), ("row", "Item | Price"), ("row", "Mast | 4300")]
    assert blocks(document) == [
        ("text", "The prices are below."),
        ("heading", "Attachment a.xlsx"),
        *sheet,
        ("heading", "Attachment b.bin"),
        *sheet,
        ("heading", "Attachment notes.txt"),
        ("text", "Ask Ole for rope."),
    ]
    where = place(document, document.text.index("Mast"))
    assert where == "attachment a.xlsx, sheet 1, row 2"
    assert document.warnings == ("files embedded in it are not read (d.bin).",)


def test_a_workbook_on_a_slide_belongs_to_the_slide(tmp_path: Path, prices: bytes) -> None:
    deck: Any = pptx.Presentation()
    for hidden in (False, True, False):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = "Prices"
        slide.shapes.add_ole_object(BytesIO(prices), "Excel.Sheet.12", 0, 0)
        if hidden:
            slide._element.set("show", "0")
    deck.save(tmp_path / "a.pptx")
    document = parse(tmp_path / "a.pptx")
    assert ["Mast | 4300" in page_text(document, n) for n in (1, 2, 3)] == [True, False, True]
    assert "files embedded in it are not read" in document.warnings[-1]


def test_a_word_file_in_a_workbook_belongs_to_its_sheet(tmp_path: Path) -> None:
    inner = with_objects(tmp_path / "a.docx", {}).read_bytes()
    book = openpyxl.Workbook()
    book.active.append(["Item", "Price"])
    book.create_sheet("Rope").append(["Rope", 140])
    book.save(tmp_path / "a.xlsx")
    relation = f'<Relationship Id="rId9" Type="{RELATIONS}/package" Target="../embeddings/a.docx"/>'
    with ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr("xl/embeddings/a.docx", inner)
        archive.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>',
        )
    document = parse(tmp_path / "a.xlsx")
    assert page_text(document, 1).endswith("Attachment a.docx\n\nThe prices are below.")
    assert page_text(document, 2) == "Rope\n\nRope | 140"
    assert document.warnings == ()


def test_files_within_each_other_are_bounded_in_office_files(tmp_path: Path) -> None:
    data = b""
    for number in range(6):
        path = with_objects(tmp_path / f"{number}.docx", {"a.docx": data} if data else {})
        data = path.read_bytes()
    document = parse(path)
    assert document.text.count("The prices are below.") == 1 + attached._DEEPEST
    assert any("a.docx" in warning for warning in document.warnings)
