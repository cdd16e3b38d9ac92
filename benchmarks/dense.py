"""Ways to the nearest passages: milliseconds, recall, build seconds and memory, side by side.

    python -m benchmarks.dense vectors.npy questions.npy --rows 6000 100000 600000

The files hold unit vectors [n, d] of real passages and of real questions. Where they do not reach,
rows are grown from them: between a passage and one of its ten nearest, moved by 0.7 of the
difference of two other neighbours, so that a new row has neighbours as near as a real one has.
Recall is of the 100 that float32 finds. "cpu" is the processor time of a question over all threads:
on a busy machine it says more than the clock.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.dense.index import DenseIndex, codes
from retrieval.embed.model import Vector, Vectors

K = 100
PART = 100  # rows of a document
Numbers = NDArray[np.int64]
Search = Callable[[Vector], Numbers]


def grow(known: Vectors, rows: int) -> Vectors:
    """`rows` unit vectors: the known ones, then rows grown from them."""
    random = np.random.default_rng(0)
    if rows <= len(known):
        return known[random.permutation(len(known))[:rows]]
    index = faiss.IndexFlatIP(known.shape[1])
    index.add(known)
    near = index.search(known, 11)[1]
    grown = [known]
    for start in range(len(known), rows, 50_000):
        count = min(50_000, rows - start)
        one, other = random.integers(len(known), size=(2, count))
        beside = near[one, random.integers(1, 11, count)]
        away = known[other] - known[near[other, random.integers(1, 11, count)]]
        share = random.uniform(0, 0.5, (count, 1)).astype(np.float32)
        row = (1 - share) * known[one] + share * known[beside] + 0.7 * away
        grown.append(row / np.linalg.norm(row, axis=1, keepdims=True))
    return np.concatenate(grown)


def flat(vectors: Vectors) -> Search:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda question: index.search(question[None], K)[1][0]


def half(vectors: Vectors) -> Search:
    kind = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors)
    return lambda question: index.search(question[None], K)[1][0]


def ours(vectors: Vectors) -> Search:
    parts = np.split(vectors.astype(np.float16), range(PART, len(vectors), PART))
    index = DenseIndex.open(parts)
    return lambda question: np.array([number for number, _ in index.search(question, K)])


def binary(vectors: Vectors) -> Search:
    """Signs of the components by Hamming distance, 10,000 of them ranked by the vectors."""
    index: Any = faiss.IndexBinaryFlat(vectors.shape[1])
    index.add(np.packbits(vectors > 0, axis=1))
    index.use_heap = False
    kept = vectors.astype(np.float16)

    def search(question: Vector) -> Numbers:
        some = index.search(np.packbits(question > 0)[None], min(10_000, len(kept)))[1][0]
        cosines = kept[some].astype(np.float32) @ question
        return some[np.argsort(-cosines)[:K]]  # type: ignore[no-any-return]

    return search


def inverted(vectors: Vectors) -> Search:
    lists = int(2 * len(vectors) ** 0.5)
    coarse = faiss.IndexFlatIP(vectors.shape[1])
    index = faiss.IndexIVFFlat(coarse, vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 8
    index.train(vectors[:: max(1, len(vectors) // (40 * lists))])
    index.add(vectors)
    index.nprobe = lists // 8
    return lambda question: index.search(question[None], K)[1][0]


def graph(vectors: Vectors) -> Search:
    index = faiss.IndexHNSWFlat(vectors.shape[1], 24, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 60
    index.hnsw.efSearch = 400
    index.add(vectors)
    return lambda question: index.search(question[None], K)[1][0]


WAYS: dict[str, tuple[Callable[[Vectors], Search], float]] = {  # bytes of memory a component
    "float32 flat": (flat, 4),
    "float16 flat": (half, 2),
    "DenseIndex": (ours, 1),
    "signs, 10,000 ranked": (binary, 0.125),
    "IVF": (inverted, 4),
    "HNSW": (graph, 4.5),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[6000, 100_000])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    questions = np.load(options.questions)[:60]
    print("| rows | way | median ms | p95 ms | cpu ms | recall@100 | build s | MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for rows in options.rows:
        vectors = grow(np.load(options.vectors), rows)
        right = [np.argpartition(-(vectors @ question), K)[:K] for question in questions]
        for way in options.ways:
            build, size = WAYS[way]
            start = time.perf_counter()
            search = build(vectors)
            built = time.perf_counter() - start
            print(
                f"| {rows:,} | {way} | {measured(search, questions, right)} | {built:.1f} "
                f"| {vectors.size * size / 1e6:.0f} |",
                flush=True,
            )
    start = time.perf_counter()
    codes(vectors[:PART])
    print(f"Codes of a document of {PART} rows: {1000 * (time.perf_counter() - start):.2f} ms")


def measured(search: Search, questions: Vectors, right: list[Numbers]) -> str:
    """Cells of one row; the first question is asked twice and timed once."""
    search(questions[0])
    clock, processor, found = [], [], []
    for question, wanted in zip(questions, right, strict=True):
        start, busy = time.perf_counter(), time.process_time()
        numbers = search(question)
        clock.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - busy))
        found.append(len(np.intersect1d(numbers, wanted)) / K)
    middle, late = np.quantile(clock, [0.5, 0.95])
    return f"{middle:.1f} | {late:.1f} | {np.median(processor):.1f} | {np.mean(found):.4f}"


if __name__ == "__main__":
    main()
