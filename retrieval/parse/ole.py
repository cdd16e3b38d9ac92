"""What lies in an OLE file, the container of old Office files and of Outlook's mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {  # name of a stream that tells, in small letters -> kind
    "encryptedpackage": "encrypted",
    "__properties_version1.0": "msg",
    "worddocument": "doc",
    "powerpoint document": "ppt",
    "workbook": "xls",
    "book": "xls",
}
_ENTRY, _NAME = 128, 64  # bytes of an entry of the directory, and of the name it begins with


def ole_kind(path: Path, start: bytes) -> str:
    """`msg`, `doc`, `xls`, `ppt`, `encrypted`, or "" for any other file."""
    if not start.startswith(MAGIC):
        return ""
    data = path.read_bytes()
    named = [(at, kind) for name, kind in _STREAMS.items() for at in _entries(data, name)]
    # The file's own streams come before those of a file that is embedded in it.
    return min(named, default=(0, ""))[1]


def _entries(data: bytes, name: str) -> Iterator[int]:
    """Where entries of the directory have this name, in any letters."""
    wanted = re.escape(f"{name}\0".encode("utf-16-le"))
    for found in re.finditer(wanted, data, re.IGNORECASE):
        if found.start() % _ENTRY == 0 and data[found.start() + _NAME] == len(name) * 2 + 2:
            yield found.start()
