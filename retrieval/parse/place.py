"""Where in a document a reader finds an offset, if no page tells."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from retrieval.parse.document import Document

_COUNTED = re.compile(r"(line|row) (\d+)")
_LONGEST = 80  # characters of a heading


class Places:
    """The places of one document."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._named = document.places
        self._rows = [block.start for block in document.blocks if block.kind == "row"]
        self._headings: list[tuple[int, str]] = []
        path: list[tuple[int, str]] = []
        for block in document.blocks if not document.pages else ():
            if block.kind == "heading":
                while path and path[-1][0] >= block.level:
                    path.pop()
                words = " ".join(document.text[block.start : block.end].split())
                path.append((block.level, words.strip("#=-* ")[:_LONGEST]))
                self._headings.append((block.start, " > ".join(title for _, title in path)))

    def at(self, offset: int) -> str:
        """ "B7", "0:01:04", "line 14", "Chapter Four > The lamp"; "" where a page tells enough."""
        index = bisect_right(self._named, offset, key=lambda place: place[0]) - 1
        if index >= 0 and (name := self._named[index][1]):
            return self._counted(name, self._named[index][0], offset)
        index = bisect_right(self._headings, offset, key=lambda heading: heading[0]) - 1
        return self._headings[index][1] if index >= 0 else ""

    def _counted(self, name: str, start: int, offset: int) -> str:
        """A place called "line 1" or "row 1" is counted on from where it begins."""
        match = _COUNTED.fullmatch(name)
        if not match:
            return name
        if match[1] == "line":
            passed = bisect_left(self._breaks, offset) - bisect_left(self._breaks, start)
            return f"line {int(match[2]) + passed}"
        passed = bisect_right(self._rows, offset) - bisect_left(self._rows, start) - 1
        return f"row {int(match[2]) + max(0, passed)}"

    @cached_property
    def _breaks(self) -> list[int]:
        """Where lines end: a search asks for the lines of a hundred passages."""
        mark = "\n" if "\n" in self._text else "\r"  # as old Macs ended them
        return [match.start() for match in re.finditer(mark, self._text)]


def place(document: Document, offset: int) -> str:
    """Where a reader finds one offset."""
    return Places(document).at(offset)
