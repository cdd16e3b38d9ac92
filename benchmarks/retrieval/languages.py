"""Search in other languages: XQuAD, a passage that overlaps the gold paragraph.

    python -m benchmarks.retrieval.languages xquad              # each language on its own text
    python -m benchmarks.retrieval.languages xquad --crossed    # and each on every other's

The folder has LANGUAGE.txt and LANGUAGE.jsonl, whose rows name the same question by the same `qid`.
"words" is the lexical side alone; "both" is `--embedding auto`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from benchmarks.harness import Row, Table, arguments
from benchmarks.retrieval.spans import Span, find, shares
from docagent.jsonl import read_rows
from retrieval import Corpus

FIRST = (1, 3, 5)
MODELS = {"English model": "embedded", "both": "auto"}


def main() -> None:
    options = arguments(__doc__, "folder", quick={"every": 40}, every=1, crossed=False)
    files = sorted(options.folder.glob("*.jsonl"))
    (crossed if options.crossed else straight)(files, options.every)


def straight(files: Sequence[Path], every: int) -> None:
    table = Table("language", "n", "passages", "words", "search")
    for file in files:
        rows = read_rows(file)[::every]
        corpus = Corpus.open([file.with_suffix(".txt")])
        passages = corpus.passages(corpus.documents[0])
        spans = [(passage.start, passage.end) for passage in passages]
        found = corpus._index.by_words([row["question"] for row in rows], 5)
        words = [[spans[number] for number, _ in ranking] for ranking in found]
        whole = [find(corpus, row["question"], 5) for row in rows]
        cells = [" ".join(shares(ranks(rows, results), FIRST)) for results in (words, whole)]
        table.add(file.stem, len(rows), len(spans), *cells)


def crossed(files: Sequence[Path], every: int) -> None:
    table = Table("text", "questions", "n", *MODELS)
    means: dict[str, list[list[tuple[float, float]]]] = {"the same": [], "another": []}
    questions = {
        file.stem: {row["qid"]: row["question"] for row in read_rows(file)} for file in files
    }
    for file in (file for file in files if file.with_suffix(".txt").exists()):
        rows = read_rows(file)[::every]
        for asked, by_id in questions.items():
            pairs = []
            for model in MODELS.values():
                corpus = Corpus.open([file.with_suffix(".txt")], embedding=model)
                places = ranks(rows, [find(corpus, by_id[row["qid"]], 5) for row in rows])
                first = sum(place == 1 for place in places)
                within = sum(place is not None for place in places)
                pairs.append((first / len(rows), within / len(rows)))
            means["the same" if asked == file.stem else "another"].append(pairs)
            table.add(file.stem, asked, len(rows), *(f"{a:.3f} / {b:.3f}" for a, b in pairs))
    for kind, of_kind in means.items():
        by_model = [map(fmean, zip(*pairs, strict=True)) for pairs in zip(*of_kind, strict=True)]
        table.add("mean", kind, "", *(" / ".join(f"{m:.3f}" for m in two) for two in by_model))


def ranks(rows: list[Row], results: list[list[Span]]) -> Sequence[int | None]:
    """Place of the first passage that overlaps each row's gold paragraph, from 1."""
    hits = [
        [start < row["char_end"] and end > row["char_start"] for start, end in passages]
        for row, passages in zip(rows, results, strict=True)
    ]
    return [hit.index(True) + 1 if True in hit else None for hit in hits]


if __name__ == "__main__":
    main()
