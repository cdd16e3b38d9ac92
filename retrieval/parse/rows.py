"""Lines and table rows of one region of a page, put together from its segments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from retrieval.parse.joints import CJK
from retrieval.parse.line import CELLS, count_figures
from retrieval.parse.segment import CELL_GAP, Segment

_SIGN = re.compile(r"[($€£¥]+")  # stands in front of a figure, at the left edge of its cell
YEARS = re.compile(r"((19|20)\d\d|[\s,*()])+")
_SIGN_BEHIND = re.compile(r"\S [$€£¥]$")
_TAIL = re.compile(r"[)%]+")
_MARKER = re.compile(r"[•●▪◦■□–—*·‣➢†‡]|\(?(\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\d{1,2}")


@dataclass(slots=True)
class Row:
    """One line as it is read: its segments from left to right, joined to cells."""

    segments: list[Segment]
    texts: list[str] = field(default_factory=list)  # cells
    spans: list[tuple[float, float]] = field(default_factory=list)  # their edges
    table: bool = False
    data: bool = False  # a row of figures; years alone head a table

    def __post_init__(self) -> None:
        if len(self.segments) == 1:  # as most lines of prose are
            only = self.segments[0]
            self.texts.append(only.text)
            self.spans.append((only.x0, only.x1))
            return
        glue = False
        for number, s in enumerate(self.segments):
            close = number > 0 and abs(s.x0 - self.segments[number - 1].x1) < CELL_GAP * s.size
            if self.texts and (glue or close or _TAIL.fullmatch(s.text)):
                self.texts[-1] += _between(self.segments[number - 1], s) + s.text
                self.spans[-1] = self.spans[-1][0], s.x1
            else:
                self.texts.append(s.text)
                self.spans.append((s.x0, s.x1))
            following = self.segments[number + 1 : number + 2]
            glue = bool(_SIGN.fullmatch(s.text)) or (
                number == 0
                and bool(_MARKER.fullmatch(s.text))
                and bool(following)
                and not is_figure(following[0].text)
            )
        for number in range(len(self.texts) - 1):
            text = self.texts[number]
            if _SIGN_BEHIND.search(text):  # "(1,468) $" stands close before "4,341"
                self.texts[number + 1] = f"{text[-1]} {self.texts[number + 1]}"
                self.texts[number] = text[:-2]
        if len(self.texts) > 1 and is_figure(self.texts[-1]):
            cells = [text for text in self.texts if is_figure(text)]
            self.data = not all(YEARS.fullmatch(text) for text in cells)

    @property
    def text(self) -> str:
        return CELLS.join(self.texts)

    @property
    def low(self) -> float:
        return min(s.low for s in self.segments)

    @property
    def high(self) -> float:
        return max(s.high for s in self.segments)

    @property
    def left(self) -> float:
        return self.spans[0][0]

    @property
    def right(self) -> float:
        return self.spans[-1][1]

    @property
    def size(self) -> float:
        return self.segments[0].size


def _between(left: Segment, right: Segment) -> str:
    """No space beside Chinese text that a number or a foreign word stands close to."""
    chinese = CJK.match(left.text[-1]) or CJK.match(right.text)
    return "" if chinese and abs(right.x0 - left.x1) < 0.3 * right.size else " "


def is_figure(text: str) -> bool:
    if text[0].isalpha() and text[0] != "N":  # N/A
        return False
    words = text.split()
    return count_figures(words) == len(words)


def rows(segments: list[Segment]) -> list[Row]:
    """Rows of a region in reading order. PDFium's order stands where it goes down the page."""
    lines: list[list[Segment]] = []
    for s in segments:
        if lines and lines[-1][-1].line == s.line:
            lines[-1].append(s)
        else:
            lines.append([s])
    if _goes_down(lines):
        return [Row(line) for line in lines]
    return [Row(line) for line in _ordered(_level(lines))]


def _goes_down(lines: list[list[Segment]]) -> bool:
    return all(a[0].beside(b[0]) < 0.2 and a[0].low > b[0].low for a, b in pairwise(lines))


def _level(lines: list[list[Segment]]) -> list[list[Segment]]:
    """Pieces of one table row made one line: figures drawn apart from their label."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lines)), key=lambda i: -lines[i][0].high - lines[i][0].low):
        line = lines[index]
        for group in groups[-3:]:
            lead = lines[group[0]]
            figures = _all_figures(line) != _all_figures(lead)
            if lead[0].beside(line[0]) > (0.3 if figures else 0.6) and _apart(lines, group, line):
                group.append(index)
                break
        else:
            groups.append([index])
    merged: dict[int, list[Segment]] = {}
    late = _late(lines)
    for group in groups:
        group.sort(key=lambda i: lines[i][0].x0)
        if (
            len(group) > 1
            and not late.intersection(group)
            and not _is_one_row([lines[i] for i in group])
        ):
            merged.update({i: lines[i] for i in group})
        else:
            merged[group[0]] = [s for i in group for s in lines[i]]
    return [merged[index] for index in sorted(merged)]


def _late(lines: list[list[Segment]]) -> set[int]:
    """Lines drawn after what stands far below them, alone or by twos: forgotten heads."""
    late: set[int] = set()
    for index in range(1, len(lines)):
        line = lines[index]
        if line[0].low > lines[index - 1][0].high + 8 * line[0].size:
            end = index + 1
            while end < len(lines) and _follows(lines[end - 1], lines[end]):
                end += 1
            if end - index <= 2:
                late.update(range(index, end))
    return late


def _apart(lines: list[list[Segment]], group: list[int], line: list[Segment]) -> bool:
    return all(
        line[0].x0 >= lines[i][-1].x1 - 1 or lines[i][0].x0 >= line[-1].x1 - 1 for i in group
    )


def _is_one_row(pieces: list[list[Segment]]) -> bool:
    if any(_all_figures(piece) for piece in pieces):
        return True
    return all(
        b[0].x0 - a[-1].x1 < 1.2 * a[0].size and abs(b[0].line - a[-1].line) <= 2
        for a, b in pairwise(pieces)
    )


def _all_figures(line: list[Segment]) -> bool:
    return all(is_figure(s.text) for s in line)


def _ordered(lines: list[list[Segment]]) -> list[list[Segment]]:
    """From top to bottom; what stands side by side stays in the order of drawing."""
    if _goes_down(lines):
        return lines
    blocks: list[list[list[Segment]]] = []
    for line in lines:
        if blocks and _follows(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    tops = [block[0][0].high for block in blocks]
    zones: list[list[int]] = []
    floor = 0.0
    for index in sorted(range(len(blocks)), key=lambda i: -tops[i]):
        bottom = blocks[index][-1][0].low
        if zones and tops[index] > floor + 0.4 * blocks[index][0][0].size:
            zones[-1].append(index)
            floor = min(floor, bottom)
        else:
            zones.append([index])
            floor = bottom
    return [line for zone in zones for index in sorted(zone) for line in blocks[index]]


def _follows(above: list[Segment], below: list[Segment]) -> bool:
    gap = above[0].low - below[0].high
    size = above[0].size
    return -0.5 * size < gap < 1.2 * size and (
        below[0].x0 < above[-1].x1 and above[0].x0 < below[-1].x1
    )
