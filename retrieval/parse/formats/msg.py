"""Mail as Outlook saves it (.msg)."""

from __future__ import annotations

import datetime
from email import encoders
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import read_text, stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.mail import Mail
from retrieval.parse.ole import ole_kind
from retrieval.parse.packed_rtf import unpacked
from retrieval.parse.registry import Format, register

# Properties of MAPI (MS-OXMSG, MS-OXPROPS).
_SUBJECT, _TEXT, _HTML, _RTF = "0037", "1000", "1013", "1009"
_SENDER, _ADDRESS = ("0C1A", "0042"), ("5D01", "5D02", "0C1F", "0065")
_TO, _CC = "0E04", "0E03"
_FILE_NAMES = ("3707", "3704", "3001")
_DATA = "3701"
_ATTACHED_MAIL = "__substg1.0_3701000D"
_TIMES = (0x00390040, 0x0E060040)  # sent, received
_DEEPEST = 20


def read_message(path: Path, *_: object) -> Document:
    """Parse a .msg file with its attachments. Raises DocumentError if damaged."""
    olefile: Any = library("olefile", "olefile", path.name)
    builder = Builder()
    mail = Mail(builder, path.name)
    with reading(path.name, "mail of Outlook"), olefile.OleFileIO(path) as ole:
        message = _Storage(ole, [], path.name).message()
        mail.add(message)
    mail.warn()
    return builder.document(str(message["Subject"] or "") or stem(path), path.name)


class _Storage:
    """One mail in the file: the whole, or one attached to it."""

    def __init__(self, ole: Any, root: list[str], file: str) -> None:
        self._ole, self._root, self._file = ole, root, file

    def message(self) -> Message:
        """The mail as if it had come over the net."""
        message = MIMEMultipart()
        name, address = self._first(_SENDER), self._first(_ADDRESS)
        sender = f"{name} <{address}>" if "@" in address and name != address else name or address
        fields = {
            "From": sender,
            "To": self._text(_TO),
            "Cc": self._text(_CC),
            "Date": self._sent(),
        }
        for field, value in {**fields, "Subject": self._text(_SUBJECT)}.items():
            if value.strip("\0 "):
                message[field] = " ".join(value.replace("\0", "").split())
        html, text = self._stream(f"{_HTML}0102"), self._text(_TEXT)
        if html or self._text(_HTML):
            message.attach(_part("text", "html", html or self._text(_HTML).encode()))
        elif text.strip():
            message.attach(MIMEText(text.replace("\0", ""), "plain", "utf-8"))
        elif rtf := unpacked(self._stream(f"{_RTF}0102")):
            message.attach(_part("text", "rtf", rtf))
        for attached in self._attached():
            message.attach(attached)
        return message

    def _attached(self) -> list[Message]:
        names = {
            entry[len(self._root)]
            for entry in self._ole.listdir(streams=True, storages=True)
            if entry[: len(self._root)] == self._root and len(entry) > len(self._root)
        }
        parts: list[Message] = []
        for name in sorted(name for name in names if name.startswith("__attach_version1.0")):
            inside = _Storage(self._ole, [*self._root, name], self._file)
            mail = [*inside._root, _ATTACHED_MAIL]
            if self._ole.exists(mail) and len(self._root) < 2 * _DEEPEST:
                parts.append(MIMEMessage(_Storage(self._ole, mail, self._file).message()))
            else:
                part = _part("application", "octet-stream", inside._stream(f"{_DATA}0102"))
                file_name = inside._first(_FILE_NAMES).strip("\0 ") or "without a name"
                part.add_header("Content-Disposition", "attachment", filename=file_name)
                parts.append(part)
        return parts

    def _first(self, properties: tuple[str, ...]) -> str:
        return next(filter(None, map(self._text, properties)), "")

    def _text(self, code: str) -> str:
        wide, narrow = self._stream(f"{code}001F"), self._stream(f"{code}001E")
        if narrow and not wide:
            return read_text(narrow, self._file).text
        return wide.decode("utf-16-le", errors="replace")

    def _stream(self, code: str) -> bytes:
        name = [*self._root, f"__substg1.0_{code}"]
        return bytes(self._ole.openstream(name).read()) if self._ole.exists(name) else b""

    def _sent(self) -> str:
        """The date, from the table of properties of fixed size, 16 bytes each."""
        name = [*self._root, "__properties_version1.0"]
        table = self._ole.openstream(name).read() if self._ole.exists(name) else b""
        header = 24 if self._root else 32
        rows = [table[at : at + 16] for at in range(header, len(table) - 15, 16)]
        times = {int.from_bytes(row[:4], "little"): row[8:] for row in rows}
        for tag in _TIMES:
            if ticks := int.from_bytes(times.get(tag, b""), "little"):
                since = datetime.timedelta(microseconds=ticks // 10)
                return format_datetime(datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC) + since)
        return ""


def _part(kind: str, subtype: str, data: bytes) -> Message:
    part = MIMEBase(kind, subtype)
    part.set_payload(data)
    encoders.encode_base64(part)
    return part


register(
    Format(
        "msg",
        (".msg",),
        read_message,
        is_text=False,
        detects=lambda path, start: ole_kind(path, start) == "msg",
    )
)
