"""Vectors of passages that are added one after the other, searchable all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from retrieval.dense.index import Codes, DenseIndex, Numbers, Part, codes
from retrieval.embed.model import Vector


class _Coded(NamedTuple):
    part: Part
    codes: Codes


class IncrementalIndex:
    """The passages 0 to `total`; searches see those whose vectors have been added."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._parts: dict[int, _Coded] = {}  # by the number of the first passage
        self._single: dict[int, _Coded] = {}  # [1, d]; of passages that stand in no part yet
        self._present = np.zeros(total, bool)
        self._lock = threading.Lock()
        self._open: tuple[DenseIndex, Numbers] | None = None

    @property
    def done(self) -> int:
        """How many vectors have been added."""
        return int(np.count_nonzero(self._present))

    def add(self, first: int, part: Part, coded: Codes | None = None) -> None:
        """The vectors [n, d] from a passage on, which take the place of earlier ones.

        `coded` are their codes, made here if they are not given.
        """
        inside = range(first, first + len(part))
        with self._lock:
            for earlier in (self._parts, self._single):
                few, many = sorted((inside, earlier), key=len)  # of thousands of short documents
                for number in [number for number in few if number in many]:
                    del earlier[number]
            if len(part):
                self._parts[first] = _Coded(part, codes(part) if coded is None else coded)
            self._present[inside.start : inside.stop] = True
            self._open = None

    def add_single(self, numbers: Iterable[int], vectors: Part) -> None:
        """The vectors [n, d] of single passages; earlier ones are kept."""
        with self._lock:
            for number, vector in zip(numbers, vectors, strict=True):
                if not self._present[number]:
                    self._single[number] = _Coded(vector[None], codes(vector[None]))
                    self._present[number] = True
            self._open = None

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of the passages that lack a vector, in order and once."""
        return [number for number in sorted(set(numbers)) if not self._present[number]]

    def nearest(
        self, vector: Vector, k: int, within: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """The `k` passages (number, cosine) most like a unit vector [d], best first."""
        index, numbers = self._opened()
        if not len(numbers):
            return []
        rows = within
        if within is not None and len(numbers) < self.total:
            rows = np.flatnonzero(np.isin(numbers, within))
        elif within is None:
            k = min(k, len(numbers))
        if rows is not None and not len(rows):
            return []
        return [(int(numbers[row]), cosine) for row, cosine in index.search(vector, k, rows)]

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The likeness of passages to a unit vector [d]; all of them must have been added."""
        index, known = self._opened()
        if len(known) == self.total:
            return index.cosines(vector, numbers)
        # They stand in the order in which they were added.
        order = np.argsort(known)
        rows = order[np.searchsorted(known, numbers, sorter=order)].tolist()
        cosines = index.cosines(vector, rows)
        return {number: cosines[row] for number, row in zip(numbers, rows, strict=True)}

    def _opened(self) -> tuple[DenseIndex, Numbers]:
        """The vectors there are, and the passage number of each of their rows."""
        with self._lock:
            if self._open is None:
                present = sorted(self._parts.items()) + sorted(self._single.items())
                ranges = [np.arange(first, first + len(c.part)) for first, c in present]
                numbers = np.concatenate([np.empty(0, np.int64), *ranges])
                parts, coded = [c.part for _, c in present], [c.codes for _, c in present]
                self._open = DenseIndex.open(parts, coded), numbers
            return self._open
