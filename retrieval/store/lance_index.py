"""The passages of a large collection as a corpus searches them (see `Index`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from retrieval.embed import multilingual
from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.embed.model import Vector
from retrieval.embed.multilingual import MultilingualEncoder
from retrieval.lexical.profiles import Match
from retrieval.lexical.tokens import terms
from retrieval.passage import Passage
from retrieval.progress import Emit
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import IndexedDocument
from retrieval.store.index import Ranked, Terms
from retrieval.store.lance import LanceStore, StoreError, one_of, told
from retrieval.store.lance_documents import LanceDocuments
from retrieval.store.lance_tables import embedding_of
from retrieval.store.lance_words import LanceWords, matches

_BITS = 32  # of a passage's number in its document; the document's key stands above them
_KEPT = 5000  # passages kept with their vectors, about 15 MB
_THREADS = 4  # queries that run at once
_PROBES = 20
_REFINE = 4
"""Partitions that are searched, and how many times as many passages as asked for are compared by
their whole vectors; BENCHMARKS.md has the recall."""
_MENTIONING = 100  # passages with a word that are looked at for its very letters
_SHOWN = ["document", "number", "start", "end", "page", "page_label", "unit", "heading", "context"]
_SHOWN += ["place", "text", "contents", "vector"]


class _Row(NamedTuple):
    passage: Passage
    vector: Vector


class LanceIndex:
    """A store as it was when this was opened.

    A document's number is its key, a passage's number that and its place in the document: they
    hold in every process and for ever.
    """

    def __init__(self, store: LanceStore, encoder: Encoder | None = None) -> None:
        """`encoder` is the model of the vectors unless it is another view of the same.

        Raises StoreError as `encoder_of` does.
        """
        self.store = store
        self.encoder = encoder or encoder_of(store)
        documents, passages = store.documents, store.passages
        self.documents = LanceDocuments(store.uri, documents)
        self.lexical = LanceWords(store.uri, passages, store.common)
        self.embedding = Complete()
        self._passages = passages
        self._only: Collection[int] | None = None
        self._rows: dict[int, _Row] = {}
        self._places: dict[int, int] = {}  # Lance's row ids
        self._pool = ThreadPoolExecutor(_THREADS)

    def by(self, encoder: Encoder) -> LanceIndex:
        """The same for questions in another language. Raises StoreError for another model."""
        if encoder.fingerprint != self.encoder.fingerprint:
            raise StoreError(f"The store {self.store.uri} has no vectors by {encoder.name}.")
        other = self.view()
        other.encoder = encoder
        return other

    def view(self, keys: Collection[str] | None = None) -> LanceIndex:
        """The same for one more question at once, which keeps by itself what it reads.

        With `keys` it has these documents alone.
        """
        view = copy(self)
        view._rows, view._places = {}, {}
        if keys is not None:
            view.documents = self.documents.within(keys)
            view._only = [int(key, 16) for key in keys]
        return view

    def __len__(self) -> int:
        """How many passages there are."""
        return self.lexical.total if self._only is None else self.documents.passages

    # Documents

    @property
    def names(self) -> Sequence[str]:
        """What passages call the documents."""
        return self.documents.names

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the documents are mostly in."""
        return self.documents.languages

    def source(self, name: str) -> str:
        """The path or address of a document."""
        return self.documents.source(name)

    def name_of(self, document: str | Path) -> str:
        """A document's name, by that or its path. Raises DocAgentError if it is not here."""
        key = self.documents.key_of(document)
        return self.documents.names_of([key])[key]

    def indexed(self, name: str) -> IndexedDocument:
        """A document, by its name."""
        return self.documents.indexed(self.documents.key_of(name))

    def passages(self, document: str | Path) -> DocumentPassages:
        """The passages of one document."""
        key = self.documents.key_of(document)
        return DocumentPassages(self.documents.names_of([key])[key], self.documents.indexed(key))

    def samples(self) -> dict[str, str]:
        """The texts of a few documents, by name."""
        return self.documents.samples()

    def document_numbers(self, names: Sequence[str]) -> list[int]:
        """The numbers of documents. Raises DocAgentError for a name that is not here."""
        return sorted({int(self.documents.key_of(name), 16) for name in names})

    def document_of(self, number: int) -> int:
        """The number of a passage's document."""
        return number >> _BITS

    def matches(
        self, names: Sequence[str], years: Sequence[str], quarters: Sequence[str], latest: bool
    ) -> Mapping[int, Match]:
        """How the documents that a question may name fit what it names."""
        with told(self.store.uri):
            found = self.documents.matches(names, years, quarters, latest)
        return {int(key, 16): each for key, each in found.items()}

    # Words and vectors

    def by_words(
        self, queries: Sequence[Terms], k: int, documents: Collection[int] | None = None
    ) -> list[Ranked]:
        """The `k` best passages of each query by BM25; `documents` limits them, by number."""
        documents = self._only if documents is None else documents
        if documents is not None and not documents:
            return [[] for _ in queries]

        within = _within(documents)

        def search(query: Terms) -> Ranked:
            words = self.lexical.terms(query)
            if not words:
                return []
            # Equal passages have equal scores: with twice as many, their numbers tell which go.
            table, asked = self._passages, matches(words)
            found = [dict(self._found(table.search(q), 2 * k, "_score", within)) for q in asked]
            every = set().union(*found)
            for scores, again in zip(found, map(table.search, asked), strict=True):
                if lacking := every - scores.keys():
                    places = ", ".join(str(self._places[number]) for number in lacking)
                    these = f"_rowid IN ({places})"
                    scores.update(self._found(again, len(lacking), "_score", these))
            totals = {number: sum(scores.get(number, 0.0) for scores in found) for number in every}
            return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:k]

        with told(self.store.uri):
            return list(self._pool.map(search, queries))

    def nearest(self, vector: Vector, k: int, documents: Collection[int] | None = None) -> Ranked:
        """The `k` passages (number, cosine) most like a vector [d]; `documents` limits them.

        Over all they are found by the IVF index where there is one, in documents by comparing all.
        """
        documents = self._only if documents is None else documents
        if documents is not None and not documents:
            return []
        query = self._passages.search(vector, vector_column_name="vector").distance_type("cosine")
        if documents is None:
            query = query.nprobes(_PROBES).refine_factor(_REFINE)
        else:
            query = query.bypass_vector_index()
        within = _within(documents)
        length = float(np.linalg.norm(vector))
        with told(self.store.uri):
            found = self._found(query, k, "_distance", within)
        return [(number, length * (1 - distance)) for number, distance in found]

    def cover(self, numbers: Iterable[int]) -> None:
        """All have vectors."""

    def cosines(self, vector: Vector, numbers: Sequence[int]) -> dict[int, float]:
        """The likeness of passages to a vector [d]; they are read all at once."""
        rows = self._read(numbers)
        if not rows:
            return {}
        cosines = np.stack([row.vector for row in rows]) @ vector
        return dict(zip(numbers, cosines.tolist(), strict=True))

    def trust(self, text: str) -> float:
        """How far cosines count for a question, 0 to 1, as in `PassageIndex`."""
        trust, known = self.encoder.trust(text), self.documents.trusts
        if trust == 0.0:
            return trust
        by = (self.encoder.name, self.encoder.across)
        if by not in known:
            samples = " ".join(text[:SAMPLE] for text in self.samples().values())
            known[by] = self.encoder.trust(samples)
        return known[by]

    def mentions(self, words: str) -> bool:
        """Whether these very words stand in a passage, of the first hundred that have them all."""
        [found] = self.by_words([terms(words)], _MENTIONING)
        return any(words in row.passage.text for row in self._read([n for n, _ in found]))

    # Passages

    def passage(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""
        [row] = self._read([number])
        return replace(row.passage, score=round(score, 4), cosine=cosine)

    def is_contents(self, number: int) -> bool:
        """Whether a passage is mostly a table of contents."""
        return self._read([number])[0].passage.contents

    def _found(
        self, query: Any, k: int, by: str, within: str | None
    ) -> Iterable[tuple[int, float]]:
        """Numbers and scores, in Lance's order, of passages whose documents are whole."""
        if within is not None:
            query = query.where(within, prefilter=True)
        rows = query.limit(k).with_row_id(True).select(["document", "number", by]).to_arrow()
        keys = rows["document"].to_pylist()
        known = self.documents.names_of(keys)
        numbers = [_number(key, n) for key, n in zip(keys, rows["number"].to_pylist(), strict=True)]
        self._places |= zip(numbers, rows["_rowid"].to_pylist(), strict=True)
        scores = rows[by].to_pylist()
        found = {n: s for n, s, key in zip(numbers, scores, keys, strict=True) if key in known}
        return found.items()

    def _read(self, numbers: Sequence[int]) -> list[_Row]:
        missing = [number for number in dict.fromkeys(numbers) if number not in self._rows]
        if missing:
            if len(self._rows) + len(missing) > _KEPT:
                wanted = set(numbers)
                self._rows = {n: row for n, row in self._rows.items() if n in wanted}
            with told(self.store.uri):
                self._take(missing)
        return [self._rows[number] for number in numbers]

    def _take(self, numbers: Sequence[int]) -> None:
        """Read passages that a search has found."""
        places = [self._places[number] for number in numbers]
        rows = self._passages.take_row_ids(places).select(_SHOWN).to_arrow()
        vectors = rows["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        vectors = vectors.reshape(len(rows), -1).astype(np.float32)
        names = self.documents.names_of(rows["document"].to_pylist())
        for row, vector in zip(rows.drop(["vector"]).to_pylist(), vectors, strict=True):
            key, number = row.pop("document"), row.pop("number")
            row["page"] = row["page"] or None
            passage = Passage(document=names[key], score=0.0, **row)
            self._rows[_number(key, number)] = _Row(passage, vector)


class Complete:
    """Of a store no vector is ever missing (see `Background`)."""

    pending = 0

    def start(self) -> None:
        """Nothing is to be done."""

    def stop(self) -> None:
        """Nothing is done."""

    def complete(self, emit: Emit) -> None:
        """All is there."""

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nothing disturbs a question."""
        yield


def _number(key: str, number: int) -> int:
    return int(key, 16) << _BITS | number


def _within(documents: Collection[int] | None) -> str | None:
    """The SQL condition that a passage is of one of these documents; None for all."""
    return None if documents is None else one_of("document", map(_key, documents))


def _key(number: int) -> str:
    return f"{number:040x}"


def encoder_of(store: LanceStore, wanted: str = "auto") -> Encoder:
    """The model that a store was made with.

    Raises StoreError if that is not the `wanted` one, or has other weights here.
    """
    made_by = store.embedding
    if made_by is None:
        raise StoreError(f"The store {store.uri} is empty; fill it with: docagent index.")
    name = json.loads(made_by)[0]
    if wanted not in ("auto", name) and (wanted, name) != ("embedded", "minilm"):
        raise StoreError(
            f"The store {store.uri} was made with the embedding model {name}, not {wanted}; "
            "leave out --embedding."
        )
    encoder = MultilingualEncoder() if name == multilingual.NAME else Encoder(name)
    if embedding_of(encoder) != made_by:
        raise StoreError(
            f"The store {store.uri} was made with other weights of the embedding model {name}; "
            "make it again."
        )
    return encoder
