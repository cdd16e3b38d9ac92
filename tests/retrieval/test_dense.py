"""The dense index against plain multiplication."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.dense.index import DenseIndex, codes
from retrieval.embed.model import Vector, Vectors

N, D = 9000, 96


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Rows in groups of like ones, as passages about the same thing are."""
    random = np.random.default_rng(0)
    topics = random.standard_normal((300, D))
    rows = topics[random.integers(300, size=N)] + random.standard_normal((N, D))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def questions(vectors: Vectors) -> Vectors:
    near = vectors[::900] + 0.1 * np.random.default_rng(1).standard_normal((10, D))
    return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), np.float32)


def best(vectors: Vectors, vector: Vector, k: int, within: NDArray[np.int64]) -> list[int]:
    return [int(n) for n in within[np.argsort(-(vectors[within] @ vector))][:k]]


def split(vectors: Vectors) -> list[Vectors]:
    """Parts of unlike size, some of them empty."""
    return [vectors[:0], *np.split(vectors, [1, 1, 700, 5000]), vectors[:0]]


def test_the_right_rows_in_order_with_their_cosines(vectors: Vectors, questions: Vectors) -> None:
    index = DenseIndex.open(split(vectors))
    assert len(index) == N
    right = 0
    for question in questions:
        found = index.search(question, 100)
        numbers = [number for number, _ in found]
        assert len(set(numbers)) == 100
        right += len(set(numbers) & set(best(vectors, question, 100, np.arange(N))))
        assert [cosine for _, cosine in found] == sorted((c for _, c in found), reverse=True)
        assert np.allclose([c for _, c in found], vectors[numbers] @ question, atol=1e-6)
    assert right >= 990


@pytest.mark.parametrize("step", [1.5, 7])  # 6,000 rows, more than are compared as they are; 1,286
def test_only_within(vectors: Vectors, questions: Vectors, step: float) -> None:
    within = np.arange(0, N, step).astype(np.int64)
    index = DenseIndex.open(split(vectors))
    for question in questions:
        found = [number for number, _ in index.search(question, 20, within)]
        assert found == best(vectors, question, 20, within)


def test_more_asked_for_than_there_are(vectors: Vectors, questions: Vectors) -> None:
    index = DenseIndex.open(split(vectors))
    assert len(index.search(questions[0], 2 * N)) == N
    assert len(index.search(questions[0], 5, np.array([8, 3]))) == 2
    assert index.search(questions[0], 5, np.array([], np.int64)) == []
    assert index.search(questions[0], 0) == []


def test_equal_rows_come_in_order(vectors: Vectors) -> None:
    index = DenseIndex.open([vectors[:3], np.repeat(vectors[3:4], 4, axis=0)])
    assert [number for number, _ in index.search(vectors[3], 4)] == [3, 4, 5, 6]


def test_nothing_at_all(questions: Vectors) -> None:
    for parts in ([], [np.empty((0, D), np.float32)]):
        index = DenseIndex.open(parts)
        assert len(index) == 0
        assert index.search(questions[0], 10) == []
        assert index.cosines(questions[0], []) == {}


def test_mapped_files_and_kept_codes(tmp_path: Path, vectors: Vectors, questions: Vectors) -> None:
    parts, coded = [], []
    for number, part in enumerate(split(vectors)):
        np.save(tmp_path / f"{number}.npy", part.astype(np.float16))
        np.save(tmp_path / f"{number}-codes.npy", codes(part.astype(np.float16)))
        parts.append(np.load(tmp_path / f"{number}.npy", mmap_mode="r"))
        coded.append(np.load(tmp_path / f"{number}-codes.npy", mmap_mode="r"))
    index = DenseIndex.open(parts, coded)
    for question in questions:
        assert index.search(question, 50) == DenseIndex.open(parts).search(question, 50)
        known = dict(index.search(question, 50))
        assert index.cosines(question, list(known)) == pytest.approx(known, abs=1e-6)


def test_over_several_cores_the_same(
    monkeypatch: pytest.MonkeyPatch, vectors: Vectors, questions: Vectors
) -> None:
    alone = DenseIndex.open(split(vectors))
    monkeypatch.setattr("retrieval.dense.index._SHARD", 2000)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    shared = DenseIndex.open(split(vectors))
    within = np.arange(3000, 8000)
    for question in questions:
        assert shared.search(question, 50) == alone.search(question, 50)
        assert shared.search(question, 50, within) == alone.search(question, 50, within)
