"""CSV and TSV files: the text as it stands, one block a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retrieval.parse.decode import file_text, line_spans, stem
from retrieval.parse.document import Block, Document
from retrieval.parse.registry import Format, register

_LONGEST = 100  # lines; a quote that stays open longer is a stray one


def read_csv(path: Path, *_: object) -> Document:
    """Parse a .csv or .tsv file. Raises DocumentError for an empty one and one that is no text."""
    text, warnings = file_text(path)
    blocks = tuple(Block("row", start, end) for start, end in _records(text))
    return Document(stem(path), text, (), blocks, places=((0, "row 1"),), warnings=warnings)


def _records(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each record; a quoted field may hold line breaks."""
    lines = [span for span in line_spans(text) if text[slice(*span)].strip()]
    index = 0
    while index < len(lines):
        last = index
        quotes = text.count('"', *lines[index])
        while quotes % 2 and last + 1 < min(len(lines), index + _LONGEST):
            last += 1
            quotes += text.count('"', *lines[last])
        if quotes % 2:
            last = index
        yield lines[index][0], lines[last][1]
        index = last + 1


register(Format("csv", (".csv", ".tsv"), read_csv))
