"""Footnotes at the foot of a column, which stand between two halves of a sentence."""

from __future__ import annotations

import re

from retrieval.parse.line import Line

# How a footnote begins: a mark, then words.
NOTE = re.compile(r"(\d{1,2}|[*†‡§]+|\(\w{1,3}\))\s*[^\W\d_]")
_SMALL = 0.9  # of the body's size


def footnotes_last(lines: list[Line], body: float) -> list[Line]:
    """The page's lines with the notes below its columns moved behind the last column."""
    notes: set[int] = set()
    for index in range(1, len(lines)):
        if 0 < lines[index - 1].column < lines[index].column:
            notes.update(_notes_before(lines, index, body))
    if not notes:
        return lines
    body_lines = [line for index, line in enumerate(lines) if index not in notes]
    return body_lines + [lines[index] for index in sorted(notes)]


def _notes_before(lines: list[Line], end: int, body: float) -> range:
    """Indexes of the small lines above `end` from the first that begins like a note."""
    start = end
    while start and lines[start - 1].column == lines[end - 1].column:
        if lines[start - 1].size > _SMALL * body:
            break
        start -= 1
    while start < end and not NOTE.match(lines[start].text):
        start += 1
    return range(start, end)
