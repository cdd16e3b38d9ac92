"""BM25 over the passages' terms, by tantivy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from retrieval.lexical.language import NAMES
from retrieval.lexical.tokens import language_mark, query_terms

_HEADING_WEIGHT = 0.5


class LexicalIndex:
    """Terms come in ready-made (see tokens.py); tantivy only splits them at spaces."""

    def __init__(self, index: Any) -> None:
        self.index = index
        self.searcher = index.searcher()

    @classmethod
    def build(cls, rows: Iterable[tuple[str, str]], folder: Path | None = None) -> LexicalIndex:
        """Index (terms of the text, terms of the headings) of each passage, in order.

        In `folder`, or in memory without one. Raises OSError when the disk is full.
        """
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("id", stored=True)
        for field in ("text", "heading"):
            schema.add_text_field(field, stored=False, tokenizer_name="whitespace")
        index = tantivy.Index(schema.build(), path=str(folder) if folder else None)
        try:
            writer = index.writer(heap_size=50_000_000, num_threads=1)
            for number, (text, heading) in enumerate(rows):
                writer.add_document(tantivy.Document(id=number, text=text, heading=heading))
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # tantivy reports its own I/O errors so
            raise OSError(f"the search index could not be written: {error}") from error
        index.reload()
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """An index written by `build`."""
        import tantivy

        return cls(tantivy.Index.open(str(folder)))

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the passages, as in BM25."""
        total = self.searcher.num_docs
        counts = {term: self.searcher.doc_freq("text", term) for term in terms}
        return {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in counts.items()}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages that at least one passage in a hundred is in, as ISO 639-1 codes."""
        few = max(1, self.searcher.num_docs // 100)
        counts = {code: self.searcher.doc_freq("text", language_mark(code)) for code in NAMES}
        return tuple(code for code, count in counts.items() if count >= few)

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """Best `k` passages as (number, BM25 score), best first."""
        import tantivy

        schema = self.index.schema
        clauses = []
        for term in query_terms(query, self.languages):
            clauses.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term)))
            heading = tantivy.Query.term_query(schema, "heading", term)
            weighted = tantivy.Query.boost_query(heading, _HEADING_WEIGHT)
            clauses.append((tantivy.Occur.Should, weighted))
        if not clauses:
            return []
        hits = self.searcher.search(tantivy.Query.boolean_query(clauses), k).hits
        return [(self.searcher.doc(address)["id"][0], score) for score, address in hits]
