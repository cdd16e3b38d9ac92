"""The word index over a set of documents: one cache entry for each set."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from retrieval.lexical.index import LexicalIndex
from retrieval.store.cache import Cache
from retrieval.store.indexed import Indexed


def word_index(indexed: list[Indexed], cache: Cache) -> LexicalIndex:
    """The index over all passages of the documents, in order; in memory if it cannot be kept."""
    rows = [row for one in indexed for row in one.parsed.terms]
    key = hashlib.sha256("".join(one.key for one in indexed).encode()).hexdigest()[:40]
    with cache.lock(key):
        folder = cache.load("lexical", key) or cache.save(
            "lexical", key, partial(_build_lexical, rows)
        )
    return LexicalIndex.open(folder) if folder else LexicalIndex.build(rows)


def _build_lexical(rows: list[tuple[str, str]], folder: Path) -> None:
    LexicalIndex.build(rows, folder)
