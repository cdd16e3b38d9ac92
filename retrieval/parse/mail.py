"""A mail into blocks: who wrote to whom, when, about what, and every part that a reader sees."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from retrieval.errors import DocumentError
from retrieval.parse.attached import Attachments
from retrieval.parse.builder import Builder
from retrieval.parse.calendar import add_calendar
from retrieval.parse.decode import read_text
from retrieval.parse.encoding import named
from retrieval.parse.formats.html import add_html, page_text
from retrieval.parse.rtf import Rtf

_FIELDS = ("From", "To", "Cc", "Date", "Subject")  # which become part of the text
_DEEPEST = 20  # mails forwarded within each other
_SOFT_BREAK = re.compile(r"(?<=\S)(?<!\n--) \n(?![> \n]|-- \n)")
_PLACED = ("image/", "font/", "text/css")  # what a page shows or needs
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Mail:
    """Reads the mails of one file into a builder."""

    def __init__(self, builder: Builder, file: str) -> None:
        self.builder = builder
        self.file = file
        self.attachments = Attachments(builder)
        self._attached: list[Message] = []
        self._sheets = ""  # style sheets that come with a page

    def add(self, message: Message, depth: int = 0, headed: bool = False) -> None:
        """One mail, with those forwarded in it; `headed` begins with its subject."""
        for name in sorted(_FIELDS, key="Subject".__ne__) if headed else _FIELDS:
            value = header(message, name)
            if value and name == "Subject":
                self.builder.add("heading", f"{name}: {value}", min(depth + 1, 6))
            elif value:
                self.builder.add("text", f"{name}: {value}")
        already = len(self._attached)
        self._part(message, depth)
        own, self._attached = self._attached[already:], self._attached[:already]
        for part in own:
            name, kind = _name(part), part.get_content_type()
            if not self.attachments.add(name, _payload(part), kind, min(depth + 2, 6)):
                self.builder.add("text", f"Attachment: {name}")

    def warn(self) -> None:
        """Name what was attached and is not read."""
        self.attachments.warn()

    def _part(self, part: Message, depth: int) -> None:
        kind = part.get_content_type()
        inner = part.get_payload() if part.is_multipart() else None
        parts = [each for each in inner if isinstance(each, Message)] if inner else []
        if kind == "multipart/alternative":
            self._alternative(parts, depth)
        elif kind == "multipart/related":
            self._related(parts, depth)
        elif kind == "message/rfc822" and parts:
            if depth < _DEEPEST:
                self.add(parts[0], depth + 1, headed=True)
            else:
                self.builder.warn(f"mails nested more than {_DEEPEST} deep are not read.")
        elif parts:  # mixed, digest, signed, report; delivery-status has its own headers
            for each in parts:
                if kind == "message/delivery-status":
                    lines = (f"{name}: {header(each, name)}" for name in each)
                    self.builder.add("text", "\n".join(lines))
                else:
                    self._part(each, depth)
        elif kind == "text/calendar":
            add_calendar(self.builder, self._text(part))
        elif kind == "text/rtf" and part.get_content_disposition() is None:
            Rtf(self.builder, self.file).read(_payload(part))
        elif part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            self._attached.append(part)
        elif kind in ("text/html", "text/enriched", "text/richtext"):
            self._html(part)
        else:
            self._plain(part)

    def _alternative(self, parts: list[Message], depth: int) -> None:
        """The richest form that holds words, as mail programs show it; invitations as well."""
        invitations = [part for part in parts if part.get_content_type() == "text/calendar"]
        for part in reversed([part for part in parts if part not in invitations]):
            before = len(self.builder.blocks)
            try:
                self._part(part, depth)
            except DocumentError:  # no lxml, or a page without a word
                if part is parts[0]:
                    raise
            if len(self.builder.blocks) > before:
                break
        for part in invitations:
            self._part(part, depth)

    def _related(self, parts: list[Message], depth: int) -> None:
        """A page, and the pictures that stand in it."""
        sheets = (part for part in parts if part.get_content_type() == "text/css")
        self._sheets = "\n".join(map(self._text, sheets))
        for part in parts:
            if part is parts[0] or not part.get_content_type().startswith(_PLACED):
                self._part(part, depth)
        self._sheets = ""

    def _html(self, part: Message) -> None:
        charset = part.get_content_charset() or ""
        text = page_text(self.builder, _payload(part), self.file, charset)
        if text.strip():
            add_html(self.builder, text, self.file, self._sheets)

    def _plain(self, part: Message) -> None:
        text = self._text(part)
        if str(part.get_param("format", "")).lower() == "flowed":
            joint = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
            text = _SOFT_BREAK.sub(joint, text)
        for paragraph in text.split("\n\n"):
            self.builder.add("text", paragraph)

    def _text(self, part: Message) -> str:
        data = _payload(part)
        encoding = named(part.get_content_charset() or "")
        text = data.decode(encoding, errors="replace") if encoding else ""
        # What a mail declares is often not so; a few strange characters are only damage.
        if not encoding or text.count("\ufffd") > 0.01 * len(text) + 1:
            text, warnings = read_text(data, self.file)
            for warning in warnings:
                self.builder.warn(warning)
        return re.sub(r"\r\n?", "\n", text)


def header(message: Message, name: str) -> str:
    """A header's value in plain words, "" where it is not there."""
    raw = next(
        (str(value) for key, value in message.raw_items() if key.lower() == name.lower()), ""
    )
    return " ".join(_decoded(raw).split())


def date(message: Message) -> str | None:
    """When it was sent, such as "4 March 2025"."""
    try:
        sent = parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return f"{sent.day} {_MONTHS[sent.month - 1]} {sent.year}"


def _decoded(raw: str) -> str:
    try:
        words = decode_header(raw)
    except (HeaderParseError, ValueError):
        words = [(raw, None)]
    text = ""
    for word, charset in words:
        data = word.encode("utf-8", "surrogateescape") if isinstance(word, str) else word
        encoding = named(charset) if charset and charset != "unknown-8bit" else None
        text += data.decode(encoding, "replace") if encoding else read_text(data, "header").text
    return text


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _name(part: Message) -> str:
    return " ".join(_decoded(part.get_filename() or "").split()) or part.get_content_type()
