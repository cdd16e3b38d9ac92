"""All passages of a corpus by their numbers: what a search ranks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.embed.model import Vector
from retrieval.errors import DocAgentError
from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.profiles import Match, Profiles
from retrieval.passage import Passage
from retrieval.store.cache import Cache
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import IndexedDocument
from retrieval.store.embedding import Embedding
from retrieval.store.index import Ranked, Terms
from retrieval.store.word_index import word_index

_SAMPLES = 5  # documents
_OPENINGS = 32  # first passages of documents that are embedded before the first question


class PassageIndex:
    """Passages, numbered from 0 over the documents in order, with their words and vectors."""

    def __init__(
        self,
        sources: dict[str, Path],
        documents: list[IndexedDocument],
        encoder: Encoder,
        lexical: LexicalIndex,
        embedding: Embedding,
    ) -> None:
        self.sources = sources
        self.documents = dict(zip(sources, documents, strict=True))
        self.encoder = encoder
        self.lexical = lexical
        self.embedding = embedding
        self._names = list(sources)

    @classmethod
    def build(
        cls,
        sources: dict[str, Path],
        documents: list[IndexedDocument],
        name: str,
        encoder: Encoder,
        cache: Cache,
    ) -> PassageIndex:
        """The index of parsed documents, with what the cache holds; `name` names its word index."""
        lexical = word_index(documents, name, cache)
        return cls(sources, documents, encoder, lexical, Embedding(documents, encoder, cache))

    def by(self, encoder: Encoder) -> PassageIndex:
        """The same passages and words, with the vectors of another model."""
        same = encoder.suffix == self.encoder.suffix
        embedding = self.embedding if same else self.embedding.by(encoder)
        documents = list(self.documents.values())
        return PassageIndex(self.sources, documents, encoder, self.lexical, embedding)

    def __len__(self) -> int:
        """How many passages there are."""
        return self.embedding.total

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that the documents are mostly in; English where it cannot be told."""
        return frozenset(document.language or "en" for document in self.documents.values())

    def name_of(self, document: str | Path) -> str:
        """A document's name, given that or its path. Raises DocAgentError if it is not here."""
        if str(document) in self.documents:
            return str(document)
        absolute = Path(document).absolute()
        for name, path in self.sources.items():
            if path.absolute() == absolute:
                return name
        raise DocAgentError(
            f"{document} is not in this corpus; it holds {', '.join(self.sources)}."
        )

    @property
    def names(self) -> list[str]:
        """What passages call the documents."""
        return list(self.sources)

    def source(self, name: str) -> str:
        """The path of a document, or what LangChain's loader called it."""
        path = self.sources[name]
        return name if Path(name) == path else str(path)  # a path has no "//" for a URL

    def indexed(self, name: str) -> IndexedDocument:
        """A document, by its name."""
        return self.documents[name]

    def passages(self, document: str | Path) -> DocumentPassages:
        """The passages of one document."""
        name = self.name_of(document)
        return DocumentPassages(name, self.documents[name])

    def passage(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""
        document, inside = self._place(number)
        return self.passages(self._names[document]).scored(inside, score, cosine)

    def is_contents(self, number: int) -> bool:
        """Whether a passage is mostly a table of contents."""
        document, inside = self._place(number)
        return self.embedding.documents[document].is_contents(inside)

    @cached_property
    def profiles(self) -> Profiles:
        """What the documents are called by."""
        return Profiles([document.profile for document in self.documents.values()])

    def document_of(self, number: int) -> int:
        """The number of a passage's document."""
        return self.embedding.document_of(number)

    def document_numbers(self, names: Sequence[str]) -> list[int]:
        """The numbers of documents. Raises DocAgentError for a name that is not here."""
        return sorted({self._names.index(self.name_of(name)) for name in names})

    def matches(
        self, names: Sequence[str], years: Sequence[str], quarters: Sequence[str], latest: bool
    ) -> Mapping[int, Match]:
        """How each document fits what a question names; nothing where there is no choice."""
        if len(self.profiles) < 2:
            return {}
        return dict(enumerate(self.profiles.matches(names, years, quarters, latest)))

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages, and the first ones of the documents, if they lack a vector."""
        if self.embedding.pending:
            openings = self.embedding.firsts[:-1][:_OPENINGS]
            self.embedding.cover([*numbers, *(n for n in openings if n < len(self))])

    def by_words(
        self, queries: Sequence[Terms], k: int, documents: Collection[int] | None = None
    ) -> list[Ranked]:
        """The `k` best passages of each query by BM25; `documents` limits them, by number."""
        firsts = None if documents is None else {r.start for r in self._ranges(documents)}
        return [self.lexical.search(query, k, firsts) for query in queries]

    def nearest(self, vector: Vector, k: int, documents: Collection[int] | None = None) -> Ranked:
        """The `k` passages (number, cosine) most like a unit vector [d], best first.

        `documents` limits them, by number. Passages that lack a vector are left out.
        """
        within = None
        if documents is not None:
            within = np.concatenate([np.arange(0), *map(np.array, self._ranges(documents))])
        return self.embedding.index.nearest(vector, k, within)

    def cosines(self, vector: Vector, numbers: Sequence[int]) -> dict[int, float]:
        """The likeness of these passages to a unit vector [d]; what lacks a vector gets it now."""
        self.embedding.cover(numbers)
        return self.embedding.index.cosines(vector, list(numbers))

    def trust(self, text: str) -> float:
        """How far cosines count for this question on these documents, 0 to 1."""
        trust = self.encoder.trust(text)
        # A short English question full of names looks foreign; another script is beyond doubt.
        return min(self._documents_trust, trust) if trust == 0.0 else self._documents_trust

    @cached_property
    def _documents_trust(self) -> float:
        texts = self.samples().values()
        return self.encoder.trust(" ".join(text[:SAMPLE] for text in texts))

    def samples(self) -> dict[str, str]:
        """The texts of the first few documents, by name, which tell their languages."""
        few = list(self.documents.items())[:_SAMPLES]
        return {name: document.document.text for name, document in few}

    def mentions(self, words: str) -> bool:
        """Whether these very words stand in any document."""
        return any(document.mentions(words) for document in self.documents.values())

    def _ranges(self, documents: Collection[int]) -> list[range]:
        """The numbers of these documents' passages, in order; documents without any are left out.

        In tantivy the first of these numbers stands for the document.
        """
        ranges = (range(*self.embedding.firsts[d : d + 2]) for d in sorted(documents))
        return [numbers for numbers in ranges if numbers]

    def _place(self, number: int) -> tuple[int, int]:
        """A passage's document, and its number within that, both counted from 0."""
        document = self.embedding.document_of(number)
        return document, number - self.embedding.firsts[document]
