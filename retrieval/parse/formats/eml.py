"""Mail: a mail (.eml, .emlx), a saved page (.mht), or a folder of mails (.mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.parser import BytesParser
from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import reading
from retrieval.parse.mail import Mail, date, header
from retrieval.parse.registry import Format, register

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t]?.*|[ \t]+\S.*|>.*")
_TELLING = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version"}
_ENVELOPE = b"From "
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_mail(path: Path, *_: object) -> Document:
    """Parse a mail with its attachments. Raises DocumentError if damaged."""
    data = path.read_bytes()
    builder = Builder()
    mail = Mail(builder, path.name)
    if path.suffix.lower() == ".emlx":  # the length in a line of its own, then what Mail keeps
        length, _line, mail_and_more = data.partition(b"\n")
        data = mail_and_more[: int(length)] if length.strip().isdigit() else data
    with reading(path.name, "mail"):
        message = BytesParser().parsebytes(data)
        mail.add(message)
    mail.warn()
    return builder.document(header(message, "Subject") or stem(path), path.name)


def read_mails(path: Path, *_: object) -> Document:
    """Parse an .mbox file: each mail is a place of its own. Raises DocumentError if damaged."""
    builder = Builder()
    mail = Mail(builder, path.name)
    with reading(path.name, "mailbox"):
        for data in _mails(path):
            message = BytesParser().parsebytes(data)
            mail.add(message, headed=True)
            builder.end_page(date(message))
    mail.warn()
    return builder.document(stem(path), path.name, unit="mail")


def _mails(path: Path) -> Iterator[bytes]:
    """The mails of a mailbox: each begins behind an empty line with "From ", then headers."""
    lines: list[bytes] = []
    envelope = b""
    is_blank = True
    with path.open("rb") as file:
        for line in file:
            if envelope and _HEADER.fullmatch(line.rstrip(b"\r\n")):
                if any(map(bytes.strip, lines)):
                    yield _ESCAPED.sub(rb"\1", b"".join(lines))
                lines, envelope = [], b""
            elif envelope:
                lines.append(envelope)
                envelope = b""
            if is_blank and line.startswith(_ENVELOPE):
                envelope = line
            else:
                lines.append(line)
            is_blank = not line.strip()
    if any(map(bytes.strip, lines)):
        yield _ESCAPED.sub(rb"\1", b"".join(lines))


def is_mail(_: Path, start: bytes) -> bool:
    """Header lines only, up to the first blank one, three of a mail's own among them."""
    head = start.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if head.lower().startswith(b"mime-version:") and b"multipart/related" in head:
        return True  # a page that Word has saved in one file
    names = set()
    for line in head.splitlines()[:-1] or [head]:
        match = _HEADER.fullmatch(line)
        if not match:
            return False
        names.add((match[1] or b"").lower())
    return len(names & _TELLING) >= 3


def is_mailbox(path: Path, start: bytes) -> bool:
    """A line of the envelope, then a mail."""
    envelope, _, mail = start.partition(b"\n")
    return envelope.startswith(_ENVELOPE) and is_mail(path, mail)


register(Format("eml", (".eml", ".emlx", ".mht", ".mhtml"), read_mail, detects=is_mail))
register(Format("mbox", (".mbox", ".mbx"), read_mails, detects=is_mailbox))
