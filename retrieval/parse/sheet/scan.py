"""What must be known of a sheet before its rows are read, though it may stand behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from zipfile import ZipFile

from retrieval.parse.sheet.merges import Range

# A formula whose value the writing program never computed: <f>..</f> and no <v> with content.
_UNCOMPUTED = (
    rb"<(?:\w+:)?f(?:\s[^<]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FOUND = re.compile(
    _UNCOMPUTED + rb"|<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']"
    rb"|<(?:\w+:)?(?:odd|even|first)(Header|Footer)(?:\s[^>]*)?>([^<]+)<"
    rb"|<(?:\w+:)?(conditionalFormatting)\b"
)
_OPEN = re.compile(rb"<(?:\w+:)?(?:c|mergeCell)\s")
_MOST = 200_000  # merged ranges


@dataclass(slots=True)
class Scan:
    """Formulas without a stored value, merged cells, and what is printed at the edges of a sheet.

    `edges` are pairs of "Header" or "Footer" and its code. `painted` says that rules colour cells.
    """

    uncomputed: int = 0
    merged: list[Range] = field(default_factory=list)
    edges: list[tuple[str, str]] = field(default_factory=list)
    painted: bool = False


def scan(archive: ZipFile, member: str) -> Scan:
    """Read a sheet once, a block at a time."""
    found, rest = Scan(), b""
    with archive.open(member) as part:
        while block := part.read(1 << 20):
            rest += block
            last = max(rest.rfind(b"c "), rest.rfind(b"mergeCell "))  # may go on in the next block
            cut = max(rest.rfind(b"<", 0, max(last, 0)), 0)
            _add(found, rest[:cut])
            rest = rest[cut:][-(1 << 20) :]
    _add(found, rest)
    return found


def _add(found: Scan, data: bytes) -> None:
    for match in _FOUND.finditer(data):
        if match[5] is not None:
            found.edges.append((match[5].decode(), match[6].decode("utf-8", "replace")))
        elif match[7] is not None:
            found.painted = True
        elif match[1] is None:
            found.uncomputed += 1
        elif len(found.merged) < _MOST:
            rows, columns = sorted((int(match[2]), int(match[4]))), sorted((match[1], match[3]))
            left, right = sorted(map(_column, columns))
            found.merged.append(Range(rows[0], rows[1], left, right))


def _column(letters: bytes) -> int:
    """27 for AA."""
    number = 0
    for letter in letters[:3]:
        number = number * 26 + letter - 64
    return number
