"""Pages of a document by number, or sections where it has no pages."""

from __future__ import annotations

from bisect import bisect_right

from docagent.tools.context import SECTION, ToolContext
from retrieval.pages import PageRange


class PageNumbers:
    """What read_pages counts in one document: its pages, slides or sheets, or sections."""

    def __init__(self, context: ToolContext, document: str) -> None:
        parsed = context.corpus.document(document)
        self._pages, self._length = parsed.pages, len(parsed.text)
        self._limit = PageRange.of(context.pages)
        self.paged = bool(parsed.pages)
        self.unit = parsed.unit if parsed.pages else "section"

    @property
    def range_text(self) -> str:
        """ "pages 1 to 24", "section 1"."""
        first, last = self.first_and_last
        return f"{self.unit} {first}" if first == last else f"{self.unit}s {first} to {last}"

    @property
    def unpaged(self) -> str:
        """What is said of sections where they are shown, as nobody knows them."""
        return "" if self.paged else f" (no pages; a section is about {SECTION:,} characters)"

    @property
    def first_and_last(self) -> tuple[int, int]:
        """The numbers that may be asked for."""
        if not self.paged:
            return 1, -(-max(self._length, 1) // SECTION)
        first, last = self._pages[0].number, self._pages[-1].number
        if self._limit:
            return max(first, self._limit.first), min(last, self._limit.last)
        return first, last

    def number(self, offset: int) -> int:
        """The page or section in which an offset of the text lies."""
        if not self.paged:
            return offset // SECTION + 1
        at = bisect_right(self._pages, offset, key=lambda page: page.start) - 1
        return self._pages[max(at, 0)].number

    def allowed(self, offset: int) -> bool:
        """Whether the offset lies where the user lets us read."""
        if self._limit is None:
            return True
        return self.paged and self.number(offset) in self._limit

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets from the beginning of one page or section to the end of another."""
        if not self.paged:
            return (first - 1) * SECTION, last * SECTION
        inside = [page for page in self._pages if first <= page.number <= last]
        return (inside[0].start, inside[-1].end) if inside else (0, 0)
