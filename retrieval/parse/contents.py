"""Lines of a table of contents: they name what other pages say, and answer nothing."""

from __future__ import annotations

import re

from retrieval.parse.line import Line

# An entry holds a word and ends in a number behind white space or leaders. Looked for apart: one
# pattern for both tried each word against all that follows, half the time of composing a document.
_WORD = re.compile(r"[^\W\d_]{2}")
_NUMBER = re.compile(r"(?:\s|[\s.·…_]{2})(\d{1,4})$")
_TAIL = 6  # characters that hold such an end
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|(?:·\s?){4,}|_{4,}")
_FEWEST = 5  # entries in a row; fewer lines that end in rising numbers are a coincidence


def contents_lines(lines: list[Line], page_count: int) -> set[int]:
    """Indexes of the page's lines that are entries of a table of contents.

    They have leaders, or stand in a run of lines that end in page numbers which never fall.
    """
    entries = {index for index, line in enumerate(lines) if _LEADER.search(line.text)}
    run: list[int] = []
    last = 0
    for index, line in enumerate(lines):
        match = _NUMBER.search(line.text, max(0, len(line.text) - _TAIL))
        number = int(match[1]) if match and _WORD.search(line.text) else None
        if number is not None and last <= number <= page_count + 10 and line.cells <= 3:
            run.append(index)
            last = number
            continue
        if number is None and run and index - run[-1] <= 2:
            continue  # a part title, or an entry over two lines
        entries |= _entries(run, lines)
        run, last = [], 0
    return entries | _entries(run, lines)


def _entries(run: list[int], lines: list[Line]) -> set[int]:
    if len(run) < _FEWEST:
        return set()
    numbers = {lines[index].text.split()[-1] for index in run}
    # A column of figures may rise too, but seldom spreads over so many different small numbers.
    return set(range(run[0], run[-1] + 1)) if len(numbers) >= 0.6 * len(run) else set()
