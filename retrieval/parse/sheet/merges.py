"""Merged cells of a sheet: what they hold stands in each row they cover."""

from __future__ import annotations

from typing import NamedTuple


class Range(NamedTuple):
    """Rows and columns from 1, the last ones included."""

    top: int
    bottom: int
    left: int
    right: int


class Merges:
    """Asked row by row, from the top down."""

    def __init__(self, ranges: list[Range]) -> None:
        tall = [each for each in ranges if each.bottom > each.top]
        self._waiting = sorted(tall, reverse=True)
        self._open: list[tuple[Range, str]] = []

    def filled(self, row: int, cells: list[str]) -> list[str]:
        """The cells of a row with what is merged into it from above; an empty row stays empty."""
        self._open = [(each, text) for each, text in self._open if each.bottom >= row]
        if any(cells):
            for each, text in self._open:
                cells += [""] * (each.left - len(cells))
                cells[each.left - 1] = cells[each.left - 1] or text
        while self._waiting and self._waiting[-1].top <= row:
            each = self._waiting.pop()
            text = cells[each.left - 1] if each.left <= len(cells) else ""
            if each.top == row and text:
                self._open.append((each, text))
        return cells
