"""One line of a page as the worker saw it."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from retrieval.parse.joints import CJK

CELLS = "  "  # stands between the cells of a row; nothing else in a line is two spaces
# A cell of a table of figures: 1,234.5  (63)  12%  $  —  2023  1,204³
_FIGURE = re.compile(
    r"[-–—($€£¥+]*\d[\d.,/]*\)?%?\)?(?:[¹²³⁰⁴-⁾]+|\^\([\d,]+\))?|[-–—$€£¥%)]+|N/?[AM]"
)

CAPTION = re.compile(
    r"(table|figure|fig\.|exhibit|chart|tabelle|abbildung|tableau|tabla|表|图|圖)\s*[\dIVX]",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """Text and geometry in PDF points; `y` is the baseline, counted upward."""

    text: str
    x0: float
    y: float
    x1: float
    size: float
    bold: bool
    cells: int
    column: int
    table: bool = False  # among rows of figures, or the head of a table

    @property
    def is_row(self) -> bool:
        """Whether this looks like a row of a table."""
        return self.table or self.cells >= 3 or is_figures(self.text) or self.has_figure_cell

    @property
    def has_figure_cell(self) -> bool:
        cells = self.text.split(CELLS)
        return len(cells) == 2 and any(
            count_figures(words) == len(words) for words in map(str.split, cells)
        )

    def is_full(self, below: Line, margin: float) -> bool:
        """Whether the first word of the line below would not have fitted before the margin."""
        width = (self.x1 - self.x0) / max(1, len(self.text))
        word = 1 if CJK.match(below.text) else len(below.text.split(maxsplit=1)[0]) + 1
        return self.x1 + word * width > margin - 0.5 * width

    @property
    def is_large(self) -> bool:
        """A line without letters or with very few characters is no heading."""
        return len(list(islice(filter(str.isalpha, self.text), 3))) == 3


def count_figures(words: list[str]) -> int:
    return sum(_FIGURE.fullmatch(word) is not None for word in words)


def is_figures(text: str) -> bool:
    """A short label followed by two or more figures: a row even where no gap can be measured."""
    words = text.split()
    if len(words) < 2 or not _FIGURE.fullmatch(words[-1]):
        return False
    if not any(char.isdigit() for char in words[-1] + words[-2]):
        return False
    tail = 0
    for word in reversed(words):
        if not _FIGURE.fullmatch(word):
            break
        tail += 1
    return tail >= 2 and count_figures(words) >= 0.25 * len(words)
