"""Mail (.eml, .mht): who wrote to whom, when, about what, and the text."""

from __future__ import annotations

import logging
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.document import Document
from retrieval.parse.html import add_html, decode_html
from retrieval.parse.library import reading
from retrieval.parse.plain import stem

log = logging.getLogger("docagent")

_SHOWN = ("From", "To", "Cc", "Date", "Subject")


def read_mail(path: Path) -> Document:
    """Parse an .eml file; attachments are named, not read. Raises DocAgentError if damaged."""
    builder = Builder()
    with reading(path.name, "mail"):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        for name in _SHOWN:
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
        log.warning(
            "%s: its attachments are not read (%s); save them and give the files.",
            path.name,
            ", ".join(attached),
        )
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
        return decode_html(data if isinstance(data, bytes) else b"", file)


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
