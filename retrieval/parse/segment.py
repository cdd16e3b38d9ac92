"""Pieces of lines with their geometry, as read from one PDFium text page."""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any, NamedTuple

from retrieval.parse.office.symbols import symbols
from retrieval.parse.pdf_objects import address, calls

# A line ends at a line break, or at the mark PDFium puts where a word is divided.
LINE = re.compile("[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_PRIVATE = re.compile("[\uf020-\uf0ff]")  # where symbol fonts lie
_FONT = re.compile(rb"(symbol|wingdings|webdings)(?:mt)?[ -]?([23])?")
_BOXES = "\uf06f\uf071\uf072\uf0a7\uf0a8\uf0d8\uf0fb\uf0fc\uf0fd\uf0fe"  # of Wingdings
MARKS = "\x02\ufffe"  # PDFium writes one of them where a word is divided
CELL_GAP = 0.9  # ems; wider white space stands between cells (or columns), not between words
_LOOSE = 1.15  # height of a line box over the font size, where the font does not tell

Box = tuple[float, float, float, float]  # left, low, right, high


class Segment(NamedTuple):
    """Words of one line without a wide gap between them; PDF points, turned upright.

    `low` and `high` bound the line, counted upward. `line` numbers PDFium's lines in the order of
    drawing, `turns` counts the quarter turns the text was drawn with; `first` and `last` are the
    characters it stands for, `main` is one of the size that most of them have.
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
    main: int

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
        self.address = address(self.handle)
        self.point = (ctypes.c_double * 2)()
        self.point_at = ctypes.addressof(self.point)
        self.name, self.flags = ctypes.create_string_buffer(128), ctypes.c_int()
        if self.located and _PRIVATE.search(self.text):
            self.text = _PRIVATE.sub(self._symbol, self.text)
        self.loose = calls()["FPDFText_GetLooseCharBox"]
        self.origin_of = calls()["FPDFText_GetCharOrigin"]

    def baseline(self, segment: Segment) -> float:
        return turned(*self.origin(segment.main), segment.turns)[1]

    def origin(self, index: int) -> tuple[float, float]:
        """Where the character begins on its baseline."""
        self.origin_of(self.address, index, self.point_at, self.point_at + 8)
        return self.point[0], self.point[1]

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
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        self.raw.FPDFText_GetCharBox(self.handle, index, left, right, bottom, top)
        matrix = self.raw.FS_MATRIX()
        self.raw.FPDFText_GetMatrix(self.handle, index, matrix)
        size = self.raw.FPDFText_GetFontSize(self.handle, index) * math.hypot(matrix.a, matrix.b)
        first = turned(left.value, bottom.value, turns)
        second = turned(right.value, top.value, turns)
        base = turned(*self.origin(index), turns)[1]
        low = base - 0.22 * size
        return min(first[0], second[0]), low, max(first[0], second[0]), low + _LOOSE * size

    def turns(self, index: int) -> int:
        """Quarter turns, counter-clockwise, that the character is drawn with."""
        angle = self.raw.FPDFText_GetCharAngle(self.handle, index)
        return round(-angle / (math.pi / 2)) % 4 if angle > 0 else 0  # PDFium's turns clockwise

    def font(self, index: int) -> bytes:
        """The name of a character's font, in small letters."""
        self.name.value = b""
        self.raw.FPDFText_GetFontInfo(self.handle, index, self.name, 128, self.flags)
        return self.name.value.lower()

    def _symbol(self, match: re.Match[str]) -> str:
        """A character of a symbol font as it looks."""
        font = self.font(match.start())
        name = _FONT.match(font)
        known = b" ".join(filter(None, name.groups())).decode() if name else ""
        if font == b"opensymbol":  # LibreOffice's, in place of both
            known = "wingdings" if match[0] in _BOXES else "symbol"
        shown = symbols(match[0], known) if known else ""
        return shown if len(shown) == 1 else match[0]

    def is_bold(self, index: int) -> bool:
        font = self.font(index)
        if b"bold" in font or b"black" in font:
            return True
        return bool(self.raw.FPDFText_GetFontWeight(self.handle, index) >= 600)


def turned(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of the page where text drawn with so many quarter turns stands upright."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turns]


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
