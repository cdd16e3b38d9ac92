"""Mails, mailboxes and calendars: every part that a reader sees."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from retrieval.parse.packed_rtf import unpacked
from tests.make_ole import ole_file, outlook_mail
from tests.retrieval.parsed import blocks, page_text, parse

EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Oslo:20250304T100000\r\n"
    "DTEND:20250304T110000Z\r\nSUMMARY:Board meeting\\, spring\r\nLOCATION:Room 4\r\n"
    "DESCRIPTION:Bring the\r\n  budget.\r\nORGANIZER;CN=Ann Bolt:mailto:ann@x.example\r\n"
    "BEGIN:VALARM\r\nDESCRIPTION:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
EVENT_BLOCKS = [
    ("heading", "Board meeting, spring"),
    ("text", "Begins: 2025-03-04 10:00 Europe/Oslo"),
    ("text", "Ends: 2025-03-04 11:00 UTC"),
    ("text", "Place: Room 4"),
    ("text", "Organizer: Ann Bolt <ann@x.example>"),
    ("text", "Bring the budget."),
]


def message(
    subject: str, body: str = "", date: str = "Tue, 04 Mar 2025 10:00:00 +0100"
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Date"], made["Subject"] = "ida@x.example", date, subject
    if body:
        made.set_content(body)
    return made


def body(path: Path, mail: EmailMessage) -> list[tuple[str, str]]:
    return blocks(parse(path, mail.as_bytes()))[3:]


def test_every_mail_of_a_mailbox_is_a_place(tmp_path: Path) -> None:
    mails = [("Keys", "With Mira.\n\n>From now on."), ("Paint", "Number 7031.\n\nFrom x to y.")]
    data = b"".join(
        b"From MAILER Fri Nov 27 22:40:45 2026\n" + message(*mail).as_bytes() + b"\n"
        for mail in mails
    )
    for name in ("a.mbox", "mails"):
        document = parse(tmp_path / name, data)
        assert document.unit == "mail"
        assert [page.label for page in document.pages] == ["4 March 2025", "4 March 2025"]
        assert page_text(document, 1).startswith("Subject: Keys")
        assert page_text(document, 1).endswith("From now on.")
        assert page_text(document, 2).endswith("Number 7031.\n\nFrom x to y.")


def test_every_text_part_is_read(tmp_path: Path) -> None:
    mail = message("Quote", "See the drawing.")
    mail.add_attachment(b"%PDF", "application", "pdf", filename="drawing.pdf", disposition="inline")
    mail.attach(message("", "We accept 4,300 crowns."))
    assert body(tmp_path / "a.eml", mail) == [
        ("text", "See the drawing."),
        ("text", "We accept 4,300 crowns."),
        ("text", "Attachment: drawing.pdf"),
    ]
    assert "drawing.pdf" in parse(tmp_path / "a.eml").warnings[0]


def test_of_alternatives_the_richest_that_holds_words(tmp_path: Path) -> None:
    mail = message("Order", "Please use a program that shows HTML.")
    mail.add_alternative("<table><tr><th>Item<th>Price<tr><td>Rope<td>140</table>", subtype="html")
    assert body(tmp_path / "a.eml", mail) == [("row", "Item | Price"), ("row", "Rope | 140")]
    mail = message("Order", "Rope 140.")
    mail.add_alternative("<img src=x>", subtype="html")
    assert body(tmp_path / "a.eml", mail) == [("text", "Rope 140.")]


def test_forwarded_mails_and_invitations_are_read(tmp_path: Path) -> None:
    mail = message("Fwd", "See below.")
    mail.add_attachment(message("Prices", "The mast costs 4,300."))
    assert body(tmp_path / "a.eml", mail) == [
        ("text", "See below."),
        ("heading", "Subject: Prices"),
        ("text", "From: ida@x.example"),
        ("text", "Date: Tue, 04 Mar 2025 10:00:00 +0100"),
        ("text", "The mast costs 4,300."),
    ]
    mail = message("Invitation", "You are invited.")
    mail.add_alternative(EVENT.encode(), "text", "calendar")
    assert body(tmp_path / "a.eml", mail) == [("text", "You are invited."), *EVENT_BLOCKS]


def test_a_calendar(tmp_path: Path) -> None:
    assert blocks(parse(tmp_path / "a.ics", EVENT)) == EVENT_BLOCKS
    assert blocks(parse(tmp_path / "a", EVENT)) == EVENT_BLOCKS


@pytest.mark.parametrize(("encoding", "charset"), [("cp1251", ""), ("utf-8", "; charset=utf-8")])
def test_letters_without_a_charset(tmp_path: Path, encoding: str, charset: str) -> None:
    words = "Стоимость аренды составляет три тысячи рублей."
    head = f"From: a@x.example\nDate: x\nSubject: {words}\nContent-Type: text/plain{charset}\n\n"
    document = parse(tmp_path / "a.eml", (head + words).encode(encoding))
    assert document.title == words
    assert blocks(document)[-1] == ("text", words)


def test_flowed_lines_are_joined(tmp_path: Path) -> None:
    head = "From: a@x.example\nContent-Type: text/plain; format=flowed\n\n"
    document = parse(tmp_path / "a.eml", head + "The price is \n4,300 crowns.\n-- \nOtto\n")
    assert blocks(document)[-1] == ("text", "The price is 4,300 crowns.\n--\nOtto")


def test_mail_of_outlook(tmp_path: Path) -> None:
    document = parse(outlook_mail(tmp_path / "a.msg"))
    assert document.title == "Isen på kaia"
    assert blocks(document) == [
        ("text", "From: Ulla Brandt <ulla@ostby.example>"),
        ("text", "To: Ole Lund"),
        ("text", "Date: Tue, 04 Mar 2025 09:00:00 +0000"),
        ("heading", "Subject: Isen på kaia"),
        ("text", "Hello Ole,"),
        ("text", "the ice is gone."),
        ("heading", "Subject: Prices"),
        ("text", "The mast costs 4,300."),
        ("text", "Attachment: map.pdf"),
    ]
    assert "map.pdf" in document.warnings[0]
    rich = parse(outlook_mail(tmp_path / "b.msg", "<p>The <b>ice</b> is gone.<o:p></o:p></p>"))
    assert ("text", "The ice is gone.") in blocks(rich)


def test_text_that_outlook_keeps_as_rtf(tmp_path: Path) -> None:
    packed = bytes.fromhex(  # the example of MS-OXRTFCP
        "2D0000002B0000004C5A4675F1C5C7A703000A007263706731323542320AF32068656C090020627705B06C64"
        "7D0A800FA0"
    )
    assert unpacked(packed) == rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"
    path = outlook_mail(tmp_path / "a.msg", rtf=packed)
    assert ("text", "hello world") in blocks(parse(path))


@pytest.mark.parametrize(
    ("stream", "name", "newer"),
    [("WordDocument", "a.doc", "docx"), ("Workbook", "a", "xlsx"), ("Book", "a.xls", "xlsx")],
)
def test_old_office_files_need_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str, name: str, newer: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = ole_file(tmp_path / name, {stream: b"x"})
    with pytest.raises(DocAgentError, match=rf"save it as \.{newer}, or install LibreOffice"):
        parse(path)


@pytest.mark.parametrize("name", ["a.mht", "a.doc"])
def test_a_page_saved_in_one_file_with_its_style_sheet(tmp_path: Path, name: str) -> None:
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"\n\n'
    page = "--B\nContent-Type: text/html\n\n<p>10<i class=up>6</i> l</p>\n"
    css = "--B\nContent-Type: text/css\n\n.up { vertical-align: super }\n--B--\n"
    assert parse(tmp_path / name, head + page + css).text == "10⁶ l"
