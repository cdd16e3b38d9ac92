"""OLE files, the container of Outlook's mails and of old Office files."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

Storage = dict[str, "bytes | Storage"]
_SECTOR = 512
_END, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF


def ole_file(path: Path, members: Storage) -> Path:
    """Streams and storages; each stream is filled up with zeros to 4,096 bytes, from which on it
    has sectors of its own."""
    entries: list[list[object]] = []  # name, kind, child, next, first sector, size
    fat: list[int] = []
    body = b""

    def put(data: bytes) -> int:
        nonlocal body
        first, count = len(fat), -(-len(data) // _SECTOR)
        fat.extend([*range(first + 1, first + count), _END])
        body += data.ljust(count * _SECTOR, b"\0")
        return first

    def add(name: str, member: bytes | Storage, kind: int) -> int:
        at = len(entries)
        entries.append([name, kind, _NONE, _NONE, _END, 0])
        if isinstance(member, bytes):
            data = member.ljust(4096, b"\0")
            entries[at][4:] = [put(data), len(data)]
            return at
        below = [add(key, value, 1 + isinstance(value, bytes)) for key, value in member.items()]
        entries[at][2] = below[0] if below else _NONE
        for one, following in pairwise(below):
            entries[one][3] = following
        return at

    add("Root Entry", members, 5)
    directory = b"".join(map(_entry, entries))
    first_directory = put(directory)
    table = len(fat)
    sectors = -(-(table + 1) // 128)
    fat += [0xFFFFFFFD] * sectors
    fat += [_FREE] * (sectors * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIIII",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        sectors,
        first_directory,
        0,
        4096,
        _END,
        0,
        _END,
        0,
        table,
    )
    header += struct.pack(
        f"<{109 - 1}I", *range(table + 1, table + sectors), *[_FREE] * (109 - sectors)
    )
    path.write_bytes(header + body + struct.pack(f"<{len(fat)}I", *fat))
    return path


def _entry(entry: list[object]) -> bytes:
    name, kind, child, following, first, size = entry
    wide = f"{name}\0".encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        wide,
        len(wide),
        kind,
        1,
        _NONE,
        following,
        child,
        b"",
        0,
        0,
        0,
        first,
        size,
    )


def outlook_mail(path: Path, html: str = "", rtf: bytes = b"") -> Path:
    """A mail with an attachment and a forwarded mail; `rtf` takes the place of its text."""
    sent = struct.pack("<IIQ", 0x00390040, 0, 133855524000000000)  # 4 March 2025
    inner: Storage = {
        "__substg1.0_0037001F": "Prices".encode("utf-16-le"),
        "__substg1.0_1000001F": "The mast costs 4,300.".encode("utf-16-le"),
    }
    members: Storage = {
        "__properties_version1.0": bytes(32) + sent,
        "__substg1.0_0037001F": "Isen på kaia".encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Ulla Brandt".encode("utf-16-le"),
        "__substg1.0_5D01001F": "ulla@ostby.example".encode("utf-16-le"),
        "__substg1.0_0E04001E": b"Ole Lund",
        "__substg1.0_1000001F": "Hello Ole,\r\n\r\nthe ice is gone.".encode("utf-16-le"),
        "__attach_version1.0_#00000000": {"__substg1.0_3707001F": "map.pdf".encode("utf-16-le")},
        "__attach_version1.0_#00000001": {"__substg1.0_3701000D": inner},
    }
    if rtf:
        del members["__substg1.0_1000001F"]
        members["__substg1.0_10090102"] = rtf
    if html:
        members["__substg1.0_10130102"] = html.encode()
    return ole_file(path, members)
