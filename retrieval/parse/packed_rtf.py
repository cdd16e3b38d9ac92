"""RTF as Outlook packs it into a mail (MS-OXRTFCP)."""

from __future__ import annotations

_HEADER = 16  # bytes: packed size, size, kind, checksum
_PACKED, _PLAIN = b"LZFu", b"MELA"
_LARGEST = 64 << 20  # bytes unpacked
_WINDOW = 4096
_BEGINNING = (  # what the window holds before the first byte
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes) -> bytes:
    """The RTF; as much as there is if it is cut off, nothing if it is none."""
    if data[8:12] == _PLAIN:
        return data[_HEADER:]
    if data[8:12] != _PACKED:
        return b""
    window = bytearray(_BEGINNING.ljust(_WINDOW, b"\0"))
    write = len(_BEGINNING)
    out = bytearray()
    at = _HEADER
    while at < len(data) and len(out) < _LARGEST:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                pair = int.from_bytes(data[at : at + 2], "big")
                read, length = pair >> 4, (pair & 15) + 2
                at += 2
                if read == write or at > len(data):
                    return bytes(out)
                copied = [read + step for step in range(length)]
            elif at < len(data):
                copied = [-1]
            else:
                return bytes(out)
            for place in copied:
                if place < 0:
                    byte = data[at]
                    at += 1
                else:
                    byte = window[place % _WINDOW]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % _WINDOW
    return bytes(out)
