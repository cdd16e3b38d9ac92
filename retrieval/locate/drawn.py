"""A page as it is drawn: its lines, and where each of their characters stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrieval.locate.place import Box


class DrawnLine(NamedTuple):
    """One line: its text as the document has it, the signs drawn for it, and four edges of each."""

    text: str
    signs: str
    edges: Sequence[float]

    def box(self, sign: int) -> Box:
        """Where one of the signs is drawn."""
        left, low, right, high = self.edges[4 * sign : 4 * sign + 4]
        return left, low, right, high


class DrawnPage(NamedTuple):
    """A page as it is drawn: its size in points, the way to the screen, and its lines."""

    width: float
    height: float
    screen: tuple[float, ...]
    lines: tuple[DrawnLine, ...]

    def shown(self, box: Box) -> Box:
        """A box of the file where it is seen."""
        x, y, a, b, c, d = self.screen
        xs = [x + a * box[i] + b * box[i + 1] for i in (0, 2)]
        ys = [y + c * box[i] + d * box[i + 1] for i in (0, 2)]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)
