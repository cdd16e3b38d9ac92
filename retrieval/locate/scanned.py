"""A scanned page as OCR has read it."""

from __future__ import annotations

from itertools import accumulate, pairwise

from retrieval.locate.drawn import DrawnLine, DrawnPage
from retrieval.parse.document import Box, Scan
from retrieval.parse.word_edges import widths


def scanned_page(scan: Scan) -> DrawnPage:
    """The page as it lies in its file, which may be on its side."""
    w, h = scan.width, scan.height
    screen = (
        (0.0, 0.0, 1.0, 0.0, 0.0, 1.0),
        (h, 0.0, 0.0, -1.0, 1.0, 0.0),
        (w, h, -1.0, 0.0, 0.0, -1.0),
        (0.0, w, 0.0, 1.0, -1.0, 0.0),
    )[scan.turns]
    width, height = (h, w) if scan.turns % 2 else (w, h)
    return DrawnPage(width, height, screen, tuple(map(_line, scan.lines)))


def _line(box: Box) -> DrawnLine:
    """A line, its words parted as wide as their characters are about."""
    text, left, top, right, bottom, *sides = box
    words = text.split()
    if len(sides) != 2 * len(words):
        words, sides = ["".join(words)], [left, right]
    edges: list[float] = []
    for number, word in enumerate(words):
        x, end = sides[2 * number : 2 * number + 2]
        ems = widths(word)
        unit = (end - x) / sum(ems)
        for a, b in pairwise(accumulate(ems, initial=0.0)):
            edges += x + a * unit, top, x + b * unit, bottom
    return DrawnLine(text, "".join(words), edges)
