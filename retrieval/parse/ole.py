"""What lies in an OLE file, the container of old Office files and of Outlook's mails."""

from __future__ import annotations

from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {  # name of a stream that tells, in order, -> kind
    "EncryptedPackage": "encrypted",
    "__properties_version1.0": "msg",
    "WordDocument": "doc",
    "PowerPoint Document": "ppt",
    "Workbook": "xls",
    "Book": "xls",
}


def ole_kind(path: Path, start: bytes) -> str:
    """`msg`, `doc`, `xls`, `ppt`, `encrypted`, or "" for any other file."""
    if not start.startswith(MAGIC):
        return ""
    data = path.read_bytes()
    named = (kind for name, kind in _STREAMS.items() if f"{name}\0".encode("utf-16-le") in data)
    return next(named, "")
