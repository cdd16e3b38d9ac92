"""Cuts the lines of a PDFium text page into segments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retrieval.parse.bidi import RIGHT_TO_LEFT
from retrieval.parse.right_to_left import turned_back
from retrieval.parse.scripts import BRAND, BRANDS, Level, Word, marked, side
from retrieval.parse.segment import CELL_GAP, LINE, MARKS, Box, Segment, SegmentReader
from retrieval.parse.stacked import fraction, pairs
from retrieval.parse.vertical import VerticalReader

_WORD = re.compile(r"\S+")
_WITHIN = re.compile(r"\d(?=[^\W\d_])")  # the figure of "H2O" may stand lower
_ENDS = frozenset(".,;:)]”’\"'")  # what may stand behind a raised figure
_SAME = 0.1  # points
_SPACE = 0.15  # ems; white space between words is wider


@dataclass(slots=True)
class _Open:
    """The segment that the next word may belong to."""

    first: int
    box: Box
    last: int = 0
    words: list[str] = field(default_factory=list)
    letters: int = 0  # as high as its box
    sizes: dict[tuple[float, float], list[int]] = field(default_factory=dict)  # of other letters
    level: int = -1  # the last character that is neither raised nor lowered
    marked: bool = False  # whether it ends in a raised or lowered piece

    def count(self, box: Box, letters: int, index: int) -> None:
        """So many more letters have the height of this box; one of them is at `index`."""
        _, low, _, high = self.box
        if box[1] == low and box[3] == high:
            self.letters += letters
        else:
            self.sizes.setdefault((box[1], box[3]), [0, index])[0] += letters

    def closed(self, line: int, turns: int) -> Segment:
        """Its height is the one most of its letters have."""
        x0, low, x1, high = self.box
        main = self.first
        if self.sizes:
            others = max(self.sizes.items(), key=lambda item: item[1][0])
            if others[1][0] > self.letters:
                (low, high), (_, main) = others
        text = " ".join(self.words)
        return Segment(text, x0, x1, low, high, line, turns, self.first, self.last, main)


class Cutter:
    """Cuts one page; the order of the segments is PDFium's."""

    def __init__(self, reader: SegmentReader) -> None:
        self.reader = reader
        self.text = reader.text
        self.done: list[Segment] = []
        self.number = 0  # of PDFium's line
        self.turns = 0
        self.open: _Open | None = None
        self.read = 0  # up to here words have been read ahead
        self.apart = False  # whether the last word is a fraction, which no letter goes on
        self.lead = ""  # a fraction that begins the line of the next word
        self.within = [match.start() for match in _WITHIN.finditer(self.text)][::-1]
        self.pairs = pairs(self.text)

    def segments(self) -> list[Segment]:
        right_to_left = bool(RIGHT_TO_LEFT.search(self.text))
        vertical = VerticalReader(self.reader)
        for line in LINE.finditer(self.text):
            if vertical.any and (found := vertical.segments(*line.span(), self.number + 1)):
                self._close()
                self.number += 1
                self.done += found
            elif right_to_left and RIGHT_TO_LEFT.search(line[0]):
                self._close()
                self.number += 1
                self.done += turned_back(self.reader, line.start(), line.end(), self.number)
            else:
                self._add_line(line.start(), line.end())
        self._close()
        return self.done

    def _add_line(self, start: int, end: int) -> None:
        box = self.reader.box
        fresh = True
        for match in _WORD.finditer(self.text, start, end):
            a, b = match.span()
            if a < self.read:
                continue
            half = self._halved(a, b) if a in self.pairs and not self.turns else None
            if half and half[0] == a:
                self._add_fraction(*half)
                continue
            word, b = (match[0], b) if half is None else (self.text[a : half[0]], half[0])
            b -= self.text[b - 1] in MARKS and b - a > 1
            turns = self.reader.turns(a) if fresh else self.turns
            head, tail = box(a, turns), box(b - 1, turns)
            if not fresh and self._continues(word, a, b, head, tail):
                if half:
                    self._add_fraction(*half)
                continue
            glued = False
            if fresh:
                if self.open and turns == self.turns and self._goes_on(head):
                    glued = match[0][0] in _ENDS if self.apart else a == start
                else:
                    self._close()
                    self.number += 1
            elif self.open and self._is_apart(head):
                self._close()
                turns = self.reader.turns(a)
                if turns != self.turns:  # the head of a table that stands on its end
                    self.number += 1
                    head, tail = box(a, turns), box(b - 1, turns)
            fresh, self.turns = False, turns
            self._add(word, a, b, head, tail, glued)
            if half:
                self._add_fraction(*half)
        if fresh:
            self.number += 1

    def _halved(self, a: int, b: int) -> tuple[int, int, str, int, bool] | None:
        """The part of a figure that is the upper half of a fraction, and that fraction."""
        box, origin = self.reader.box, self.reader.origin
        if origin(self.pairs[a])[1] >= origin(a)[1]:  # beside it, as in most tables
            return None
        head, tail, half = box(a, 0), box(b - 1, 0), a
        line, letter = (self.open.box, self.text[self.open.last]) if self.open else (None, "")
        if not _is_level(head, tail):  # "13" may be 1 and the 3 of 3/4
            half = b - 1
            while _is_level(box(half - 1, 0), tail):
                half -= 1
            line = head[0], head[1], box(half - 1, 0)[2], head[3]
            letter = self.text[half - 1]
        found = fraction(self.reader, half, b, line, letter)
        return (half, b, *found) if found else None

    def _add_fraction(self, a: int, b: int, words: str, end: int, goes_on: bool) -> None:
        """To the open segment, or before the next word where it begins a line."""
        self.read = end
        if self.open is None or not goes_on:
            self.lead = f"{words} "
            return
        right = max(self.reader.box(b - 1, 0)[2], self.reader.box(end - 1, 0)[2])
        x0, low, x1, high = self.open.box
        self.open.words.append(words)
        self.open.box = x0, low, max(x1, right), high
        self.open.last, self.open.marked, self.apart = end - 1, True, True

    def _continues(self, word: str, a: int, b: int, head: Box, tail: Box) -> bool:
        """Whether the word was added, as most are: close behind the last and as high as it."""
        open_ = self.open
        if open_ is None:
            return False
        x0, low, x1, high = open_.box
        if (
            head[1] != low
            or head[3] != high
            or tail[1] != low
            or tail[3] != high
            or not low - high <= head[0] - x1 <= CELL_GAP * (high - low)
            or (self.within and self.within[-1] < b)
        ):
            return False
        if self.text[b - 1] in _ENDS:
            letter = self.reader.box(self._before_ends(a, b), self.turns)
            if letter[1] != low or letter[3] != high:
                return False
        open_.words.append(word)
        open_.letters += b - a
        open_.level, open_.marked, open_.last = b - 1, False, b - 1
        self.apart = False
        open_.box = x0, low, tail[2] if tail[2] > x1 else x1, high
        return True

    def _before_ends(self, a: int, b: int) -> int:
        """The last character of a word before its full stop or bracket."""
        end = b - 1
        while end > a and self.text[end] in _ENDS:
            end -= 1
        return end

    def _add(self, word: str, a: int, b: int, head: Box, tail: Box, glued: bool) -> None:
        if self.open is None:
            self.open = _Open(a, head)
        open_, self.apart = self.open, False
        word, self.lead = self.lead + word, ""
        if self.turns or not self._is_uneven(a, b, head, tail):
            open_.count(head, b - a, a)
            open_.level, open_.marked = b - 1, False
        else:
            word, behind = self._marked(word, a, b, head)
            glued = glued or behind
        if glued and open_.words:
            open_.words[-1] += BRAND.sub(lambda mark: BRANDS[mark[0]], word)
        else:
            open_.words.append(word)
        x0, low, x1, high = open_.box
        open_.box, open_.last = (x0, low, max(x1, tail[2]), high), b - 1

    def _is_uneven(self, a: int, b: int, head: Box, tail: Box) -> bool:
        """Whether something in the word may stand higher or lower than the segment."""
        assert self.open is not None
        while self.within and self.within[-1] < a:
            self.within.pop()
        if not _is_level(head, self.open.box) or (self.within and self.within[-1] < b):
            return True
        if self.text[b - 1] in _ENDS and _is_level(head, tail):
            tail = self.reader.box(self._before_ends(a, b), 0)
        return not _is_level(head, tail)

    def _marked(self, word: str, a: int, b: int, head: Box) -> tuple[str, bool]:
        """The word with its raised and lowered figures, and whether it belongs behind the last."""
        assert self.open is not None
        open_ = self.open
        boxes = [self.reader.box(index, 0) for index in range(a, b)]
        levels = [self._level(index, box) for index, box in zip(range(a, b), boxes, strict=True)]
        line = None
        if open_.level >= 0:
            line = self._level(open_.level, self.reader.box(open_.level, 0))
        close = head[0] - open_.box[2] < _SPACE * (open_.box[3] - open_.box[1])
        before = open_.words[-1] if open_.words else ""
        following = self.text[b : b + 3].lstrip("\r\n")[:1]
        text, own, behind = marked(Word(word, levels, before, following), line, close)
        for index, level in enumerate(levels):
            open_.marked = side(level, own) != 0
            if not open_.marked:
                open_.count(boxes[index], 1, a + index)
                open_.level = a + index
        if not open_.sizes and not open_.letters:
            open_.count(head, b - a, a)
        return text, behind

    def _level(self, index: int, box: Box) -> Level:
        return Level(self.reader.origin(index)[1], box[3] - box[1])

    def _is_apart(self, head: Box) -> bool:
        assert self.open is not None
        size = head[3] - head[1]
        _, low, right, high = self.open.box
        gap = head[0] - right
        wide = gap > CELL_GAP * max(size, 1.0) or gap < -size
        return wide or min(high, head[3]) - max(low, head[1]) < 0.2 * size

    def _goes_on(self, head: Box) -> bool:
        """Whether a line of PDFium's, which ends them behind raised figures, goes on the last."""
        assert self.open is not None
        _, low, right, high = self.open.box
        size = high - low
        common = min(high, head[3]) - max(low, head[1])
        if self.turns or common < 0.6 * min(size, head[3] - head[1]):
            return False
        mark = head[3] - head[1] < 0.9 * size and head[0] - right < _SPACE * size
        return (self.open.marked or mark) and -0.3 * size < head[0] - right < CELL_GAP * size

    def _close(self) -> None:
        if self.open is None:
            return
        segment, self.open = self.open.closed(self.number, self.turns), None
        last = self.done[-1] if self.done else segment
        if last.line == self.number and last.x1 > segment.x0 and last.beside(segment) < 0.4:
            self.number += 1  # PDFium joins what is drawn without a break between
            segment = segment._replace(line=self.number)
        self.done.append(segment)


def _is_level(box: Box, other: Box) -> bool:
    return abs(box[1] - other[1]) < _SAME and abs(box[3] - other[3]) < _SAME
