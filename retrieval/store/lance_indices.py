"""The indexes of a store's tables: made when there is need of them, and kept up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import isqrt
from typing import Any

_SAMPLE = 50_000  # passages whose terms are counted
_WINDOW = 1000  # of them that stand together
COMMON = 2000
"""A term that more than one passage in so many has is counted in the sample: 25 times or more."""
_GROWN = 4

Emit = Callable[[str], None]


def index_documents(table: Any, emit: Emit) -> None:
    """By key and name, and by what they are called."""
    from lancedb.index import BTree

    _ensure(table, "key", BTree(), emit)
    _ensure(table, "name", BTree(), emit)
    _ensure(table, "period", BTree(), emit)
    _ensure(table, "called", words(), emit)


def index_passages(table: Any, trained: int, emit: Emit) -> None:
    """By document and words; from `trained` rows on also by vector."""
    from lancedb.index import Bitmap, BTree

    _ensure(table, "document", BTree(), emit)
    _ensure(table, "language", Bitmap(), emit)
    _ensure(table, "terms", words(), emit)
    _ensure(table, "heading_terms", words(), emit)
    rows = table.count_rows()
    if rows >= trained:
        _train(table, rows, emit)


def _train(table: Any, rows: int, emit: Emit) -> None:
    """An IVF index, made anew when there are several times as many rows as it was trained for.

    Its name says how many that were; what was added since is in it too, around the same centres.
    """
    old = [index.name for index in table.list_indices() if index.columns == ["vector"]]
    if any(rows < _GROWN * int(name.rpartition("_")[2]) for name in old):
        return
    emit(f"training an index for {rows:,} vectors")
    table.create_index("vector", config=vectors(rows), name=f"vector_{rows}")
    for name in old:
        table.drop_index(name)


def words() -> Any:
    """Terms come in ready-made: they are split at spaces and left as they are."""
    from lancedb.index import FTS

    return FTS(
        base_tokenizer="whitespace",
        max_token_length=None,
        lower_case=False,
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
    )


def vectors(rows: int) -> Any:
    """IVF with a byte a component: trained and filled in a twentieth of the time of PQ.

    Every row is compared with every centre, and a search reads some partitions: with as many
    centres as the square root of the rows neither grows with the square. A quarter of that: 250
    for a million.
    """
    from lancedb.index import IvfSq

    partitions = max(1, isqrt(rows) // 4)
    return IvfSq(
        distance_type="cosine", num_partitions=partitions, sample_rate=64, max_iterations=20
    )


def _ensure(table: Any, column: str, config: Any, emit: Emit) -> None:
    if not any(column in index.columns for index in table.list_indices()):
        emit(f"indexing {column}")
        table.create_index(column, config=config)


def common_terms(passages: Any) -> Any:
    """A table of the common terms and the share of passages that have them, from a sample."""
    import pyarrow as pa

    total = passages.count_rows()
    step = max(_WINDOW, total * _WINDOW // _SAMPLE)
    counts: Counter[str] = Counter()
    seen = 0
    for start in range(0, total, step):
        window = passages.search().select(["terms"]).offset(start).limit(_WINDOW).to_arrow()
        for text in window["terms"].to_pylist():
            counts.update(set(text.split(" ")))
        seen += len(window)
    rows = [(term, count / seen) for term, count in counts.items() if count * COMMON >= seen]
    columns = [[term for term, _ in rows], [share for _, share in rows]]
    return pa.table(columns, pa.schema([("term", pa.string()), ("share", pa.float64())]))
