"""Chinese and Japanese set in vertical lines, which follow one another from right to left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from retrieval.parse.joints import CJK
from retrieval.parse.segment import Box, Segment, SegmentReader

_TURNS = 3  # as if horizontal text had been turned clockwise
_GAP = 1.5  # ems; wider white space parts two lines or tiers
_FEW = 3  # digits that may stand side by side in a vertical line


class VerticalReader:
    """Reads those of a page's lines that run downward."""

    def __init__(self, reader: SegmentReader) -> None:
        self.reader = reader
        self.text = reader.text
        self.any = bool(CJK.search(self.text))
        self.last: Segment | None = None

    def segments(self, start: int, end: int, line: int) -> list[Segment]:
        """Segments of one line of PDFium's; [] if it is no vertical one."""
        found = list(self._segments(start, end, line)) if self.any else []
        self.last = found[-1] if found else None
        return found

    def _segments(self, start: int, end: int, line: int) -> Iterator[Segment]:
        chars = [i for i in range(start, end) if not self.text[i].isspace()]
        size = self._pitch(chars)
        if not size:
            return
        piece: list[int] = []
        middle, bottom = 0.0, 0.0
        for index in chars:
            box = self.reader.box(index, 0)
            own = (box[0] + box[2]) / 2
            if piece and (bottom - box[3] > _GAP * size or abs(own - middle) > 0.8 * size):
                yield self._segment(piece, middle, size, line)
                piece = []
            if not piece:
                middle = own
            piece.append(index)
            bottom = box[1]
        if piece:
            yield self._segment(piece, middle, size, line)

    def _pitch(self, chars: list[int]) -> float:
        """How far the line's characters stand below one another; 0 if they do not."""
        pairs = [(a, b) for a, b in pairwise(chars) if self._is_cjk(a, b)]
        for a, b in pairs[:1]:
            above, below = self.reader.box(a, 0), self.reader.box(b, 0)
            down = _middle(above) - _middle(below)
            aside = abs(above[0] + above[2] - below[0] - below[2]) / 2
            return down if down > 2 * aside and down > 0.7 * (above[3] - above[1]) else 0.0
        if self.last and 0 < len(chars) <= _FEW:  # "25" side by side, the last sign of a column
            box = self.reader.box(chars[0], 0)
            last = self.reader.box(chars[-1], 0)
            size = self.last.size
            under = abs(-self.last.x1 - box[3]) < size
            if under and abs((box[0] + last[2]) / 2 - (self.last.low + self.last.high) / 2) < size:
                return size
        return 0.0

    def _is_cjk(self, *indexes: int) -> bool:
        return all(CJK.match(self.text[index]) for index in indexes)

    def _segment(self, piece: list[int], middle: float, size: float, line: int) -> Segment:
        top, bottom = self.reader.box(piece[0], 0)[3], self.reader.box(piece[-1], 0)[1]
        text = self.text[piece[0] : piece[-1] + 1]
        low, high = middle - size / 2, middle + size / 2
        ends = piece[0], piece[-1], piece[0]
        return Segment(" ".join(text.split()), -top, -bottom, low, high, line, _TURNS, *ends)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
