"""What a corpus and its ranking need of a store of passages; there are two of them.

`PassageIndex` holds what the cache has of some files, `LanceIndex` a large collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vector
from retrieval.lexical.index import Words
from retrieval.lexical.profiles import Match
from retrieval.passage import Passage
from retrieval.progress import Emit
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import IndexedDocument

Terms = str | Sequence[str]
"""A text, or its search terms."""
Ranked = list[tuple[int, float]]
"""Numbers of passages with their scores, best first."""


class Candidates(Protocol):
    """Passages by number: all that ranking sees of a store."""

    @property
    def encoder(self) -> Encoder:
        """The model that its vectors are by."""

    @property
    def lexical(self) -> Words:
        """Rarity of terms, languages of the passages."""

    def __len__(self) -> int:
        """How many passages there are."""

    def by_words(
        self, queries: Sequence[Terms], k: int, documents: Collection[int] | None = None
    ) -> list[Ranked]:
        """The `k` best passages of each query by BM25, all or those of some documents."""

    def nearest(self, vector: Vector, k: int, documents: Collection[int] | None = None) -> Ranked:
        """The `k` passages (number, cosine) most like a vector [d], all or of some documents."""

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages now if they lack a vector."""

    def cosines(self, vector: Vector, numbers: Sequence[int]) -> dict[int, float]:
        """The likeness of passages to a vector [d]."""

    def trust(self, text: str) -> float:
        """How far cosines count for a question, 0 to 1."""

    def passage(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""

    def is_contents(self, number: int) -> bool:
        """Whether a passage is mostly a table of contents."""

    def document_of(self, number: int) -> int:
        """The number of a passage's document."""

    def document_numbers(self, names: Sequence[str]) -> list[int]:
        """The numbers of documents. Raises DocAgentError for a name that is not here."""

    def matches(
        self, names: Sequence[str], years: Sequence[str], quarters: Sequence[str], latest: bool
    ) -> Mapping[int, Match]:
        """How documents fit what a question names (see Query); those left out do not fit."""


class Background(Protocol):
    """Vectors that may still be made while questions are answered (see `Embedding`)."""

    @property
    def pending(self) -> int:
        """Passages whose vectors are missing."""

    def start(self) -> None:
        """Embed them in the background."""

    def stop(self) -> None:
        """Stop that."""

    def complete(self, emit: Emit) -> None:
        """Return when no vector is missing."""

    def pause(self) -> AbstractContextManager[None]:
        """Leave the cores to a question meanwhile."""


class Index(Candidates, Protocol):
    """All that a corpus needs."""

    @property
    def embedding(self) -> Background:
        """Its vectors."""

    @property
    def names(self) -> Sequence[str]:
        """What passages call the documents."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the documents are mostly in."""

    def by(self, encoder: Encoder) -> Index:
        """The same passages with the vectors of another model."""

    def source(self, name: str) -> str:
        """The path or address of a document."""

    def name_of(self, document: str | Path) -> str:
        """A document's name, by that or its path. Raises DocAgentError if it is not here."""

    def indexed(self, name: str) -> IndexedDocument:
        """A document, by its name."""

    def passages(self, document: str | Path) -> DocumentPassages:
        """The passages of one document."""

    def samples(self) -> dict[str, str]:
        """The texts of a few documents, by name."""

    def mentions(self, words: str) -> bool:
        """Whether these very words stand in any document."""
