r"""Ways to the nearest passages: milliseconds, recall, build seconds and memory, side by side.

    python -m benchmarks.retrieval.dense ../shared/data/squad/articles/*.txt \
        --questions ../shared/data/squad/squad.jsonl --rows 6000 100000

The vectors are those of the documents' passages, from the cache or made now. Where they do not
reach, rows are grown from them: between a passage and one of its ten nearest, moved by 0.7 of the
difference of two other neighbours, so that a new row has neighbours as near as a real one has.
Questions are taken evenly from the file. Recall is of the 100 that float32 finds. "cpu" is the
processor time of a question over all threads: on a busy machine it says more than the clock.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval import Corpus
from retrieval.dense.index import DenseIndex, codes
from retrieval.embed.model import Vector, Vectors
from retrieval.store import vectors as stored

K = 100
PART = 100  # rows of a document
QUESTIONS = 60
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


class Way(NamedTuple):
    """How to build it, bytes of memory a component, and for how many rows that is bearable."""

    build: Callable[[Vectors], Search]
    size: float
    most: float = float("inf")


WAYS = {
    "float32 flat": Way(flat, 4),
    "float16 flat": Way(half, 2),
    "DenseIndex": Way(ours, 1),
    "signs, 10,000 ranked": Way(binary, 0.125),
    "IVF": Way(inverted, 4, 100_000),
    "HNSW": Way(graph, 4.5, 6_000),  # 100,000 rows were not built after 100 s
}


def passages(paths: list[Path]) -> tuple[Corpus, Vectors]:
    """The corpus of some documents and its vectors [n, d]."""
    corpus = Corpus.open(paths)
    parts = []
    embedding = corpus._index.embedding
    for document in embedding.documents:
        part = stored.load(embedding.cache, document.key, len(document))
        assert part is not None, f"the cache has no vectors of {document.source}"
        parts.append(part.astype(np.float32))
    return corpus, np.concatenate(parts)


def asked(file: Path) -> list[str]:
    """Questions taken evenly from a file."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    places = np.linspace(0, len(rows) - 1, min(QUESTIONS, len(rows))).astype(int)
    return [rows[place]["question"] for place in places]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[6000, 100_000])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    corpus, known = passages(options.documents)
    questions = corpus.encoder.encode_queries(asked(options.questions))
    print(f"{len(known):,} vectors of passages, grown to size; {len(questions)} questions\n")
    print(f"| rows | way | median ms | cpu ms | recall@{K} | build s | MB |")
    print("| --- " * 7 + "|")
    for rows in options.rows:
        vectors = grow(known, rows)
        right = [np.argpartition(-(vectors @ question), K)[:K] for question in questions]
        for name in options.ways:
            way = WAYS[name]
            if rows > way.most:
                continue
            start = time.perf_counter()
            search = way.build(vectors)
            built = time.perf_counter() - start
            print(
                f"| {rows:,} | {name} | {measured(search, questions, right)} | {built:.1f} "
                f"| {vectors.size * way.size / 1e6:.0f} |",
                flush=True,
            )
    start = time.perf_counter()
    codes(vectors[:PART])
    print(f"\nCodes of a document of {PART} rows: {1000 * (time.perf_counter() - start):.2f} ms")


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
    return f"{np.median(clock):.1f} | {np.median(processor):.1f} | {np.mean(found):.4f}"


if __name__ == "__main__":
    main()
