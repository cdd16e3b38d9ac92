"""Columns of prose on a page, and the order in which they are read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from statistics import median

from retrieval.parse.joints import CJK
from retrieval.parse.segment import Segment

Region = tuple[int, list[Segment]]  # column from 1, or 0 for the full width

_FEWEST = 5  # lines of prose in every column of a page that has columns
_LETTERS = 18  # characters a line; shorter ones are cells of a table


def regions(segments: list[Segment]) -> list[Region]:
    """The page cut into columns and what stands across them, in reading order.

    PDFium follows the order of drawing and joins what stands on one baseline: a page drawn line
    by line across the gutter comes out interleaved.
    """
    gutters = _gutters(segments)
    if not gutters:
        return [(0, segments)]
    parts: list[Region] = []
    for across, band in _bands(segments, gutters):
        if across:
            parts.append((0, band))
        else:
            parts += _columns(band, gutters)
    merged: list[Region] = []
    for column, content in parts:
        if merged and merged[-1][0] == column == 0:
            content = merged.pop()[1] + content
        merged.append((column, content))
    order = {s.first: number for number, s in enumerate(segments)}
    return [(column, sorted(content, key=lambda s: order[s.first])) for column, content in merged]


def _columns(band: list[Segment], gutters: list[float]) -> list[Region]:
    """One band's columns; parts of it that read like a table stay whole."""
    columns: list[Region] = []
    prose: list[Segment] = []
    for part in [*_parts(band), []]:
        if part and not _is_tabular(part, gutters):
            prose += part
            continue
        sides = _sides(prose, gutters)
        columns += [(number, side) for number, side in enumerate(sides, 1) if side]
        columns += [(0, part)] if part else []
        prose = []
    return columns


def _parts(band: list[Segment]) -> list[list[Segment]]:
    """The band cut where white space runs through all its columns; from top to bottom."""
    parts: list[list[Segment]] = []
    floor = 0.0
    for s in sorted(band, key=lambda s: -s.high):
        if parts and floor - s.high < 0.6 * s.size:
            parts[-1].append(s)
            floor = min(floor, s.low)
        else:
            parts.append([s])
            floor = s.low
    return parts


def _is_tabular(part: list[Segment], gutters: list[float]) -> bool:
    sides = [side for side in _sides(part, gutters) if side]
    rows = {round(s.low) for s in part}
    if len(sides) < 2 or len(rows) < 2 or all(_is_prose(side, 1) for side in sides):
        return False
    return _digits(part) > 0.2 or len(part) > 1.3 * len(sides) * len(rows)


def _gutters(segments: list[Segment]) -> list[float]:
    """Where white space runs down between columns of prose, left to right; [] for one column."""
    if len(segments) < 2 * _FEWEST:
        return []
    size = median(s.size for s in segments)
    left = min(s.x0 for s in segments)
    width = int(max(s.x1 for s in segments) - left) + 1
    if not 2 * size < width < 20_000:
        return []
    if sum(s.x1 - s.x0 > 0.6 * width for s in segments) > 0.6 * len(segments):
        return []
    change = [0] * (width + 2)
    for s in segments:
        change[int(s.x0 - left)] += 1
        change[int(s.x1 - left) + 1] -= 1
    cover = list(accumulate(change[:width]))
    low = 0.55 * max(cover)
    gutters: list[float] = []
    x = 0
    while x < width:
        if cover[x] > low:
            x += 1
            continue
        end = x
        while end < width and cover[end] <= low:
            end += 1
        valley = cover[x:end]
        least = min(valley)
        start = valley.index(least)
        stop = start
        while stop < len(valley) and valley[stop] == least:
            stop += 1
        if x > 0 and end < width and stop - start >= 0.5 * size:
            gutters.append(left + x + (start + stop) / 2)
        x = end
    return _believed(segments, gutters)


def _believed(segments: list[Segment], gutters: list[float]) -> list[float]:
    """The gutters that have prose on both sides, unless they part the cells of a table."""
    while gutters:
        sides = _sides([s for s in segments if not _crosses(s, gutters)], gutters)
        poor = [number for number, side in enumerate(sides) if not _is_prose(side, _FEWEST)]
        if not poor:
            break
        gutters = (
            gutters[:-1] if poor[0] == len(gutters) else gutters[: poor[0]] + gutters[poor[0] + 1 :]
        )
    return [] if gutters and _is_table(segments, gutters) else gutters


def _is_table(segments: list[Segment], gutters: list[float]) -> bool:
    """Whether prose is set in cells: drawing goes back to the left again and again, each time to
    where the next cells begin side by side, and cells have more than one line."""
    runs: list[list[Segment]] = []
    sides: list[int] = []
    for s in segments:
        side = -1 if _crosses(s, gutters) else bisect_right(gutters, s.x0)
        if sides and sides[-1] == side:
            runs[-1].append(s)
        else:
            sides.append(side)
            runs.append([s])
    pairs = [
        (a, b) for a, b, i, j in zip(runs, runs[1:], sides, sides[1:], strict=False) if 0 <= i < j
    ]
    level = sum(a[0].beside(b[0]) > 0.5 for a, b in pairs)
    tall = sum(max(len(a), len(b)) > 1 for a, b in pairs)
    return len(pairs) >= 3 and level >= 0.7 * len(pairs) and tall >= 0.5 * len(pairs)


def _bands(segments: list[Segment], gutters: list[float]) -> list[tuple[bool, list[Segment]]]:
    """The page from top to bottom: (True, lines across a gutter), (False, lines between them)."""
    across = [s for s in segments if _crosses(s, gutters)]
    body = median(s.size for s in segments)
    bands: list[tuple[bool, list[Segment]]] = []
    for s in sorted(segments, key=lambda s: (-s.high, s.x0)):
        near = [other for other in across if abs(other.low - s.low) < 40]
        full = any(s is other or s.beside(other) > 0.6 for other in near)
        if not full and s.size > 1.12 * body and (not bands or bands[-1][0]):
            # A short title in the middle of three columns: nothing stands beside it.
            full = not any(s.beside(other) > 0 for other in segments if other is not s)
        if bands and bands[-1][0] == full:
            bands[-1][1].append(s)
        else:
            bands.append((full, [s]))
    return bands


def _crosses(segment: Segment, gutters: list[float]) -> bool:
    return bisect_right(gutters, segment.x0) < bisect_left(gutters, segment.x1)


def _sides(segments: list[Segment], gutters: list[float]) -> list[list[Segment]]:
    sides: list[list[Segment]] = [[] for _ in range(len(gutters) + 1)]
    for s in segments:
        sides[bisect_right(gutters, s.x0)].append(s)
    return sides


def _is_prose(segments: list[Segment], fewest: int) -> bool:
    rows = {round(s.low) for s in segments}
    letters = sum(len(s.text) if s.text.isascii() else _wide(s.text) for s in segments)
    return len(rows) >= fewest and letters >= _LETTERS * len(rows) and _digits(segments) < 0.15


def _wide(text: str) -> int:
    """Characters of a text; a Chinese one says as much as two letters."""
    return len(text) + len(CJK.findall(text))


def _digits(segments: list[Segment]) -> float:
    text = "".join(s.text for s in segments)
    return sum(map(str.isdigit, text)) / max(1, len(text))
