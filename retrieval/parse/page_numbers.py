"""Printed page numbers: they count up with the pages, in digits or in roman numerals."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

Number = tuple[int, int]  # 1 if it is roman, 2 if behind a chapter's, and its distance to the page

PRINTED = re.compile(
    r"(?:(?:page|seite|p[aá]gina|pag\.|side|sida|strona|стр\.|p\.)\s*|第\s*|[-–—|]\s*"
    r"|[A-Z]{1,2}-|(?P<chapter>\d{1,2}-))?(?P<number>\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|von|de|sur|di|av|z|из)\s*\d{1,4}|\s*[-–—]|\s*\|(?:\s*p ?a ?g ?e)?|\s*[页頁])?",
    re.IGNORECASE,
)
FAR = 50  # pages from a page to the number behind other words; farther ones count other things
_LAST = re.compile(r"(?<!\S)(?P<number>\d{1,4})$")
_ROMAN = re.compile(r"(?=.)c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_RUN = (4, 3, 2)  # pages one after the other, by kind of number; fewer are a coincidence


def page_numbers(edges: list[list[str]]) -> set[Number]:
    """Which distances to the page its numbers have; `edges` are the outermost lines of each page.

    Believed is what more than half of the pages with a number show (and two), and what rises
    over some pages one after the other: a numbering may begin anew.
    """
    pages: dict[Number, list[int]] = defaultdict(list)
    numbered = 0
    for page, texts in enumerate(edges):
        found = {number for text in texts if (number := _number(text, page))}
        numbered += bool(found)
        for number in found:
            pages[number].append(page)
    return {
        number
        for number, on in pages.items()
        if (len(on) > 1 and 2 * len(on) > numbered) or _rises(on, _RUN[number[0]])
    }


def _rises(pages: list[int], run: int) -> bool:
    return any(b - a == run - 1 for a, b in zip(pages, pages[run - 1 :], strict=False))


def is_page_number(text: str, page: int, numbers: set[Number]) -> bool:
    """Whether a line of the page (from 0) is nothing but its number."""
    return _number(text, page) in numbers


def printed_labels(edges: list[list[str]]) -> list[str | None]:
    """Page numbers as printed, where most pages carry one that counts up with the page.

    Used when the file has no page labels of its own; `edges` are lines at the top and the bottom
    of each page. A number is believed only if its distance to the physical page is the one that
    most numbered pages show; pages before them may have roman ones.
    """
    offsets: Counter[Number] = Counter()
    lone: Counter[Number] = Counter()  # those of numbers that stand alone, which are believed first
    found: list[dict[Number, str]] = []
    for page, texts in enumerate(edges):
        labels: dict[Number, str] = {}
        for text in texts:
            alone = PRINTED.fullmatch(text)
            match = alone or _LAST.search(text)
            number = _number(match[0], page) if match else None
            # "Certificate no. 104" on the fifth page is what it says.
            if match and number and (alone or abs(number[1]) <= FAR):
                chapter = match.groupdict().get("chapter") or ""
                labels[number] = chapter + match["number"]
                lone[number] += alone is not None
        found.append(labels)
        offsets.update(labels.keys())
    most = (*lone.most_common(1), *offsets.most_common(1))
    number = next((n for n, votes in most if votes >= max(4, 0.6 * len(edges))), None)
    if number is None:
        return [None] * len(edges)
    roman = page_numbers([[*labels.values()] for labels in found]) if number[0] != 1 else set()
    believed = [number, *(other for other in roman if other[0] == 1)]
    return [next((one[n] for n in believed if n in one), None) for one in found]


def _number(text: str, page: int) -> Number | None:
    match = PRINTED.fullmatch(text)
    if not match:
        return None
    if match["number"].isdecimal():
        return 2 if match["chapter"] else 0, int(match["number"]) - page
    return (1, _roman(match["number"]) - page) if _ROMAN.fullmatch(match["number"]) else None


def _roman(text: str) -> int:
    values: Sequence[int] = [_VALUES[letter] for letter in text.lower()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
