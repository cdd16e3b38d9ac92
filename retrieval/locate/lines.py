"""Finds the lines of a page, as they were drawn, again in the text that was made of them.

Between the two, running headers and page numbers were left out, footnotes moved to the end, and
words that were divided at the end of a line mended. White space and hyphens tell nothing, then;
everything else stands line by line as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import chain

from retrieval.locate.drawn import DrawnLine

_SURE = 12  # characters that are not twice on a page by chance
_MOST = 5000  # lines of a page; a hostile one has more
_LONGEST = 4000  # characters of a line that is compared sign by sign
_LOOSE = frozenset("-\u2010\xad\x02\ufffe")


def signs_by_offset(text: str, lines: Sequence[DrawnLine]) -> list[tuple[int, int] | None]:
    """For each character of a page's text the number of its line, and of its sign in the line.

    None for white space, and for what was not found again.
    """
    places: list[tuple[int, int] | None] = [None] * len(text)
    for number, start, end in _tiles(text, lines):
        for offset, sign in _pairs(text[start:end], lines[number].signs):
            places[start + offset] = number, sign
    return places


def _tiles(text: str, lines: Sequence[DrawnLine]) -> list[tuple[int, int, int]]:
    """Which slice of the text each line became: (its number, start, end)."""
    kept = [offset for offset, char in enumerate(text) if _is_kept(char)]
    whole = "".join(text[offset] for offset in kept)
    keys = ("".join(filter(_is_kept, line.text)) for line in lines[:_MOST])
    unused = {number: key for number, key in enumerate(keys) if key}
    found: list[tuple[int, int, int]] = []
    at, last = 0, -1
    while at < len(whole) and unused:
        number = _next(whole, at, last, unused)
        if number is None:
            at, number = _later(whole, at, unused)
            if number is None:
                break
        key = unused.pop(number)
        # With the hyphens at either end, which may be the next line's too.
        start, end = (kept[at - 1] + 1 if at else 0), at + len(key)
        found.append((number, start, kept[end] if end < len(kept) else len(text)))
        at, last = at + len(key), number
    return found


def _next(whole: str, at: int, last: int, unused: dict[int, str]) -> int | None:
    """The line that stands here: the one drawn next if it fits, and if another fits behind it."""
    fitting = []
    later = (number for number in unused if number > last)
    for number in chain(later, (number for number in unused if number < last)):
        if not whole.startswith(unused[number], at):
            continue
        fitting.append(number)
        end = at + len(unused[number])
        if end == len(whole) or any(
            whole.startswith(key, end) for other, key in unused.items() if other != number
        ):
            return number
    return max(fitting, key=lambda number: len(unused[number]), default=None)


def _later(whole: str, at: int, unused: dict[int, str]) -> tuple[int, int | None]:
    """Where the next line stands that can be told from all others, and its number."""
    places = [
        (place, number)
        for number, key in unused.items()
        if len(key) >= _SURE and (place := whole.find(key, at)) >= 0
    ]
    return min(places, default=(at, None))


def _is_kept(char: str) -> bool:
    return not char.isspace() and char not in _LOOSE


def _pairs(text: str, signs: str) -> list[tuple[int, int]]:
    """Which sign was drawn for which character: (offset of the text, number of the sign)."""
    wanted, offsets = _folded(text)
    drawn, numbers = _folded(signs)
    if wanted == drawn:
        return list(dict(zip(offsets, numbers, strict=True)).items())
    if max(len(wanted), len(drawn)) > _LONGEST:
        return []
    blocks = SequenceMatcher(None, wanted, drawn, autojunk=False).get_matching_blocks()
    return [(offsets[a + step], numbers[b + step]) for a, b, size in blocks for step in range(size)]


def _folded(text: str) -> tuple[str, list[int]]:
    """Signs that compare, as ﬁ and ¹ do with fi and 1, each with the offset it comes from."""
    chars, offsets = "", []
    for offset, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char):
            if not part.isspace() and char not in "\xad\x02\ufffe":
                chars += part
                offsets.append(offset)
    return chars, offsets
