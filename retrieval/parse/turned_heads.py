"""Heads of tables whose cells are turned by a quarter, to stand over narrow columns."""

from __future__ import annotations

from typing import NamedTuple

from retrieval.parse.joints import joint
from retrieval.parse.segment import MARKS, Segment

_CLOSE = 0.5  # ems between the lines of one cell
_NEAR = 6.0  # ems between a head and the first row below it


class _Cell(NamedTuple):
    """The lines of a turned cell in order, and where it stands on the upright page."""

    lines: list[Segment]
    left: float
    right: float
    bottom: float
    top: float


def with_upright_heads(segments: list[Segment]) -> list[Segment]:
    """The segments, turned cells side by side above a table's columns set upright as its head."""
    flat = [s for s in segments if not s.turns]
    cells = _cells([s for s in segments if s.turns in (1, 3)])
    for head in _side_by_side(cells):
        below = [s for cell in head if (s := _below(cell, flat))]
        if len(below) < max(2, len(head) / 2):
            continue
        first = min(below, key=lambda s: s.first)
        moved = {line for cell in head for line in cell.lines}
        bottom = min(cell.bottom for cell in head)
        upright = [_upright(cell, bottom, first.line) for cell in head]
        segments = [s for s in segments if s not in moved]
        at = segments.index(first)
        while at and segments[at - 1].line == first.line and not segments[at - 1].turns:
            at -= 1  # the head comes before the whole row
        rest = [s._replace(line=s.line + 1) for s in segments[at:]]
        segments = segments[:at] + upright + rest
        flat = [s for s in segments if not s.turns]
    return segments


def _cells(turned: list[Segment]) -> list[_Cell]:
    cells: list[_Cell] = []
    for s in sorted(turned, key=lambda s: s.low if s.turns == 3 else -s.high):
        here = _placed([s])
        last = cells[-1] if cells else None
        if last and s.turns == last.lines[-1].turns and _goes_on(last, here):
            lines = [*last.lines, s] if s.turns == 1 else [s, *last.lines]
            cells[-1] = _placed(lines)
        else:
            cells.append(here)
    return cells


def _placed(lines: list[Segment]) -> _Cell:
    """Text turned once reads upward, text turned three times downward."""
    once = lines[0].turns == 1
    left = min(-s.high if once else s.low for s in lines)
    right = max(-s.low if once else s.high for s in lines)
    bottom = min(s.x0 if once else -s.x1 for s in lines)
    return _Cell(lines, left, right, bottom, max(s.x1 if once else -s.x0 for s in lines))


def _goes_on(cell: _Cell, following: _Cell) -> bool:
    size = following.lines[0].size
    level = min(cell.top, following.top) - max(cell.bottom, following.bottom)
    return -size < following.left - cell.right < _CLOSE * size and level > 0


def _side_by_side(cells: list[_Cell]) -> list[list[_Cell]]:
    """Runs of cells, from left to right, that stand at one height."""
    heads: list[list[_Cell]] = []
    for cell in sorted(cells, key=lambda cell: cell.left):
        for head in heads:
            if min(cell.top, head[-1].top) - max(cell.bottom, head[-1].bottom) > 0:
                head.append(cell)
                break
        else:
            heads.append([cell])
    return [head for head in heads if len(head) > 1]


def _below(cell: _Cell, flat: list[Segment]) -> Segment | None:
    """The nearest upright segment under a cell."""
    under = [
        s
        for s in flat
        if s.x0 < cell.right
        and cell.left < s.x1
        and 0 < cell.bottom - s.low < _NEAR * s.size + s.size
    ]
    return max(under, key=lambda s: s.high, default=None)


def _upright(cell: _Cell, bottom: float, line: int) -> Segment:
    text = ""
    for part in cell.lines:
        words = part.text[:-1] + "-" if part.text[-1] in MARKS else part.text
        text += joint(text, words) + words if text else words
    first, size = cell.lines[0], cell.lines[0].size
    return first._replace(
        text=text, x0=cell.left, x1=cell.right, low=bottom, high=bottom + size, line=line, turns=0
    )
