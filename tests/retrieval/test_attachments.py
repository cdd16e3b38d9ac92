"""Files attached to a PDF or a mail are read as a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from retrieval.parse import attached
from retrieval.parse.place import place
from tests.make_pdf import text_pdf
from tests.retrieval.parsed import blocks, page_text, parse

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
