"""Search in other languages: gold paragraph in the first 1, 3 and 5 passages on XQuAD.

    python -m benchmarks.retrieval.languages ../shared/data/xquad

A passage counts that overlaps the gold paragraph. "words" is the lexical side alone, "search" the
whole search.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from retrieval import Corpus
from retrieval.lexical.index import LexicalIndex

Row = dict[str, Any]
Span = tuple[int, int]
FIRST = (1, 3, 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    options = parser.parse_args()
    print("| language | n | passages | words | search |")
    print("| --- | --- | --- | --- | --- |")
    for file in sorted(options.folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()][:: options.every]
        corpus = Corpus.open([file.with_suffix(".txt")])
        passages = corpus.passages(corpus.documents[0])
        spans = [(passage.start, passage.end) for passage in passages]
        cells = [file.stem, str(len(rows)), str(len(spans))]
        cells.append(by_words(corpus.lexical, rows, spans))
        found = [[(p.start, p.end) for p in corpus.search(row["question"], 5)] for row in rows]
        cells.append(shares(rows, found))
        print("| " + " | ".join(cells) + " |", flush=True)


def by_words(index: LexicalIndex, rows: list[Row], spans: list[Span]) -> str:
    found = [[spans[n] for n, _ in index.search(row["question"], 5)] for row in rows]
    return shares(rows, found)


def shares(rows: list[Row], found: list[list[Span]]) -> str:
    ranks = []
    for row, passages in zip(rows, found, strict=True):
        hits = [start < row["char_end"] and end > row["char_start"] for start, end in passages]
        ranks.append(hits.index(True) if True in hits else len(FIRST) + 2)
    return " ".join(f"{sum(rank < k for rank in ranks) / len(ranks):.3f}" for k in FIRST)


if __name__ == "__main__":
    main()
