"""Mail (.eml, .mht): who wrote to whom, when, about what, and the text."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.formats.html import add_html, page_text
from retrieval.parse.library import reading
from retrieval.parse.registry import Format, register

_FIELDS = ("From", "To", "Cc", "Date", "Subject")  # which become part of the text
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t]?.*|[ \t]+\S.*|From .*|>.*")
_TELLING = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version"}


def read_mail(path: Path, *_: object) -> Document:
    """Parse an .eml file; attachments are named, not read. Raises DocumentError if damaged."""
    builder = Builder()
    with reading(path.name, "mail"):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        for name in _FIELDS:
            value = " ".join(str(message.get(name) or "").split())
            if value and name == "Subject":
                builder.add("heading", f"{name}: {value}", 1)
            elif value:
                builder.add("text", f"{name}: {value}")
        _add_body(builder, message, path.name)
        attached = [part.get_filename() or part.get_content_type() for part in _attached(message)]
        for name in attached:
            builder.add("text", f"Attachment: {name}")
    if attached:
        names = ", ".join(attached)
        builder.warn(f"its attachments are not read ({names}); save them and give the files.")
    return builder.document(str(message.get("Subject") or "") or stem(path), path.name)


def _add_body(builder: Builder, message: EmailMessage, file: str) -> None:
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    text = _decoded(plain, file) if plain is not None else ""
    # Some senders' plain part only says that there is an HTML part.
    if rich is not None and len(text.strip()) < 0.02 * len(rich.as_bytes()):
        add_html(builder, _decoded(rich, file), file)
        return
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        builder.add("text", paragraph)


def _decoded(part: MIMEPart, file: str) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a charset that Python does not know
        data = part.get_payload(decode=True)
        return page_text(Builder(), data if isinstance(data, bytes) else b"", file)


def _attached(message: EmailMessage) -> list[EmailMessage]:
    """Parts that are neither the text nor a picture in it."""
    if not message.is_multipart():
        return []
    return [
        part
        for part in message.walk()
        if isinstance(part, EmailMessage)
        and (part.is_attachment() or part.get_content_type() == "message/rfc822")
    ]


def is_mail(_: Path, start: bytes) -> bool:
    """Header lines only, up to the first blank one, three of a mail's own among them."""
    head = start.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    names = set()
    for line in head.splitlines()[:-1] or [head]:
        match = _HEADER.fullmatch(line)
        if not match:
            return False
        names.add((match[1] or b"").lower())
    return len(names & _TELLING) >= 3


register(Format("eml", (".eml",), read_mail, detects=is_mail))
