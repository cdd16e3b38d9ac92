"""The passages of some documents by their numbers: what a search ranks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from retrieval.chunk.chunks import Chunk
from retrieval.dense.index import Numbers
from retrieval.embed.background import Embedding
from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.embed.model import Vector
from retrieval.errors import DocAgentError
from retrieval.lexical.index import LexicalIndex
from retrieval.passage import Passage
from retrieval.store.indexed import Indexed

_SAMPLES = 5  # documents
_HEADS = 32  # passages at the beginning of documents that are embedded before the first question


class Passages:
    """All passages, numbered from 0 over the documents in order, with their words and vectors."""

    def __init__(
        self,
        sources: dict[str, Path],
        indexed: list[Indexed],
        encoder: Encoder,
        words: LexicalIndex,
        embedding: Embedding,
    ) -> None:
        self.sources = sources
        self.encoder = encoder
        self.indexed = dict(zip(sources, indexed, strict=True))
        self.names = list(sources)
        self.lexical = words
        self.embedding = embedding

    def __len__(self) -> int:
        """How many passages there are."""
        return self.embedding.total

    @property
    def pending(self) -> int:
        """Passages that still lack a vector: searches find them by their words."""
        return self.embedding.pending

    def chunk(self, number: int) -> Chunk:
        """One passage as it was cut."""
        document, inside = self._place(number)
        return self.embedding.documents[document].chunk(inside)

    def is_contents(self, number: int) -> bool:
        """Whether a passage is mostly a table of contents."""
        document, inside = self._place(number)
        return self.embedding.documents[document].is_contents(inside)

    def passage(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""
        place, inside = self._place(number)
        one, name = self.embedding.documents[place], self.names[place]
        chunk, document = one.chunk(inside), one.document
        page = None if chunk.page is None else document.pages[chunk.page]
        return Passage(
            document=name,
            page=page.number if page else None,
            page_label=page.label if page else None,
            heading=" > ".join(chunk.heading),
            text=document.text[chunk.start : chunk.end],
            score=round(score, 4),
            start=chunk.start,
            end=chunk.end,
            cosine=cosine,
            context=chunk.context,
            unit=document.unit,
        )

    def span(self, document: str, start: int, end: int) -> Passage:
        """Any slice of a document as a passage: page and heading are those it begins on.

        `end` is moved to the end of the text if it lies behind it.
        """
        one = self.indexed[self.name_of(document)]
        text, pages = one.document.text, one.document.pages
        starts = one.table[:, 0]
        inside = max(0, int(np.searchsorted(starts, start, "right")) - 1)
        heading = one.chunk(inside).heading if len(one) else ()
        at = bisect_right(pages, start, key=lambda page: page.start) - 1
        page = pages[max(at, 0)] if pages else None
        return Passage(
            document=self.name_of(document),
            page=page.number if page else None,
            page_label=page.label if page else None,
            heading=" > ".join(heading),
            text=text[start:end],
            score=0.0,
            start=start,
            end=min(end, len(text)),
            unit=one.document.unit,
        )

    def around(self, document: str, start: int, end: int) -> list[Passage]:
        """The passages that a slice of a document lies in."""
        return [self.passage(number) for number in self._numbers(document, start, end)]

    def lists_contents(self, passage: Passage) -> bool:
        """Whether a passage is mostly a table of contents."""
        place = passage.document, passage.start, passage.end
        return all(self.is_contents(number) for number in self._numbers(*place))

    def _numbers(self, document: str, start: int, end: int) -> range:
        """The passages that a slice of a document lies in."""
        name = self.name_of(document)
        first = self.embedding.firsts[self.names.index(name)]
        starts = self.indexed[name].table[:, 0]
        begin = max(0, int(np.searchsorted(starts, start, "right")) - 1)
        stop = int(np.searchsorted(starts, max(end, start + 1), "left"))
        return range(first + begin, first + stop)

    def _place(self, number: int) -> tuple[int, int]:
        """A passage's document, and its number within that, both counted from 0."""
        document = self.embedding.document_of(number)
        return document, number - self.embedding.firsts[document]

    def spans(self, documents: Sequence[str]) -> list[range]:
        """The numbers of these documents' passages, in order.

        Raises DocAgentError for a document that is not here.
        """
        firsts = self.embedding.firsts
        places = sorted({self.names.index(self.name_of(name)) for name in documents})
        return [span for p in places if (span := range(firsts[p], firsts[p + 1]))]

    def name_of(self, document: str | Path) -> str:
        """A document's name, given that or its path. Raises DocAgentError if it is not here."""
        if str(document) in self.indexed:
            return str(document)
        wanted = Path(document).absolute()
        for name, path in self.sources.items():
            if path.absolute() == wanted:
                return name
        raise DocAgentError(
            f"{document} is not in this corpus; it holds {', '.join(self.sources)}."
        )

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages, and the first ones of the documents, if they lack a vector."""
        if self.pending:
            heads = self.embedding.firsts[:-1][:_HEADS]
            self.embedding.cover([*numbers, *(n for n in heads if n < len(self))])

    def nearest(
        self, vector: Vector, k: int, within: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """The `k` passages (number, cosine) most like a unit vector [d], best first.

        `within` limits them to these numbers. Passages that lack a vector are left out.
        """
        return self.embedding.index.nearest(vector, k, within)

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The likeness of these passages to a unit vector [d]; what lacks a vector gets it now."""
        self.embedding.cover(numbers)
        return self.embedding.index.cosines(vector, numbers)

    def trust(self, question: str) -> float:
        """How far cosines count for this question on these documents, 0 to 1."""
        asked = self.encoder.trust(question)
        # A short English question full of names looks foreign; another script is beyond doubt.
        return min(self._language, asked) if asked == 0.0 else self._language

    @cached_property
    def _language(self) -> float:
        texts = self.first_texts().values()
        return self.encoder.trust(" ".join(text[:SAMPLE] for text in texts))

    def first_texts(self) -> dict[str, str]:
        """The texts of the first few documents, by name, which tell their languages."""
        few = list(self.indexed.items())[:_SAMPLES]
        return {name: one.document.text for name, one in few}
