"""Lines of Arabic and Hebrew: PDFium keeps their words in order, not what stands beside numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.parse.bidi import is_right_to_left, ligature, logical
from retrieval.parse.segment import CELL_GAP, MARKS, Box, Segment, SegmentReader

_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class _Unit:
    """What one glyph stands for: its characters, its place, and the word PDFium has it in."""

    text: str
    box: Box
    word: int
    index: int


def turned_back(reader: SegmentReader, start: int, end: int, line: int) -> Iterator[Segment]:
    """Segments of one line of PDFium's in the order in which they are read."""
    cells: list[list[_Unit]] = []
    right = 0.0
    for unit in sorted(_units(reader, start, end), key=lambda u: u.box[0] + u.box[2]):
        gap = unit.box[0] - right
        if cells and gap <= CELL_GAP * max(1.0, unit.box[3] - unit.box[1]):
            cells[-1].append(unit)
            right = max(right, unit.box[2])
        else:
            cells.append([unit])
            right = unit.box[2]
    if is_right_to_left(reader.text[start:end]):
        cells.reverse()
    for cell in cells:
        yield _segment(cell, line)


def mirrored(segments: list[Segment]) -> list[Segment]:
    """A page read from right to left as if it were read from left to right; else as it is."""
    if not is_right_to_left(" ".join(s.text for s in segments)):
        return segments
    width = min(s.x0 for s in segments) + max(s.x1 for s in segments)
    return [s._replace(x0=width - s.x1, x1=width - s.x0) for s in segments]


def _units(reader: SegmentReader, start: int, end: int) -> list[_Unit]:
    units: list[_Unit] = []
    number = 0
    for match in _WORD.finditer(reader.text, start, end):
        number += not (units and _goes_on(reader, units[-1], match))
        for index in range(*match.span()):
            char = reader.text[index]
            if char in MARKS:
                continue
            box = reader.box(index, 0)
            last = units[-1] if units and units[-1].word == number else None
            mark = index > match.start() and unicodedata.combining(char)
            if last and (last.box == box or mark):
                last.text += char  # one glyph for several characters, or a vowel on a letter
            else:
                units.append(_Unit(char, box, number, index))
    for unit in units:
        if not any(map(unicodedata.combining, unit.text)):
            unit.text = ligature(unit.text)
    return units


def _goes_on(reader: SegmentReader, before: _Unit, word: re.Match[str]) -> bool:
    """Whether the white space before `word` is none.

    PDFium puts it before a vowel sign that was drawn ahead of its letter.
    """
    letters = (i for i in range(*word.span()) if not unicodedata.combining(reader.text[i]))
    letter = next(letters, word.start())
    _, low, right, high = reader.box(letter, 0)
    return letter > word.start() and before.box[0] - right < 0.05 * (high - low)


def _segment(cell: list[_Unit], line: int) -> Segment:
    texts: list[str] = []
    word = cell[0].word
    for unit in cell:
        if unit.word != word:
            texts.append(" ")
        texts.append(unit.text)
        word = unit.word
    first = min(cell, key=lambda unit: unit.index)
    x0, x1 = min(unit.box[0] for unit in cell), max(unit.box[2] for unit in cell)
    low, high = first.box[1], first.box[3]
    last = max(unit.index for unit in cell)
    text = logical(texts)
    return Segment(text, x0, x1, low, high, line, 0, first.index, last, first.index)
