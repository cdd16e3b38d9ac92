"""The text of files that are text, in whatever encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import DocumentError
from retrieval.parse.document import FORMATS

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


def file_text(path: Path) -> str:
    """The text of a file that is text. Raises DocumentError if it is empty or is not text."""
    text = decode(path.read_bytes(), path.name)
    if not text.strip("\ufeff\x00 \t\r\n\f\v"):
        raise DocumentError(f"{path.name} is empty: there is nothing to read in it.")
    return text


def stem(path: Path) -> str:
    """A title from the file's name, which may hold bytes that are no text."""
    return path.stem.encode("utf-8", "replace").decode("utf-8").replace("_", " ")


def decode(data: bytes, name: str) -> str:
    """UTF-8, or UTF-16 with its mark, or else Windows-1252; never a lone surrogate."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # A binary file has control bytes that no text uses; NUL alone also turns up in real text.
    odd = sum(byte < 9 or 13 < byte < 27 for byte in data[:65536])
    if odd > 0.02 * len(data[:65536]):
        raise DocumentError(f"{name} is not text, nor a format docagent reads ({FORMATS}).")
    damaged = data.decode("utf-8", errors="replace")
    # A few bad bytes are a damaged UTF-8 file; many are another encoding.
    if damaged.count("\ufffd") < 0.001 * len(damaged) + 2:
        return damaged
    return data.decode("cp1252", errors="replace")


def line_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line, its line break left out."""
    for match in _LINE.finditer(text):
        end = match.start() + len(match[0].rstrip("\r\n"))
        if match[0]:
            yield match.start(), end
