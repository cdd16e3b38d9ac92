"""Reading pages: all passages of some pages, in their order."""

from __future__ import annotations

from dataclasses import replace

from langchain_core.tools import ToolException

from docagent.tools.base import CorpusTool
from docagent.tools.context import ToolArtifact, label
from docagent.tools.page_numbers import PageNumbers


class ReadPages(CorpusTool):
    """`read_pages(first, last)`; what does not fit is read by calling it again."""

    name: str = "read_pages"
    description: str = "Read pages from first to last."

    def _run(self, first: int, last: int) -> tuple[str, ToolArtifact]:
        return self.of(self.context.corpus.documents[0], first, last)

    def of(self, document: str, first: int, last: int) -> tuple[str, ToolArtifact]:
        """The passages of a page range of one document."""
        places = PageNumbers(self.context, document)
        lowest, highest = places.first_and_last
        if not places.paged and self.context.pages is not None:
            raise ToolException(f"{label(document)} has no pages, and only pages may be read")
        begin, end = sorted((first, last))
        begin, end = max(begin, lowest), min(end, highest)
        if begin > end:
            raise ToolException(f"there is no {places.unit} {first}: it has {places.range_text}")
        span = places.span(begin, end)
        found = self.context.corpus.passages(document).beginning_in(*span)
        many = f"{places.unit} {begin}" if begin == end else f"{places.unit}s {begin} to {end}"
        several = len(self.context.corpus.documents) > 1
        head = f"{label(document)}, {many}" if several else many
        head += places.unpaged
        if not found:
            return f"{head}: no text", ToolArtifact("no text")
        text, shown = self.context.whole(found, head)
        if shown.more:
            text += f"; call read_pages({begin}, {end}) again for them"
            shown = replace(shown, again=True)
        return text, shown


class ReadPagesOf(ReadPages):
    """The same where there are several documents, each by its name or its number from 1."""

    def _run(self, first: int, last: int, document: str = "") -> tuple[str, ToolArtifact]:
        return self.of(self.document(document), first, last)
