"""Nearest passages by cosine: one byte a component finds them, the vectors themselves rank them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.embed.model import Vector, Vectors

Numbers = NDArray[np.int64]
Codes = NDArray[np.uint8]  # [n, dimensions]
Part = NDArray[Any]  # [n, dimensions] unit vectors, float16 or float32, perhaps memory-mapped

_SPARE = 100
"""Rows ranked beyond the k asked for. With 600,000 rows and k = 100, 50 of them found 0.9997 of the
right ones (BENCHMARKS.md)."""

_SHARD = 50_000  # rows from which on a second core helps more than it costs
_FEW = 2000  # rows that are compared as they are, without codes


def codes(vectors: Part) -> Codes:
    """One byte a component: 127 x + 128, for x from -1 to 1.

    It depends on no other vector, so each document's codes are made once and kept, and no unit
    vector of any model is clipped. A cosine by codes is off by 0.002 on average, for any length.
    """
    scaled = np.rint(np.asarray(vectors, np.float32) * 127)
    return (np.clip(scaled, -127, 127) + 128).astype(np.uint8)


class DenseIndex:
    """Cosine search over the vectors of a set of documents.

    All codes are compared (384 bytes a row in memory with all-MiniLM); the vectors stay where they
    are, and only the best rows are read. So there is nothing to build or to train, and a document
    more or less costs its own codes.
    """

    def __init__(self, parts: Sequence[Part], coded: Sequence[Codes]) -> None:
        self._parts = parts
        self._ends = np.array(list(accumulate(map(len, parts))), np.int64)
        self._shards = _shards(coded, len(self))
        self._pool = ThreadPoolExecutor(len(self._shards)) if len(self._shards) > 1 else None

    @classmethod
    def open(cls, parts: Sequence[Part], coded: Sequence[Codes] | None = None) -> DenseIndex:
        """Unit vectors of each document in order; the rows are numbered through.

        `coded` are their `codes`, made here if they are not given.
        """
        if coded is None:
            coded = [codes(part) for part in parts]
        return cls([part for part in parts if len(part)], [part for part in coded if len(part)])

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def search(
        self, vector: Vector, k: int, within: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """The `k` rows (number, cosine) most like a unit vector [d], best first.

        `within` limits them to these row numbers.
        """
        total = len(self) if within is None else len(within)
        if k < 1 or not total:
            return []
        if total <= max(_FEW, k + _SPARE):
            numbers = np.arange(total) if within is None else np.unique(within)
        else:
            numbers = self._near(vector, k + _SPARE, within)
        cosines = self._rows(numbers) @ vector
        best = np.lexsort((numbers, -cosines))[:k]
        return list(zip(numbers[best].tolist(), cosines[best].tolist(), strict=True))

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The likeness of these rows to a unit vector [d]."""
        if not numbers:
            return {}
        cosines = self._rows(np.array(numbers, np.int64)) @ vector
        return dict(zip(numbers, cosines.tolist(), strict=True))

    def _near(self, vector: Vector, count: int, within: Numbers | None) -> Numbers:
        """About the best `count` rows, in no order."""
        query = (vector * (127 / np.abs(vector).max()))[None].astype(np.float32)
        allowed = None
        if within is not None:
            allowed = np.zeros(len(self), bool)
            allowed[within] = True

        def near(shard: tuple[int, Any]) -> tuple[NDArray[np.float32], Numbers]:
            first, index = shard
            inside = None if allowed is None else allowed[first : first + index.ntotal]
            scores, numbers = index.search(query, count, params=_only(inside))
            return scores[0], np.where(numbers[0] < 0, -1, numbers[0] + first)

        nearest = list((self._pool.map if self._pool else map)(near, self._shards))
        scores = np.concatenate([scores for scores, _ in nearest])
        numbers = np.concatenate([numbers for _, numbers in nearest])
        best = np.argsort(-scores, kind="stable")[:count]
        return numbers[best][numbers[best] >= 0]

    def _rows(self, numbers: Numbers) -> Vectors:
        """These rows [n, d] in float32, read part by part."""
        order = np.argsort(numbers, kind="stable")
        owners = np.searchsorted(self._ends, numbers[order], side="right")
        rows = np.empty((len(numbers), self._parts[0].shape[1]), np.float32)
        cuts = np.flatnonzero(np.diff(owners)) + 1
        for some, (owner, *_) in zip(np.split(order, cuts), np.split(owners, cuts), strict=True):
            part = self._parts[owner]
            rows[some] = part[numbers[some] - (self._ends[owner] - len(part))]
        return rows


def _shards(coded: Sequence[Codes], total: int) -> list[tuple[int, Any]]:
    """(number of the first row, faiss index of its codes) for each core, none without rows."""
    import faiss

    if not total:
        return []
    every = np.concatenate(coded)
    size = -(-total // max(1, min(os.cpu_count() or 1, total // _SHARD)))
    shards = []
    for first in range(0, total, size):
        # In this type faiss takes a byte for the number 128 below, and for nothing else.
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        index = faiss.IndexScalarQuantizer(every.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.add_sa_codes(every[first : first + size])
        shards.append((first, index))
    return shards


def _only(inside: NDArray[np.bool_] | None) -> Any:
    """faiss's parameters for a search of these rows."""
    import faiss

    if inside is None:
        return None
    loose: Any = faiss  # its type stubs lack the arguments that its wrappers add
    bits = np.packbits(inside, bitorder="little")
    return loose.SearchParameters(sel=loose.IDSelectorBitmap(bits))
