"""Figures in a text, and whether the words of a quote hold those of a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {
    "thousand": 3, "thousands": 3, "tsd": 3, "million": 6, "millions": 6, "mn": 6,
    "mio": 6, "millionen": 6, "billion": 9, "billions": 9, "bn": 9, "mrd": 9, "milliarden": 9,
    "trillion": 12, "trillions": 12,
}  # fmt: skip
_SCALE = "|".join(_SCALES)
# A figure of at most 24 characters with its scale or per cent sign. A hyphen before it is a minus
# only in a computation (see computed.py), so that "2021-2023" holds 2023.
_FIGURE = re.compile(
    r"(?<!\d)(?<!\d[.,])(?P<digits>\d[\d,.]{0,23})"
    r"(?:\s*(?P<percent>%|percent\b|per cent\b|Prozent\b)"
    rf"|[\s-]*(?P<scale>(?:{_SCALE})\b))?",
    re.IGNORECASE,
)
# Q3, 10-K, 3M, A4: names, not amounts.
_NAMED = re.compile(r"(?<![A-Za-z$€£.,])(?:[A-Z]\d{1,3}|\d{1,3}-?[A-Z])\b")
_POINTED = re.compile(
    rf"(?<![\d.,])[1-9]\d{{0,2}}\.\d{{3}}(?![.,]?\d)(?:[\s-]*(?:{_SCALE})\b)?", re.IGNORECASE
)
# "(in millions, except per share data)", "(Millions)", "in thousands of euros": what stands over
# a table holds for its rows.
_HEADER = re.compile(rf"(?:\bin\s+|\(\s*)(?:[A-Z$€£]+\s+)?(?P<scale>{_SCALE})\b", re.IGNORECASE)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
          "twelve")  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_TELLING = 2  # digits without which a rounded figure is like too many others


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed: `value` without its scale, `scale` the power of ten that its unit names.

    `start` and `end` are its place in the text, unit included.
    """

    value: Decimal
    decimals: int
    scale: int
    percent: bool
    start: int
    end: int

    @property
    def amount(self) -> Decimal:
        """The value times its scale: 1.5 billion is 1500000000."""
        return self.value.scaleb(self.scale)

    @property
    def half(self) -> Decimal:
        """Half a unit of the last printed digit, scaled: what rounding can hide."""
        return Decimal(5).scaleb(self.scale - self.decimals - 1)

    @property
    def telling(self) -> bool:
        """Whether it has digits enough for a rounded match to mean something."""
        return len(str(self.value).replace(".", "").lstrip("0")) >= _TELLING


def figures(text: str) -> list[Figure]:
    """The figures of a text in order; English words from one to twelve are read as well.

    "One" is left out: it mostly stands for a thing, not for a number. So are the digits of names,
    such as Q3 or 10-K.
    """
    found = []
    named = {at for match in _NAMED.finditer(text) for at in range(*match.span())}
    for match in _FIGURE.finditer(text):
        if match.start() in named:
            continue
        printed = match["digits"].rstrip(".,")
        digits = printed.replace(",", "")
        if digits.count(".") > 1:  # 10.2.1, 31.12.2023: no amount, but the same on both sides
            digits = digits.replace(".", "")
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 0
        decimals = len(digits.partition(".")[2])
        percent = bool(match["percent"])
        end = match.end() if percent or scale else match.start() + len(printed)
        found.append(Figure(Decimal(digits), decimals, scale, percent, match.start(), end))
    for match in _WORD.finditer(text):
        number = _WORDS.index(match[0].lower()) + 1
        if number > 1:
            found.append(Figure(Decimal(number), 0, 0, False, *match.span()))
    return sorted(found, key=lambda figure: figure.start)


def digits(text: str) -> str:
    """The text with number words as digits: two forms of one term."""
    return _WORD.sub(lambda match: str(_WORDS.index(match[0].lower()) + 1), text)


def missing(wanted: Iterable[Figure], words: str) -> list[Figure]:
    """Which figures do not stand in `words`.

    The value must be the same, and so must the scale where both sides name one: by the figure
    itself, or in the words over a table ("in millions"). A claim may name another scale than the
    quote and round to it: 1.58 billion for 1,577 under "in millions".
    """
    there = figures(digits(words))
    header = _HEADER.search(words)
    over = _SCALES[header["scale"].lower()] if header else 0
    return [figure for figure in wanted if not any(_same(figure, held, over) for held in there)]


def _same(claimed: Figure, quoted: Figure, over: int) -> bool:
    scale = quoted.scale or over
    if claimed.value == quoted.value:
        return not (claimed.scale and scale) or claimed.scale == scale
    if not (claimed.scale and scale) or claimed.scale == scale or not claimed.telling:
        return False
    return abs(claimed.amount - quoted.value.scaleb(scale)) <= claimed.half


def spelled_as(texts: Sequence[str], claim: str) -> str:
    """The claim with a thousands separator for a decimal point, where only that stands in a text.

    Small models write "$19.881 million" for the 19,881 of a table in millions.
    """

    def printed(match: re.Match[str]) -> str:
        other = match[0].replace(".", ",")
        forms = match[0], other
        held = (any(not missing(figures(form), text) for text in texts) for form in forms)
        return other if tuple(held) == (False, True) else match[0]

    return _POINTED.sub(printed, claim)
