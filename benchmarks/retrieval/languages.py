"""Search in other languages: gold paragraph in the first 1, 3 and 5 passages on XQuAD.

A passage counts that overlaps the gold paragraph. "words" is the lexical side alone, "search" the
whole search. The folder has LANGUAGE.txt and LANGUAGE.jsonl.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.harness import Row, Table, arguments
from benchmarks.retrieval.spans import Span, shares
from docagent.jsonl import read_rows
from retrieval import Corpus

FIRST = (1, 3, 5)


def main() -> None:
    options = arguments(__doc__, "folder", quick={"every": 40}, every=1)
    table = Table("language", "n", "passages", "words", "search")
    for file in sorted(options.folder.glob("*.jsonl")):
        rows = read_rows(file)[:: options.every]
        corpus = Corpus.open([file.with_suffix(".txt")])
        passages = corpus.passages(corpus.documents[0])
        spans = [(passage.start, passage.end) for passage in passages]
        words = [[spans[n] for n, _ in corpus.lexical.search(row["question"], 5)] for row in rows]
        whole = [[(p.start, p.end) for p in corpus.search(row["question"], 5)] for row in rows]
        cells = [" ".join(shares(ranks(rows, results), FIRST)) for results in (words, whole)]
        table.add(file.stem, len(rows), len(spans), *cells)


def ranks(rows: list[Row], results: list[list[Span]]) -> Sequence[int | None]:
    """Place of the first passage that overlaps each row's gold paragraph, from 1."""
    hits = [
        [start < row["char_end"] and end > row["char_start"] for start, end in passages]
        for row, passages in zip(rows, results, strict=True)
    ]
    return [hit.index(True) + 1 if True in hit else None for hit in hits]


if __name__ == "__main__":
    main()
