"""Page furniture: running headers, footers and printed page numbers, which are not content."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from retrieval.parse.line import CELLS, Line
from retrieval.parse.page_numbers import FAR, PRINTED, is_page_number, page_numbers
from retrieval.parse.rows import YEARS

_EDGE = 3  # lines looked at from the top and from the bottom of each page
_NUMBER = re.compile(r"\d+")
# What stands between the words of a footer and its page number, where the type does not tell.
_BEFORE = re.compile(
    rf"(?:(?<!\d)[|·•–—-]\s*|{CELLS}|\b(?:page|seite|p\.)\s*|第\s*)$", re.IGNORECASE
)
_SURE = re.compile(r"(?:[|·•]\s*|\b(?:page|seite|p\.)\s*|第\s*)$", re.IGNORECASE)
_MARGIN = 1 / 6  # of the height of a page, above and below, where headers and footers stand
# A field of a form, which says something of its page even where it is the same on all of them.
_WITHIN_CODE = re.compile(r"\d[-/.,:]$")  # the last part of a date, an account
_FIELD = re.compile(r"[^\W\d][^:]{0,30}: +\S.*|.*\d[.,]\d\d\)?$")
_SAME = 3.0  # points; what runs along all pages stands at one height
_APART = 1.4  # of the usual distance between lines
_OTHER = 20  # pages with one heading for one where other words stand in its place


Span = tuple[float, float]


class _Place(NamedTuple):
    """Where a line that recurs stands: its page (from 0), its number there, its height.

    `apart` says that white space stands between it and the text.
    """

    page: int
    line: int
    y: float
    apart: bool


def without_furniture(
    pages: list[list[Line]], spans: Sequence[Span | None] = ()
) -> tuple[list[list[Line]], list[tuple[int, str]]]:
    """The pages less the lines at their edges that say nothing of their page.

    The second part is what was taken away, as (page number from 1, words). Such a line recurs on
    at least a quarter of the pages (and on four), mostly apart from the text and at one height,
    where no page among them has other words, as it would in the field of a form. A number in it
    may count up with the pages, as in "Form 10-K | 37". The first copy of a running header stays,
    since it may be the only place that names the document; page numbers all go. `spans` are the
    heights of the foot and of the top of each page, where they are known: only page numbers stand
    elsewhere than near them.
    """
    drop: dict[int, set[int]] = defaultdict(set)
    for places in _recurring(pages, spans or [None] * len(pages)).values():
        running = [place for group in _heights(places) for place in _running(group, pages)]
        running.sort()
        if len({place.page for place in running}) >= max(4, len(pages) / 4):
            first = running[0]
            is_number = PRINTED.fullmatch(pages[first.page][first.line].text)
            for place in running if is_number else running[1:]:
                drop[place.page].add(place.line)
    numbers = page_numbers([[page[i].text for i in _outermost(page, set())] for page in pages])
    cleaned = []
    aside = []
    for number, page in enumerate(pages):
        gone = drop[number]
        outer = _outermost(page, gone)
        gone |= {i for i in outer if is_page_number(page[i].text, number, numbers)}
        cleaned.append([line for index, line in enumerate(page) if index not in gone])
        aside += [(number + 1, page[index].text) for index in sorted(gone)]
    return cleaned, aside


def edge_lines(page: list[Line]) -> list[str]:
    """The lines at the top and at the bottom of a page."""
    return [page[index].text for index in _edges(page)]


def _recurring(pages: list[list[Line]], spans: Sequence[Span | None]) -> dict[str, list[_Place]]:
    """Where the lines stand that are alike, of those at the edges."""
    found: dict[str, list[_Place]] = defaultdict(list)
    for number, page in enumerate(pages):
        apart = _apart(page)
        for index in _edges(page):
            for key in _keys(page, index, number, _is_outside(page[index].y, spans[number])):
                found[key].append(_Place(number, index, page[index].y, index in apart))
    return found


def _keys(page: list[Line], index: int, number: int, outside: bool) -> set[str]:
    """The line as it stands, and with each of its page numbers as a distance to the page.

    `outside` says that it may be a header or a footer by its height.
    """
    text = page[index].text
    is_small = page[index].size < 0.95 * median(line.size for line in page)
    is_number = PRINTED.fullmatch(text)
    is_field = not is_small and (_FIELD.fullmatch(text) or _is_total(page[index]))
    keys = {text} if outside and not is_number and not is_field else set()
    for match in list(_NUMBER.finditer(text))[-3:]:
        before, after = text[: match.start()], text[match.end() :]
        away = int(match[0][:5]) - number
        # "Invoice 101" on the first page and "Invoice 102" on the second are what they say.
        if is_number or _SURE.search(before):
            counts = True
        elif _WITHIN_CODE.search(before):
            counts = False
        elif not before.strip() or _BEFORE.search(before):
            counts = outside and match[0][0] != "0"
        else:
            counts = outside and is_small and abs(away) <= FAR
        if counts and len(match[0]) <= 5:
            keys.add(f"{before}#{away}{after}")
    return keys


def _is_total(line: Line) -> bool:
    """A label and a figure, `Total  45`; a year says nothing of one page."""
    cells = line.text.split(CELLS)
    return line.has_figure_cell and not any(map(YEARS.fullmatch, cells))


def _is_outside(y: float, span: Span | None) -> bool:
    """Whether a baseline lies near the top or the foot of its page, as far as is known."""
    if span is None:
        return True
    low, high = span
    edge = _MARGIN * (high - low)
    return not low + edge < y < high - edge


def _apart(page: list[Line]) -> set[int]:
    """Indexes of the lines at the edges of a page with white space between them and the text."""
    gaps = [abs(a.y - b.y) for a, b in pairwise(page)]
    steps = [gap for gap, line in zip(gaps, page, strict=False) if gap > 0.1 * line.size]
    if not steps:
        return set(_edges(page))
    wide = _APART * min(median(steps), 2 * median(line.size for line in page))
    if all(line.size == 1.0 for line in page):
        wide = 0.0  # no geometry is known of it
    top = [i for i in range(min(_EDGE, len(gaps))) if max(gaps[i:_EDGE]) > wide]
    low = len(gaps) - min(_EDGE, len(gaps))
    bottom = [i + 1 for i in range(low, len(gaps)) if max(gaps[low : i + 1]) > wide]
    return {*top, *bottom}


def _heights(places: list[_Place]) -> list[list[_Place]]:
    """The places by the height they stand at; pages may be of several sizes."""
    groups: list[list[_Place]] = []
    for place in sorted(places, key=lambda place: place.y):
        if groups and place.y - groups[-1][-1].y < _SAME:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _running(group: list[_Place], pages: list[list[Line]]) -> list[_Place]:
    """The places, all at one height; [] if few of them stand apart from the text, or if pages
    between them have other words there."""
    numbers = sorted({place.page for place in group})
    step = 2 if len({number % 2 for number in numbers}) == 1 else 1  # left or right pages only
    height = median(place.y for place in group)
    missing = set(range(numbers[0], numbers[-1] + 1, step)).difference(numbers)
    other = sum(
        any(abs(pages[number][index].y - height) < _SAME for index in _edges(pages[number]))
        for number in missing
    )
    apart = 2 * sum(place.apart for place in group) >= len(group)
    return group if apart and other <= len(numbers) // _OTHER else []


def _edges(page: list[Line]) -> list[int]:
    return sorted({*range(min(_EDGE, len(page))), *range(max(0, len(page) - _EDGE), len(page))})


def _outermost(page: list[Line], dropped: set[int]) -> list[int]:
    """First and last line that remain: where a lone page number stands."""
    rest = [index for index in range(len(page)) if index not in dropped]
    return rest[:1] + rest[-1:] if len(rest) > 1 else []
