"""The passages of one document, in order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import overload

from retrieval.parse.document import Page
from retrieval.passage import Passage
from retrieval.store.documents import IndexedDocument


class DocumentPassages(Sequence[Passage]):
    """A document's passages as a sequence; each is made when it is asked for."""

    def __init__(self, name: str, indexed: IndexedDocument) -> None:
        self._name = name
        self._indexed = indexed

    def __len__(self) -> int:
        return len(self._indexed)

    @overload
    def __getitem__(self, place: int) -> Passage: ...

    @overload
    def __getitem__(self, place: slice) -> list[Passage]: ...

    def __getitem__(self, place: int | slice) -> Passage | list[Passage]:
        numbers = range(len(self))[place]
        if isinstance(numbers, range):
            return [self.scored(number) for number in numbers]
        return self.scored(numbers)

    @property
    def page_count(self) -> int:
        """How many pages the document has, 0 for formats without pages."""
        return self._indexed.page_count

    def scored(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""
        chunk, document = self._indexed.chunk(number), self._indexed.document
        page = None if chunk.page is None else document.pages[chunk.page]
        return self._passage(
            page,
            chunk.heading,
            chunk.start,
            chunk.end,
            score,
            cosine,
            chunk.context,
            chunk.contents,
        )

    def span(self, start: int, end: int) -> Passage:
        """Any slice of the text as a passage: page and heading are those it begins on.

        `end` is moved to the end of the text if it lies behind it.
        """
        document = self._indexed.document
        number = self._indexed.chunk_at(start)
        heading = self._indexed.chunk(number).heading if len(self) else ()
        at = bisect_right(document.pages, start, key=lambda page: page.start) - 1
        page = document.pages[max(at, 0)] if document.pages else None
        return self._passage(page, heading, start, min(end, len(document.text)))

    def number_at(self, offset: int) -> int:
        """The number of the passage in which an offset of the text lies, or after which it does."""
        return self._indexed.chunk_at(offset)

    def beginning_in(self, start: int, end: int) -> list[Passage]:
        """The passages that begin in `text[start:end]`."""
        return [self.scored(number) for number in self._indexed.chunks_beginning_in(start, end)]

    def overlapping(self, start: int, end: int) -> list[Passage]:
        """The passages that `text[start:end]` lies in."""
        first = self.number_at(start)
        begun = self._indexed.chunks_beginning_in(0, max(end, start + 1))
        return self[first : begun.stop]

    def _passage(
        self,
        page: Page | None,
        heading: Sequence[str],
        start: int,
        end: int,
        score: float = 0.0,
        cosine: float = 0.0,
        context: str = "",
        contents: bool = False,
    ) -> Passage:
        document = self._indexed.document
        return Passage(
            document=self._name,
            page=page.number if page else None,
            page_label=page.label if page else None,
            heading=" > ".join(heading),
            text=document.text[start:end],
            score=round(score, 4),
            start=start,
            end=end,
            cosine=cosine,
            context=context,
            unit=document.unit,
            contents=contents,
            place=self._indexed.place(start),
        )
