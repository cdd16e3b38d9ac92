"""All passages of a corpus by their numbers: what a search ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from retrieval.dense.index import Numbers
from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.embed.model import Vector
from retrieval.errors import DocAgentError
from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.profiles import Profiles
from retrieval.passage import Passage
from retrieval.store.cache import Cache
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import IndexedDocument
from retrieval.store.embedding import Embedding
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

    def numbers_of(self, document: int) -> range:
        """The numbers of the passages of a document, given by number."""
        return range(self.embedding.firsts[document], self.embedding.firsts[document + 1])

    def ranges(self, documents: Sequence[str]) -> list[range]:
        """The numbers of these documents' passages, in order.

        Raises DocAgentError for a document that is not here.
        """
        firsts = self.embedding.firsts
        places = sorted({self._names.index(self.name_of(name)) for name in documents})
        return [numbers for p in places if (numbers := range(firsts[p], firsts[p + 1]))]

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages, and the first ones of the documents, if they lack a vector."""
        if self.embedding.pending:
            openings = self.embedding.firsts[:-1][:_OPENINGS]
            self.embedding.cover([*numbers, *(n for n in openings if n < len(self))])

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

    def _place(self, number: int) -> tuple[int, int]:
        """A passage's document, and its number within that, both counted from 0."""
        document = self.embedding.document_of(number)
        return document, number - self.embedding.firsts[document]
