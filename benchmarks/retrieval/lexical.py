"""Word index: tantivy against bm25s on the same terms, for a document that grows.

    python -m benchmarks.retrieval.lexical ../shared/data/squad/articles --passages 100000

Passages of the files, repeated up to --passages; queries are every fiftieth passage's first ten
terms. "grow" adds 1,000 passages to the finished index: bm25s, being static, builds it again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import bm25s

from retrieval.lexical.index import LexicalIndex, write
from retrieval.lexical.tokens import terms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    own = [
        terms(paragraph)
        for file in sorted(options.folder.glob("*.txt"))
        for paragraph in file.read_text("utf-8").split("\n")
        if len(paragraph) > 100
    ]
    rows = [own[number % len(own)] for number in range(options.passages)]
    queries = [" ".join(row[:10]) for row in own[::50]]
    print(f"{len(rows):,} passages, {len(queries)} queries\n")
    print("| word index | build s | query ms | grow s |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        index = LexicalIndex.build(((" ".join(row), "") for row in rows), Path(folder))
        built = time.perf_counter()
        for query in queries:
            index.search(query, 100)
        searched = time.perf_counter()
        write([(1, ((" ".join(row), "") for row in own[:1000]))], folder=Path(folder))
        grown = time.perf_counter()
    report("tantivy", built - start, (searched - built) / len(queries), grown - searched)

    start = time.perf_counter()
    static = bm25s.BM25()
    static.index(rows, show_progress=False)
    built = time.perf_counter()
    for query in queries:
        static.retrieve([terms(query)], k=100, show_progress=False)
    searched = time.perf_counter()
    bm25s.BM25().index(rows + own[:1000], show_progress=False)
    grown = time.perf_counter()
    report("bm25s", built - start, (searched - built) / len(queries), grown - searched)


def report(name: str, build: float, query: float, grow: float) -> None:
    print(f"| {name} | {build:.1f} | {1000 * query:.1f} | {grow:.2f} |")


if __name__ == "__main__":
    main()
