"""Page furniture: running headers, footers and printed page numbers, which are not content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from retrieval.parse.line import Line

_EDGE = 3  # lines looked at from the top and from the bottom of each page
_NUMBER = re.compile(r"\d+")
_PRINTED = re.compile(r"(?:page\s+|[-–—|]\s*)?(\d{1,4}|[ivxlc]{1,7})(?:\s*[-–—|])?", re.IGNORECASE)


def without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages less the edge lines that recur on at least a third of them (and on four).

    Digits are ignored in the comparison, so "Form 10-K | 37" recurs. The first copy of a running
    header stays, since it may be the only place that names the document; bare numbers all go.
    """
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_shape(page[index].text) for index in _edges(page)})
    enough = max(4, len(pages) / 3)
    seen: set[str] = set()
    kept = []
    for page in pages:
        drop = set()
        for index in _edges(page):
            shape = _shape(page[index].text)
            if counts[shape] >= enough:
                if shape in seen or not any(char.isalpha() for char in shape):
                    drop.add(index)
                seen.add(shape)
        drop |= {i for i in _outermost(page, drop) if _PRINTED.fullmatch(page[i].text)}
        kept.append([line for index, line in enumerate(page) if index not in drop])
    return kept


def printed_labels(pages: list[list[Line]]) -> list[str | None]:
    """Page numbers as printed, where most pages carry one that counts up with the page.

    Used when the file has no page labels of its own. A number is believed only if its distance
    to the physical page is the one that most numbered pages show.
    """
    offsets: Counter[int] = Counter()
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for index, page in enumerate(pages):
        for line in _edges(page):
            match = _PRINTED.fullmatch(page[line].text) or re.search(
                r"(?<!\S)(\d{1,4})$", page[line].text
            )
            if match and match[1].isdigit():
                found[index][int(match[1]) - index] = match[1]
        offsets.update(found[index].keys())
    offset, votes = offsets.most_common(1)[0] if offsets else (0, 0)
    if votes < max(4, 0.6 * len(pages)):
        return [None] * len(pages)
    return [found[index].get(offset) for index in range(len(pages))]


def _shape(text: str) -> str:
    return _NUMBER.sub("#", text)


def _edges(page: list[Line]) -> list[int]:
    return sorted({*range(min(_EDGE, len(page))), *range(max(0, len(page) - _EDGE), len(page))})


def _outermost(page: list[Line], dropped: set[int]) -> list[int]:
    """First and last line that remain: where a lone page number stands."""
    rest = [index for index in range(len(page)) if index not in dropped]
    return rest[:1] + rest[-1:] if len(rest) > 1 else []
