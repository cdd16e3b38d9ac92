"""Line numbers in the margin of pleadings, transcripts and bills: no part of a sentence."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from retrieval.parse.rows import is_figure
from retrieval.parse.segment import Segment, SegmentReader

_FIRST = re.compile(r"(\d{1,4})(?:\s+(?=\S)|$)")
_STEPS = {1: 6, 5: 3}  # how the numbers count, and the fewest of them
_SAME = 2.0  # points between the edges of numbers of one column
_EVEN = 1.25  # the widest of their distances over the narrowest; items of a list are less even
_PROSE = 20  # characters of a line; shorter ones are items and cells
_FLOWING = 0.15  # of the lines begin with a small letter
_ENDING = 0.6  # of them end like the clauses of a list


class _Number(NamedTuple):
    """A number that begins a line or stands alone: `at` is its segment's index."""

    value: int
    x0: float
    x1: float
    low: float
    at: int


def without_line_numbers(
    reader: SegmentReader, segments: list[Segment]
) -> tuple[list[Segment], list[int]]:
    """The segments less the line numbers, and these from top to bottom."""
    found = _numbers(reader, segments)
    if len(found) < min(_STEPS.values()):
        return segments, []
    taken: dict[int, int] = {}
    judged: set[int] = set()
    for run in _runs(found):
        places = {number.at for number in run}
        if not judged & places and _is_margin(run, segments):
            taken |= {number.at: number.value for number in run}
        judged |= places
    if not taken:
        return segments, []
    left = [
        rest
        for at, segment in enumerate(segments)
        for rest in ([_rest(reader, segment)] if at in taken else [segment])
        if rest
    ]
    return left, [*taken.values()]


def _numbers(reader: SegmentReader, segments: list[Segment]) -> list[_Number]:
    found: list[_Number] = []
    for at, s in enumerate(segments):
        match = _FIRST.match(s.text)
        if match and not s.turns:
            alone = match.end() == len(s.text)
            x1 = s.x1 if alone else reader.box(s.first + len(match[1]) - 1, 0)[2]
            found.append(_Number(int(match[1]), s.x0, x1, s.low, at))
    return found


def _runs(found: list[_Number]) -> list[list[_Number]]:
    """Numbers below one another that count up evenly, the longest first."""
    runs: list[list[_Number]] = []
    for edge in ("x0", "x1"):
        columns: list[list[_Number]] = []
        for number in sorted(found, key=lambda number: float(getattr(number, edge))):
            if columns and getattr(number, edge) - getattr(columns[-1][-1], edge) < _SAME:
                columns[-1].append(number)
            else:
                columns.append([number])
        for column in columns:
            column.sort(key=lambda number: -number.low)
            for step, fewest in _STEPS.items():
                runs += [run for run in _counting(column, step) if len(run) >= fewest]
    return sorted(runs, key=len, reverse=True)


def _counting(column: list[_Number], step: int) -> list[list[_Number]]:
    runs: list[list[_Number]] = []
    for number in column:
        follows = runs and number.value == runs[-1][-1].value + step
        if follows and number.low < runs[-1][-1].low:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [run for run in runs if run[0].value % step == 0 or step == 1]


def _is_margin(run: list[_Number], segments: list[Segment]) -> bool:
    """Whether running text stands beside the numbers: neither a list's items nor a table's rows."""
    gaps = sorted(a.low - b.low for a, b in pairwise(run))
    if gaps[-1] > _EVEN * gaps[0]:
        return False
    step = run[1].value - run[0].value
    taken = {number.at for number in run}
    lines = [cells for number in run if (cells := _beside(number, segments, taken))]
    if 2 * sum(len(cells) > 1 and is_figure(cells[-1]) for cells in lines) > len(lines):
        return False
    own = [" ".join(cells) for cells in lines]
    if step > 1 or 2 * len(own) < len(run):  # few stand on the lines they number
        top, bottom = run[0].low + gaps[-1], run[-1].low - gaps[-1]
        own = [
            _FIRST.sub("", s.text) if at in taken else s.text
            for at, s in enumerate(segments)
            if bottom < s.low < top
        ]
        own = [text for text in own if text]
    if not own or median(map(len, own)) < _PROSE:
        return False
    flowing = sum(text[0].islower() for text in own) >= max(2, _FLOWING * len(own))
    return flowing and sum(text[-1] in ".;,:" for text in own) < _ENDING * len(own)


def _beside(number: _Number, segments: list[Segment], taken: set[int]) -> list[str]:
    """What else stands on the line of a number, piece by piece."""
    line = segments[number.at]
    rest = _FIRST.sub("", line.text)
    others = [s.text for at, s in enumerate(segments) if at not in taken and s.beside(line) > 0.5]
    return [rest, *others] if rest else others


def _rest(reader: SegmentReader, segment: Segment) -> Segment | None:
    """A segment less the number it begins with; None if it is nothing more."""
    match = _FIRST.match(segment.text)
    text = segment.text[match.end() :] if match else segment.text
    if not match or not text:
        return None
    first = segment.first + len(match[1])
    while reader.text[first].isspace():
        first += 1
    x0 = reader.box(first, 0)[0]
    return segment._replace(text=text, x0=x0, first=first, main=max(first, segment.main))
