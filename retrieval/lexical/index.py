"""BM25 over the passages' terms, by tantivy."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from retrieval.lexical.language import NAMES
from retrieval.lexical.tokens import language_mark, query_terms

HEADING_WEIGHT = 0.5
_BITS = 32  # of the passage's number in its document; the document's slot stands above them

Row = tuple[str, str]  # terms of the text, terms of the headings


class Words(Protocol):
    """What is known of the terms of all passages."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that at least one passage in a hundred is in, as ISO 639-1 codes."""

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the passages, as in BM25."""

    def contains(self, term: str) -> bool:
        """Whether any passage, or the headings over it, has this term."""


class LexicalIndex:
    """Terms come in ready-made (see tokens.py); tantivy only splits them at spaces.

    Each document has a slot, a number that no other document of this index ever had, so that it
    can be taken out and put in alone. A search works on the state the index had when opened.
    """

    def __init__(self, index: Any, first: Mapping[int, int]) -> None:
        """`first` maps the slots to the number of their document's first passage."""
        self.index = index
        self.first = first
        self.searcher = index.searcher()

    @classmethod
    def build(cls, rows: Iterable[Row], folder: Path | None = None) -> LexicalIndex:
        """Index the passages of one document, in order; in memory without a folder.

        Raises OSError when the disk is full.
        """
        return cls(write([(0, rows)], folder=folder), {0: 0})

    @classmethod
    def open(cls, folder: Path, first: Mapping[int, int] | None = None) -> LexicalIndex:
        """An index that was written to a folder. Raises ValueError if it is damaged."""
        import tantivy

        return cls(tantivy.Index.open(str(folder)), first or {0: 0})

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the passages, as in BM25."""
        total = self.searcher.num_docs
        counts = {term: self.searcher.doc_freq("text", term) for term in terms}
        return {term: rarity(count, total) for term, count in counts.items()}

    def contains(self, term: str) -> bool:
        """Whether any passage, or the headings over it, has this term."""
        return any(self.searcher.doc_freq(field, term) for field in ("text", "heading"))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages that at least one passage in a hundred is in, as ISO 639-1 codes."""
        few = max(1, self.searcher.num_docs // 100)
        counts = {code: self.searcher.doc_freq("text", language_mark(code)) for code in NAMES}
        return tuple(code for code, count in counts.items() if count >= few)

    def count(self, slot: int) -> int:
        """Passages under a slot, those taken out aside."""
        return int(self.searcher.search(self._slot(slot), 1, count=True).count)

    def search(
        self, query: str | Sequence[str], k: int, firsts: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Best `k` passages as (number, BM25 score), best first, for a text or its search terms.

        `firsts` limits them to documents whose first passage has one of these numbers.
        """
        import tantivy

        schema = self.index.schema
        clauses = []
        terms = query_terms(query, self.languages) if isinstance(query, str) else query
        for term in terms:
            clauses.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term)))
            heading = tantivy.Query.term_query(schema, "heading", term)
            weighted = tantivy.Query.boost_query(heading, HEADING_WEIGHT)
            clauses.append((tantivy.Occur.Should, weighted))
        if not clauses:
            return []
        scored = tantivy.Query.boolean_query(clauses)
        if firsts is not None:
            slots = [slot for slot, first in self.first.items() if first in firsts]
            inside = [(tantivy.Occur.Should, self._slot(slot)) for slot in slots]
            unscored = tantivy.Query.const_score_query(tantivy.Query.boolean_query(inside), 0.0)
            scored = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, scored), (tantivy.Occur.Must, unscored)]
            )
        # Equal passages have equal scores and come in the order tantivy merged its files in. With
        # twice as many, the order of their numbers decides which of them are left out.
        hits = self.searcher.search(scored, 2 * k, count=False).hits
        ids = self.searcher.fast_field_values("id", [address for _, address in hits])
        passages = [
            (self.first[number >> _BITS] + (number & ((1 << _BITS) - 1)), score)
            for number, (score, _) in zip(map(int, ids), hits, strict=True)
        ]
        return sorted(passages, key=lambda pair: (-pair[1], pair[0]))[:k]

    def _slot(self, slot: int) -> Any:
        import tantivy

        return tantivy.Query.term_query(self.index.schema, "slot", slot)


def rarity(count: int, total: int) -> float:
    """Inverse document frequency of a term that `count` of `total` passages have."""
    return math.log((total + 1) / (count + 0.5))


def write(
    add: Iterable[tuple[int, Iterable[Row]]],
    remove: Iterable[int] = (),
    folder: Path | None = None,
) -> Any:
    """Take slots out of an index and put others in, in one commit: all of it or nothing.

    In a folder an index is made if there is none. Raises OSError when the disk is full.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("id", fast=True)
    schema.add_unsigned_field("slot", indexed=True)
    for name in ("text", "heading"):
        schema.add_text_field(name, stored=False, tokenizer_name="whitespace")
    try:
        index = tantivy.Index(schema.build(), path=str(folder) if folder else None)
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        for slot in remove:
            # By query: delete_documents_by_term makes a signed term, which matches nothing.
            writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "slot", slot))
        for slot, rows in add:
            for number, (text, heading) in enumerate(rows):
                passage = tantivy.Document(text=text, heading=heading)
                passage.add_unsigned("id", slot << _BITS | number)
                passage.add_unsigned("slot", slot)
                writer.add_document(passage)
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:  # tantivy reports its own I/O errors so
        raise OSError(f"the search index could not be written: {error}") from error
    index.reload()
    return index
