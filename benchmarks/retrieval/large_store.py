"""Search over a store of millions of passages: time, memory, recall against exact search.

Vectors are real ones of a cache, repeated with noise: a cosine of about .9 to the one they come
from. Terms are real too, the halves of two passages. One row of documents stands for 200 passages.

    python -m benchmarks.retrieval.large_store --cache CACHE --rows 1000000 --work DIR
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa

from retrieval.embed.encoder import Encoder
from retrieval.store import documents, vectors
from retrieval.store.cache import Cache
from retrieval.store.lance import LanceStore
from retrieval.store.lance_index import LanceIndex
from retrieval.store.lance_tables import DOCUMENTS, Batch, embedding_of, passages_schema

CHUNK, DOCUMENT, QUESTIONS, NOISE = 50_000, 200, 100, 0.5


def base(cache: Cache) -> tuple[Any, list[str]]:
    """Vectors [n, d] and terms of the passages in a cache."""
    found, words = [], []
    for folder in cache.entries(documents.KIND):
        document = documents.load(cache, folder.name)
        rows = document and len(document) and vectors.load(cache, document.key, len(document))
        if document and isinstance(rows, np.ndarray):
            found.append(np.asarray(rows, np.float32))
            words += [text for text, _ in document.terms()]
    return np.concatenate(found), words


def noisy(some: Any, random: np.random.Generator) -> Any:
    """Unit vectors near these."""
    noise = random.standard_normal(some.shape, np.float32)
    moved = some + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def rows(first: int, real: Any, words: list[str], random: np.random.Generator) -> tuple[Batch, Any]:
    """A chunk of passages with their documents, and its vectors."""
    numbers = np.arange(first, first + CHUNK)
    a, b = random.integers(len(words), size=(2, CHUNK))
    made = noisy(real[a], random).astype(np.float16)
    keys = [f"{n:040x}" for n in range(first // DOCUMENT, (first + CHUNK) // DOCUMENT)]
    halves = [text[: len(text) // 2].rpartition(" ")[0] for text in words]
    columns: dict[str, Any] = {
        "document": [keys[n] for n in (numbers - first) // DOCUMENT],
        "number": numbers % DOCUMENT,
        "language": ["en"] * CHUNK,
        "terms": [f"{halves[x]} {halves[y]} §en" for x, y in zip(a, b, strict=True)],
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(made.ravel()), made.shape[1]),
    }
    schema = passages_schema(made.shape[1], embedding_of(Encoder()))
    empty = {pa.string(): "", pa.bool_(): False}
    filled = [
        columns.get(field.name, [empty.get(field.type, 0)] * CHUNK)
        if field.name == "vector"
        else pa.array(columns.get(field.name, [empty.get(field.type, 0)] * CHUNK), field.type)
        for field in schema
    ]
    known = {"name": "d", "language": "en", "period": "2022.", "called": "d", "profile": "{}"}
    listed = [{"key": key, "source": f"/{key}/d", **known, "passages": DOCUMENT} for key in keys]
    return Batch(
        pa.Table.from_pylist(listed, DOCUMENTS), pa.Table.from_arrays(filled, schema=schema)
    ), made


def build(work: Path, count: int, real: Any, words: list[str]) -> None:
    """A store, questions, and the ten passages that are nearest to each by exact search."""
    random = np.random.default_rng(1)
    asked = noisy(real[random.integers(len(real), size=QUESTIONS)], random)
    best, places = np.full((QUESTIONS, 10), -1.0), np.zeros((QUESTIONS, 10), np.int64)
    store, begun = LanceStore.open(f"lance:{work}/store"), time.process_time()
    for first in range(0, count, CHUNK):
        batch, made = rows(first, real, words, random)
        store.add(batch)
        cosines = asked @ made.astype(np.float32).T
        best = np.hstack([best, cosines])
        places = np.hstack([places, np.tile(np.arange(first, first + CHUNK), (QUESTIONS, 1))])
        order = np.argsort(-best, axis=1)[:, :10]
        best, places = (np.take_along_axis(x, order, 1) for x in (best, places))
    added = time.process_time() - begun
    store.optimize(lambda step: print(f"{time.process_time() - begun:.0f} s {step}", flush=True))
    size = sum(file.stat().st_size for file in (work / "store").rglob("*") if file.is_file())
    print(json.dumps({"rows": count, "cpu s to add": added, "GB": size / 1e9}), flush=True)
    some = [words[n] for n in random.integers(len(words), size=QUESTIONS)]
    terms = [" ".join(random.choice(text.split(), 8)) for text in some]
    np.savez(work / "questions.npz", asked=asked, places=places, terms=terms)


def ask(work: Path, count: int) -> None:
    """In a process of its own, so that its memory is that of a search."""
    saved = np.load(work / "questions.npz")
    process = psutil.Process()
    empty = process.memory_info().rss
    index = LanceIndex(LanceStore.open(f"lance:{work}/store"))
    found, wall, cpu = 0, [], []
    for number, (vector, words) in enumerate(zip(saved["asked"], saved["terms"], strict=True)):
        at, used = time.perf_counter(), time.process_time()
        [by_words] = index.by_words([words.split()], 100)
        near = index.nearest(vector.astype(np.float32), 100)
        index.cosines(
            vector.astype(np.float32), [n for n, _ in {**dict(by_words), **dict(near)}.items()]
        )
        wall.append(time.perf_counter() - at)
        cpu.append(time.process_time() - used)
        numbers = {(n >> 32) * DOCUMENT + (n & 0xFFFFFFFF) for n, _ in near[:10]}
        found += len(numbers & set(saved["places"][number].tolist()))
    wall, cpu = wall[5:], cpu[5:]
    grown = (process.memory_info().rss - empty) / 1e6
    told = {"rows": count, "recall@10": found / QUESTIONS / 10, "MB": grown}
    for name, times in (("wall", wall), ("cpu", cpu)):
        told |= {f"{name} p{p}": float(np.percentile(times, p)) * 1e3 for p in (50, 95)}
    print(json.dumps({key: round(value, 3) for key, value in told.items()}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--ask", action="store_true")
    options = parser.parse_args()
    if options.ask:
        ask(options.work, options.rows)
    else:
        shutil.rmtree(options.work, ignore_errors=True)
        options.work.mkdir(parents=True)
        build(options.work, options.rows, *base(Cache(options.cache)))
        subprocess.run([sys.executable, *sys.orig_argv[1:], "--ask"], check=True)
