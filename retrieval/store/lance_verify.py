"""Checks that the documents, passages and vectors of a store agree; texts are not compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from retrieval.store.lance import LanceStore, told
from retrieval.store.lance_index import encoder_of

_UNIT = 0.01  # how far a half-precision vector's length may be from 1


def verify_store(store: LanceStore) -> list[str]:
    """What is wrong, a line for each kind of fault. Nothing is changed.

    Raises StoreError if the store is empty or cannot be read.
    """
    encoder = encoder_of(store)
    documents, passages = store.documents, store.passages
    with told(store.uri):
        rows = documents.search().select(["key", "source", "passages"]).to_arrow().to_pylist()
        width = passages.schema.field("vector").type.list_size
        wanted = len(encoder.encode_query("a")[0])
        seen = {row["key"]: np.zeros(row["passages"], np.int64) for row in rows}
        strange, crooked = _count(passages, seen)
    sources = {row["key"]: row["source"] for row in rows}
    twice = [key for key, times in Counter(row["key"] for row in rows).items() if times > 1]
    lacking = [key for key, found in seen.items() if not found.all()]
    copies = [key for key, found in seen.items() if (found > 1).any()]
    found = [
        _line(len(twice), "documents are there twice", sources, twice),
        _line(len(lacking), "documents lack passages", sources, lacking),
        _line(len(copies), "documents have a passage twice", sources, copies),
        _line(strange, "passages belong to no document, or are none of its passages"),
        _line(crooked, "vectors have not the length 1"),
    ]
    if width != wanted:
        found.append(f"vectors have {width} numbers, and the embedding model makes {wanted}")
    return [line for line in found if line]


def _count(passages: Any, seen: dict[str, Any]) -> tuple[int, int]:
    """Count each passage in `seen`; how many are not in it, and how many vectors are not whole."""
    strange = crooked = 0
    for batch in passages.search().select(["document", "number", "vector"]).to_batches():
        vectors = batch["vector"].flatten().to_numpy(zero_copy_only=False).astype(np.float32)
        lengths = np.linalg.norm(
            vectors.reshape(len(batch) - batch["vector"].null_count, -1), axis=1
        )
        crooked += batch["vector"].null_count + int((abs(lengths - 1) >= _UNIT).sum())
        for key, numbers in _by_document(batch):
            known = seen.get(key, np.zeros(0))
            inside = numbers[(numbers >= 0) & (numbers < len(known))]
            strange += len(numbers) - len(inside)
            if len(inside):
                np.add.at(known, inside, 1)
    return strange, crooked


def _by_document(batch: Any) -> Iterator[tuple[str, Any]]:
    """The numbers of the passages in a batch, by their document."""
    import pyarrow as pa

    grouped = pa.table({"document": batch["document"], "number": batch["number"]})
    for row in grouped.group_by("document").aggregate([("number", "list")]).to_pylist():
        yield row["document"], np.array(row["number_list"])


def _line(
    count: int, fault: str, sources: dict[str, str] | None = None, keys: Iterable[str] = ()
) -> str:
    if not count:
        return ""
    first = next(iter(keys), None)
    example = f" (the first is {sources[first]})" if sources and first else ""
    return f"{count:,} {fault}{example}"
