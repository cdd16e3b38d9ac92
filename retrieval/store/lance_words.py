"""The words of a store's passages, by Lance's full-text index over our own terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from retrieval.lexical.index import HEADING_WEIGHT, rarity
from retrieval.lexical.language import NAMES
from retrieval.lexical.tokens import query_terms
from retrieval.store.index import Terms
from retrieval.store.lance import told
from retrieval.store.lance_indices import COMMON


class LanceWords:
    """What `LexicalIndex` is to a local index."""

    def __init__(self, uri: str, passages: Any, common: Any) -> None:
        """`uri` names the store in errors; `common` is what `common_terms` made, if it has."""
        self._uri, self._table = uri, passages
        self._common = common
        self._counts: dict[str, int] = {}

    @cached_property
    def total(self) -> int:
        """How many passages there are."""
        with told(self._uri):
            return int(self._table.count_rows())

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages that at least one passage in a hundred is in, as ISO 639-1 codes."""
        few = max(1, self.total // 100)
        with told(self._uri):
            return tuple(c for c in NAMES if self._table.count_rows(f"language = '{c}'") >= few)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the passages, as in BM25."""
        with told(self._uri):
            return {term: rarity(self._count(term), self.total) for term in terms}

    def contains(self, term: str) -> bool:
        """Whether any passage, or the headings over it, has this term."""
        with told(self._uri):
            return any(
                holders(self._table, column, term, 1) for column in ("terms", "heading_terms")
            )

    def terms(self, query: Terms) -> Sequence[str]:
        """The search terms of a text, or those that are given."""
        return query_terms(query, self.languages) if isinstance(query, str) else query

    def _count(self, term: str) -> int:
        if term in self._shares:
            return round(self._shares[term] * self.total)
        if term not in self._counts:
            most = self.total if self._common is None else 2 * self.total // COMMON + COMMON
            self._counts[term] = holders(self._table, "terms", term, most)
        return self._counts[term]

    @cached_property
    def _shares(self) -> dict[str, float]:
        if self._common is None:
            return {}
        rows = self._common.search().to_arrow()
        return dict(zip(rows["term"].to_pylist(), rows["share"].to_pylist(), strict=True))


def holders(table: Any, column: str, term: str, most: int, where: str = "") -> int:
    """How many rows of a table have a term, counted up to `most`; `where` limits them."""
    from lancedb.query import MatchQuery

    found = table.search(MatchQuery(term, column)).limit(max(1, most))
    found = found.where(where) if where else found
    return len(found.select(["_score"]).to_arrow())


def matches(terms: Sequence[str]) -> list[Any]:
    """Lance's queries for passages with any of these terms: in their text, in the headings over it.

    Of a million passages both in one query (BooleanQuery) take 1,100 ms of processor time for eight
    terms, and one by one 34 and 4: only then Lance skips what cannot come among the best.
    """
    from lancedb.query import MatchQuery

    words = " ".join(terms)
    return [
        MatchQuery(words, "terms"),
        MatchQuery(words, "heading_terms", boost=HEADING_WEIGHT),
    ]
