"""The text of files that are text, in whatever encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from retrieval.errors import DocumentError
from retrieval.parse.document import FORMATS
from retrieval.parse.encoding import guessed, marked, wide

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_JIS = re.compile(rb"\x1b\$[@B]")  # how Japanese mail of seven bits begins its letters
_NO_LETTER = re.compile(rb"\xff|\xed[\xa0-\xbf][\x80-\xbf]")  # half a pair of UTF-16
_SHOWN = {f"cp{number}": f"windows-{number}" for number in (874, *range(1250, 1259))}


class Text(NamedTuple):
    """The text of a file, and a sentence if its encoding is a guess."""

    text: str
    warnings: tuple[str, ...] = ()


def file_text(path: Path) -> Text:
    """The text of a file that is text. Raises DocumentError if it is empty or is not text."""
    read = read_text(path.read_bytes(), path.name)
    if not read.text.strip("\ufeff\x00 \t\r\n\f\v"):
        raise DocumentError(f"{path.name} is empty: there is nothing to read in it.")
    return read


def stem(path: Path) -> str:
    """A title from the file's name, which may hold bytes that are no text."""
    return path.stem.encode("utf-8", "replace").decode("utf-8").replace("_", " ")


def decode(data: bytes, name: str) -> str:
    """The text of `read_text`, without a word on its encoding."""
    return read_text(data, name).text


def read_text(data: bytes, name: str) -> Text:
    """UTF-8, UTF-16 or UTF-32, or else what the letters tell; never a lone surrogate.

    Raises DocumentError for what is not text.
    """
    if mark := marked(data):
        # The mark of UTF-8 is part of the text; the others are part of the encoding.
        return Text(data.decode(mark, errors="replace"))
    # Control bytes that no text uses; NUL alone also turns up in real text.
    start = data[:65536]
    odd = sum(byte < 9 or 13 < byte < 27 for byte in start) / max(1, len(start))
    if odd > 0.02 and (unmarked := wide(data)):
        return _guess(data, unmarked)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return _guess(data, "iso2022_jp") if _JIS.search(data) else Text(text)
    if odd > 0.02:
        raise DocumentError(f"{name} is not text, nor a format docagent reads ({FORMATS}).")
    damaged = data.decode("utf-8", errors="replace")
    bad = damaged.count("\ufffd")
    # A few bad bytes among good letters are a damaged UTF-8 file; many are another encoding.
    sound = not damaged.replace("\ufffd", "").isascii() or _NO_LETTER.sub(b"", data).isascii()
    if sound and bad < 0.001 * len(damaged) + 2:
        return Text(damaged)
    return _guess(data, guessed(data))


def _guess(data: bytes, encoding: str) -> Text:
    name = _SHOWN.get(encoding, encoding)
    warning = f"its encoding is not declared; it is read as {name}."
    return Text(data.decode(encoding, errors="replace"), (warning,))


def line_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line, its line break left out."""
    for match in _LINE.finditer(text):
        end = match.start() + len(match[0].rstrip("\r\n"))
        if match[0]:
            yield match.start(), end
