"""What lies in an OLE file, the container of old Office files and of Outlook's mails."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from retrieval.parse.library import library, reading

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {  # name of a stream that tells, in small letters -> kind
    "encryptedpackage": "encrypted",
    "__properties_version1.0": "msg",
    "worddocument": "doc",
    "powerpoint document": "ppt",
    "workbook": "xls",
    "book": "xls",
}
_NATIVE = "\x01Ole10Native"  # any file, packed by Windows itself
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


def packed_file(name: str, data: bytes) -> tuple[str, bytes] | None:
    """Name and bytes of the file that an embedded object is or holds.

    None for an object of another kind. Raises DocumentError if it is damaged.
    """
    if data.startswith(b"PK"):  # an Office file of today
        return name, data
    if not data.startswith(MAGIC):
        return None
    olefile: Any = library("olefile", "olefile", name)
    with reading(name, "embedded object"), olefile.OleFileIO(BytesIO(data)) as ole:
        if ole.exists(_NATIVE):
            return _native(ole.openstream(_NATIVE).read())
        for stream, start in (("Package", b"PK"), ("CONTENTS", b"%PDF")):
            if ole.exists(stream):
                inner: bytes = ole.openstream(stream).read()
                return (name, inner) if inner.startswith(start) else None
    return None


def _native(stream: bytes) -> tuple[str, bytes]:
    """Such a stream holds sizes, a label, two paths, then the bytes of the file."""
    label, _, rest = stream[6:].partition(b"\0")
    _, _, rest = rest.partition(b"\0")
    (path,) = struct.unpack_from("<I", rest, 4)
    (size,) = struct.unpack_from("<I", rest, 8 + path)
    return label.decode("utf-8", "replace"), rest[12 + path : 12 + path + size]
