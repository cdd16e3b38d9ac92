"""Pieces of lines with their geometry, as read from one PDFium text page."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

# A line ends at a line break, or at the mark PDFium puts where a word is divided.
_LINE = re.compile("[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_WORD = re.compile(r"\S+")
MARKS = "\x02\ufffe"  # PDFium writes one of them where a word is divided
CELL_GAP = 0.9  # ems; wider white space stands between cells (or columns), not between words
_LOOSE = 1.15  # height of a line box over the font size, where the font does not tell

Box = tuple[float, float, float, float]  # left, low, right, high


class Segment(NamedTuple):
    """Words of one line without a wide gap between them; PDF points, turned upright.

    `low` and `high` bound the line, counted upward. `line` numbers PDFium's lines in the order of
    drawing, `turns` counts the quarter turns the text was drawn with; `first` and `last` are the
    characters it stands for.
    """

    text: str
    x0: float
    x1: float
    low: float
    high: float
    line: int
    turns: int
    first: int
    last: int

    @property
    def size(self) -> float:
        return self.high - self.low

    def beside(self, other: Segment) -> float:
        """Share of the lower one's height that both have in common: 1 on one baseline."""
        common = min(self.high, other.high) - max(self.low, other.low)
        return common / max(0.1, min(self.size, other.size))


class SegmentReader:
    """Reads the segments of one PDFium text page.

    Two look-ups a word: its first and its last character. They go past ctypes' checks of every
    argument and write to one fixed place, which takes half the time.
    """

    def __init__(self, text_page: Any) -> None:
        import pypdfium2.raw

        self.raw, self.handle = pypdfium2.raw, text_page.raw
        self.text: str = text_page.get_text_range()
        # PDFium counts UTF-16 units; where that does not fit the text, geometry cannot be trusted.
        units = len(self.text.encode("utf-16-le", "surrogatepass")) // 2
        self.located = units == text_page.count_chars() == len(self.text)
        self.rect = self.raw.FS_RECTF()
        self.rect_at = ctypes.addressof(self.rect)
        self.address = ctypes.cast(self.handle, ctypes.c_void_p).value
        pointer = ctypes.c_void_p
        prototype = ctypes.PYFUNCTYPE(ctypes.c_int, pointer, ctypes.c_int, pointer)
        loose = ctypes.cast(self.raw.FPDFText_GetLooseCharBox, pointer).value
        assert loose is not None
        self.loose = prototype(loose)

    def lines(self) -> list[str]:
        """The text alone, for pages whose geometry cannot be trusted."""
        return [m[0].strip() for m in _LINE.finditer(self.text) if m[0].strip()]

    def segments(self) -> list[Segment]:
        segments: list[Segment] = []
        number = 0
        for line in _LINE.finditer(self.text):
            number += 1
            for segment in self.cut(line.start(), line.end(), number):
                if segments and segments[-1].line == number and _steps_down(segments[-1], segment):
                    number += 1  # PDFium joins what is drawn without a break between
                segments.append(segment._replace(line=number))
        return segments

    def cut(self, start: int, end: int, number: int) -> Iterator[Segment]:
        """Segments of one line of PDFium's."""
        turns = -1
        first = last = 0
        open_box: Box | None = None
        for match in _WORD.finditer(self.text, start, end):
            a, b = match.span()
            b -= self.text[b - 1] in MARKS and b - a > 1
            if turns < 0:
                turns = self.turns(a)
            head = self.box(a, turns)
            tail = self.box(b - 1, turns)
            size = head[3] - head[1]
            if open_box is not None:
                gap = head[0] - open_box[2]
                apart = gap > CELL_GAP * max(size, 1.0) or gap < -size
                if apart or min(open_box[3], head[3]) - max(open_box[1], head[1]) < 0.2 * size:
                    yield self.segment(first, last, open_box, number, turns)
                    open_box = None
            if open_box is None:
                first, open_box = a, head
            last = match.end()
            open_box = (open_box[0], open_box[1], max(open_box[2], tail[2]), open_box[3])
        if open_box is not None:
            yield self.segment(first, last, open_box, number, turns)

    def segment(self, a: int, b: int, box: Box, line: int, turns: int) -> Segment:
        text = self.text[a:b]
        if not turns:
            text = _RAISED.sub(lambda m: self.unglued(m.start() + a, m.end() + a), text)
        last = b - 1 - (self.text[b - 1] in MARKS and b - a > 1)
        return Segment(" ".join(text.split()), box[0], box[2], box[1], box[3], line, turns, a, last)

    def baseline(self, segment: Segment) -> float:
        x, y = ctypes.c_double(), ctypes.c_double()
        self.raw.FPDFText_GetCharOrigin(self.handle, segment.first, x, y)
        return _turned(x.value, y.value, segment.turns)[1]

    def box(self, index: int, turns: int) -> Box:
        """Advance box of one character (turned text: ink and font size), upright."""
        if turns:
            return self.turned_box(index, turns)
        rect = self.rect
        self.loose(self.address, index, self.rect_at)
        low, high = rect.bottom, rect.top
        return (
            (rect.left, low, rect.right, high) if low < high else (rect.left, high, rect.right, low)
        )

    def turned_box(self, index: int, turns: int) -> Box:
        """PDFium's advance boxes are empty for turned text."""
        left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
        self.raw.FPDFText_GetCharBox(self.handle, index, left, right, bottom, top)
        self.raw.FPDFText_GetCharOrigin(self.handle, index, x, y)
        matrix = self.raw.FS_MATRIX()
        self.raw.FPDFText_GetMatrix(self.handle, index, matrix)
        size = self.raw.FPDFText_GetFontSize(self.handle, index) * math.hypot(matrix.a, matrix.b)
        first = _turned(left.value, bottom.value, turns)
        second = _turned(right.value, top.value, turns)
        base = _turned(x.value, y.value, turns)[1]
        low = base - 0.22 * size
        return min(first[0], second[0]), low, max(first[0], second[0]), low + _LOOSE * size

    def turns(self, index: int) -> int:
        """Quarter turns, counter-clockwise, that the character is drawn with."""
        angle = self.raw.FPDFText_GetCharAngle(self.handle, index)
        return round(-angle / (math.pi / 2)) % 4 if angle > 0 else 0  # PDFium's turns clockwise

    def is_bold(self, index: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self.raw.FPDFText_GetFontInfo(self.handle, index, name, 128, flags)
        font = name.value.lower()
        if b"bold" in font or b"black" in font:
            return True
        return bool(self.raw.FPDFText_GetFontWeight(self.handle, index) >= 600)

    def unglued(self, start: int, end: int) -> str:
        """A figure, with a space before the raised mark of a footnote behind it."""
        figure, mark = self.box(start, 0), self.box(end - 1, 0)
        cut = end - 1
        if mark[1] > figure[1] + 0.1 and mark[3] - mark[1] < 0.85 * (figure[3] - figure[1]):
            while cut > start and abs(self.box(cut - 1, 0)[1] - mark[1]) < 0.1:
                cut -= 1
            return f"{self.text[start:cut]} {self.text[cut:end]}"
        return self.text[start:end]


# A figure that may have such a mark at its end.
_RAISED = re.compile(r"(?<![^\s$€£(])\d[\d.,]*[)%]*\d(?:,\d)?(?!\S)")


def _turned(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of the page where text drawn with so many quarter turns stands upright."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turns]


def _steps_down(above: Segment, below: Segment) -> bool:
    """Whether a new line begins between two segments that PDFium has in one."""
    return below.x0 < above.x1 and above.beside(below) < 0.4


def relined(segments: list[Segment]) -> list[Segment]:
    """The same from top to bottom and left to right, numbered by lines as they stand."""
    lines: list[list[Segment]] = []
    for s in sorted(segments, key=lambda s: -s.high):
        if lines and lines[-1][0].beside(s) > 0.6:
            lines[-1].append(s)
        else:
            lines.append([s])
    return [
        s._replace(line=number)
        for number, line in enumerate(lines)
        for s in sorted(line, key=lambda s: s.x0)
    ]
