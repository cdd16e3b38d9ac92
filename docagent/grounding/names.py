"""The names in a question or a claim."""

from __future__ import annotations

import re

import regex

# No part of a compound with a figure: 10-Q, FY2023.
_WORD = regex.compile(r"(?<![\p{L}\p{N}])(?<!\p{N}-)\p{L}[\p{L}\p{M}'’&-]*(?![\p{L}\p{N}])")
_STARTS = re.compile(r"(?:^|[.?!:][\"'”’“»)]*\s+)[\s\"'(“‘]*$")


def names(text: str) -> list[str]:
    """Words with a capital; the first of a sentence only if it has two.

    Figures and fiscal years are no names; scripts without capitals have none that show.
    """
    found = []
    for match in _WORD.finditer(text):
        capitals = sum(letter.isupper() for letter in match[0])
        if capitals > 1 or (capitals and not _STARTS.search(text[: match.start()])):
            found.append(match[0])
    return found


def slip(word: str, other: str) -> bool:
    """Whether two words differ by one letter: added, left out, changed or swapped with the next."""
    if abs(len(word) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    if start is None:
        return True
    left, right = word[start:], other[start:]
    return (
        left[1:] in (right, right[1:])
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
