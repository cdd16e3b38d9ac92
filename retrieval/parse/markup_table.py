"""A table of HTML row by row, spans resolved."""

from __future__ import annotations

import re
from typing import Any

from retrieval.parse.builder import Builder

_SIGN = re.compile(r"[$€£¥(]+")  # cells of their own in tables laid out for paper
_TAIL = re.compile(r"[)%]+")
_WIDEST = 100  # columns that one cell may span
_REPEATED = 200  # characters; a longer cell over several rows stands in the first one only
_MOST = 100_000  # cells that spans may add to one table


class Table:
    """Rows of one table until its end, when it is known which columns are only space."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.is_open = False
        self._columns, self._height = 1, 1
        self._above: dict[int, tuple[int, str]] = {}  # column -> rows to come, words
        self._added = 0
        self._ended = 0  # rows whose spans are taken

    def open_row(self) -> None:
        """A row begins."""
        self._end_row()
        self.rows.append([])

    def open_cell(self, element: Any) -> None:
        """A cell begins, behind those that reach down from the rows above."""
        if not self.rows:
            self.rows.append([])
        self._fill()
        self.rows[-1].append("")
        self.is_open = True
        self._columns = min(_number(element.get("colspan")) or 1, _WIDEST)
        height = _number(element.get("rowspan"))
        self._height = _MOST if height == 0 else height or 1

    def put(self, words: str) -> None:
        """What was read belongs to the open cell."""
        words = " ".join(words.split())
        if not self.is_open:
            if words:  # text between cells, as broken pages have it
                self.rows.append([words])
            return
        row = self.rows[-1]
        row[-1] = words
        if self._height > 1:
            repeated = words if len(words) <= _REPEATED else ""
            for column in range(len(row) - 1, len(row) - 1 + self._columns):
                self._above[column] = (self._height - 1, repeated)
                repeated = ""
        row += [""] * (self._columns - 1)
        self.is_open = False

    def end_section(self) -> None:
        """No cell reaches from the head of a table into its body."""
        self._end_row()
        self._above.clear()

    def write(self, builder: Builder) -> None:
        """The rows as blocks."""
        self._end_row()
        rows = [_joined(row) for row in self.rows]
        width = max(map(len, rows), default=0)
        used = [any(len(row) > i and row[i] for row in rows) for i in range(width)]
        for row in rows:
            builder.row(cell for cell, is_used in zip(row, used, strict=False) if is_used)

    def _fill(self) -> None:
        """Cells from above up to the next free column."""
        row = self.rows[-1]
        while len(row) in self._above:
            row.append(self._taken(len(row)))

    def _end_row(self) -> None:
        if self._ended == len(self.rows):
            return
        self._ended = len(self.rows)
        row = self.rows[-1]
        is_empty = not row
        for column in sorted(column for column in self._above if column >= len(row)):
            words = self._taken(column)
            if not is_empty:
                row += [""] * (column - len(row)) + [words]

    def _taken(self, column: int) -> str:
        rows, words = self._above.pop(column)
        self._added += 1
        if rows > 1 and self._added < _MOST:
            self._above[column] = (rows - 1, words)
        return words


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 6 else None


def _joined(row: list[str]) -> list[str]:
    """ "$ | 1,234 | )" becomes "$1,234)", as it looks on paper."""
    row = list(row)
    for index, cell in enumerate(row):
        after = next((i for i in range(index + 1, len(row)) if row[i]), None)
        if after is not None and _SIGN.fullmatch(cell) and row[after][0].isdigit():
            row[index], row[after] = "", cell + row[after]
        before = next((i for i in range(index - 1, -1, -1) if row[i]), None)
        if before is not None and _TAIL.fullmatch(cell) and row[before][-1].isdigit():
            row[index], row[before] = "", row[before] + cell
    return row


def lays_out(table: Any) -> bool:
    """Whether a table only puts parts of the page beside each other."""
    return (
        table.get("role") == "presentation"
        or any(
            next(table.iter(tag, f"{{http://www.w3.org/1999/xhtml}}{tag}"), table) is not table
            for tag in ("h1", "h2", "h3", "h4")
        )
        or any(inner is not table for inner in table.iter(table.tag))
    )
