"""Page furniture: running headers, footers and printed page numbers, which are not content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from retrieval.parse.line import Line

_EDGE = 3  # lines looked at from the top and from the bottom of each page
_NUMBER = re.compile(r"\d+")
_PRINTED = re.compile(r"(?:page\s+|[-–—|]\s*)?(\d{1,4}|[ivxlc]{1,7})(?:\s*[-–—|])?", re.IGNORECASE)


def without_furniture(
    pages: list[list[Line]],
) -> tuple[list[list[Line]], list[tuple[int, str]]]:
    """The pages less the edge lines that recur on at least a third of them (and on four).

    The second part is what was taken away, as (page number from 1, words).

    A number may differ from page to page if it counts up with them, as in "Form 10-K | 37". The
    first copy of a running header stays, since it may be the only place that names the document;
    bare numbers all go.
    """
    counts: Counter[str] = Counter()
    for number, page in enumerate(pages):
        counts.update({key for index in _edges(page) for key in _keys(page[index].text, number)})
    enough = max(4, len(pages) / 3)
    seen: set[str] = set()
    cleaned = []
    aside = []
    for number, page in enumerate(pages):
        drop = set()
        for index in _edges(page):
            text = page[index].text
            recurring = {key for key in _keys(text, number) if counts[key] >= enough}
            if recurring and (recurring & seen or not any(char.isalpha() for char in text)):
                drop.add(index)
            seen |= recurring
        drop |= {i for i in _outermost(page, drop) if _PRINTED.fullmatch(page[i].text)}
        cleaned.append([line for index, line in enumerate(page) if index not in drop])
        aside += [(number + 1, page[index].text) for index in sorted(drop)]
    return cleaned, aside


def _keys(text: str, page: int) -> set[str]:
    """The line as it stands, and with each of its numbers as a distance to the page."""
    keys = {text}
    for match in list(_NUMBER.finditer(text))[-3:]:
        if len(match[0]) <= 5:
            keys.add(f"{text[: match.start()]}#{int(match[0]) - page}{text[match.end() :]}")
    return keys


def printed_labels(pages: list[list[Line]]) -> list[str | None]:
    """Page numbers as printed, where most pages carry one that counts up with the page.

    Used when the file has no page labels of its own. A number is believed only if its distance
    to the physical page is the one that most numbered pages show.
    """
    offsets: Counter[int] = Counter()
    numbers: dict[int, dict[int, str]] = defaultdict(dict)
    for index, page in enumerate(pages):
        for line in _edges(page):
            match = _PRINTED.fullmatch(page[line].text) or re.search(
                r"(?<!\S)(\d{1,4})$", page[line].text
            )
            if match and match[1].isdigit():
                numbers[index][int(match[1]) - index] = match[1]
        offsets.update(numbers[index].keys())
    offset, votes = offsets.most_common(1)[0] if offsets else (0, 0)
    if votes < max(4, 0.6 * len(pages)):
        return [None] * len(pages)
    return [numbers[index].get(offset) for index in range(len(pages))]


def _edges(page: list[Line]) -> list[int]:
    return sorted({*range(min(_EDGE, len(page))), *range(max(0, len(page) - _EDGE), len(page))})


def _outermost(page: list[Line], dropped: set[int]) -> list[int]:
    """First and last line that remain: where a lone page number stands."""
    rest = [index for index in range(len(page)) if index not in dropped]
    return rest[:1] + rest[-1:] if len(rest) > 1 else []
