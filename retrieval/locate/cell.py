"""The cell of a sheet that words stand in."""

from __future__ import annotations

from bisect import bisect_right

from retrieval.parse.document import Document
from retrieval.parse.list_numbers import numbered
from retrieval.parse.place import place

_BAR = " | "  # between the cells of a row


def cell(document: Document, start: int, end: int) -> str:
    """ "B7" where `text[start:end]` lies within one cell of a sheet; else ""."""
    name = place(document, start).removeprefix("row ")
    if document.unit != "sheet" or not name.isdecimal() or _BAR in document.text[start:end]:
        return ""
    index = bisect_right(document.blocks, start, key=lambda block: block.start) - 1
    row = document.blocks[max(0, index)]
    if row.kind != "row" or not row.start <= start < end <= row.end:
        return ""
    column = document.text.count(_BAR, row.start, start) + 1
    return f"{numbered(column, 'A')}{name}"
