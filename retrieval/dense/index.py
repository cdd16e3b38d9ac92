"""Exact nearest neighbours by cosine. A stand-in with the interface of the real one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retrieval.embed.model import Vector, Vectors


class DenseIndex:
    """Unit vectors of all passages, [n, d]."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors

    @classmethod
    def open(cls, parts: list[NDArray[np.floating]]) -> DenseIndex:
        return cls(np.concatenate([np.asarray(part, np.float32) for part in parts]))

    def search(
        self, vector: Vector, k: int, within: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` rows (number, cosine) most like a unit vector [d], best first."""
        numbers = np.arange(len(self.vectors)) if within is None else within
        found = self.vectors[numbers] @ vector if within is not None else self.vectors @ vector
        k = min(k, len(found))
        best = np.argpartition(-found, k - 1)[:k] if k else np.empty(0, np.int64)
        best = best[np.lexsort((numbers[best], -found[best]))]
        return [(int(numbers[i]), float(found[i])) for i in best]

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The cosine of each of these rows."""
        found = self.vectors[numbers] @ vector
        return dict(zip(numbers, found.tolist(), strict=True))
