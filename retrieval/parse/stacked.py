"""Fractions of a PDF that are drawn one figure over the other."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.parse.segment import MARKS, Box, SegmentReader

_FIGURE = r"\d(?:[\d.,]{0,5}\d)?"
_LOWER = re.compile(rf"({_FIGURE})([.,;:)]*)")
# A digit comes first, so that all else is passed over at once.
_BOTH = re.compile(rf"\d(?<![^\s{MARKS}].)(?:[\d.,]{{0,5}}\d)?(?=\s+{_LOWER.pattern}(?!\S))")
_WORD = re.compile(r"\S+")
_OVER = 0.6  # of the narrower one that both have in common across
_DOWN = (0.9, 1.8)  # line boxes from one baseline to the other; a power and an index are nearer
_BETWEEN = (0.2, 0.8)  # of that way: where the line stands that the fraction is part of
_BESIDE = 1.0  # line boxes to the words of that line
_CLOSE = 0.12  # nearer letters have a power and an index


class Placed(NamedTuple):
    """A word and where it stands: its edges, its baseline and the height of its line box."""

    text: str
    end: int  # behind its last character
    x0: float
    x1: float
    base: float
    size: float


def pairs(text: str) -> dict[int, int]:
    """Where a figure begins that another one follows, and where that one does."""
    return {match.start(): match.start(1) for match in _BOTH.finditer(text)}


def placed(reader: SegmentReader, start: int, end: int) -> Placed:
    head, tail = reader.box(start, 0), reader.box(end - 1, 0)
    base = reader.origin(start)[1]
    return Placed(reader.text[start:end], end, head[0], tail[2], base, head[3] - head[1])


def fraction(
    reader: SegmentReader, start: int, end: int, before: Box | None, letter: str
) -> tuple[str, int, bool] | None:
    """ "3/4", where it ends and whether it goes on a line, if a fraction begins at `start`.

    `before` is the box of the line so far and `letter` its last character, if there is one.
    """
    found = _WORD.search(reader.text, end)
    lower = _LOWER.fullmatch(found[0]) if found else None
    if not found or not lower:
        return None
    above = placed(reader, start, end)
    below = placed(reader, found.start(), found.start() + lower.end(1))
    common = min(above.x1, below.x1) - max(above.x0, below.x0)
    size = max(above.size, below.size)
    if (
        common < _OVER * min(above.x1 - above.x0, below.x1 - below.x0)
        or not _DOWN[0] * size < above.base - below.base < _DOWN[1] * size
        or min(above.size, below.size) < 0.75 * size
    ):
        return None
    left, right = min(above.x0, below.x0), max(above.x1, below.x1)
    words = f"{above.text}/{below.text}{lower[2]}", found.end()
    behind = _WORD.search(reader.text, found.end())
    gap = reader.box(behind.start(), 0)[0] - right if behind else size
    if behind and abs(gap) < _CLOSE * size and behind[0][0].isalpha():  # ²³⁵₉₂U
        return None
    if before and _is_beside(above, below, before, left - before[2]):
        close = left - before[2] < _CLOSE * (before[3] - before[1])
        is_script = close and (letter.isalpha() or letter in ")]’′")
        return None if is_script else (*words, True)
    if behind and _is_beside(above, below, reader.box(behind.start(), 0), gap):
        return *words, False
    return None


def _is_beside(above: Placed, below: Placed, line: Box, gap: float) -> bool:
    """Whether the line that the box is of runs between both figures, and close to them."""
    size = line[3] - line[1]
    base = line[1] + 0.22 * size
    share = (above.base - base) / (above.base - below.base)
    return (
        -0.1 * size < gap < _BESIDE * size
        and _BETWEEN[0] < share < _BETWEEN[1]
        and max(above.size, below.size) < 1.1 * size
    )
