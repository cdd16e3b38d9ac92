"""One index over many documents: is the right one found, and the right page in it?

    python -m benchmarks.retrieval.which_document finance_many/finance.jsonl \\
        finance_dev/finance.jsonl --fit sec10q/sec10q.jsonl

All documents beside the sets' files go into one index. The first table counts, over the questions
with gold pages, how often the first passage is of the right document, how often one of the first
five pages is, and the same for the gold page; with what a question names, and without.

The second table is the fit of the weights that `retrieval/ranking/which_document.py` holds, a
conditional logit over the documents, on these sets and those of --fit, whose rows need no pages:
right document first and among three, by weights of all sets and by those of all other sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Row, Table, arguments
from docagent.jsonl import read_rows
from retrieval import Corpus, prepare
from retrieval.lexical.profiles import Match, Profiles
from retrieval.ranking import search

_PAGES = 5
_STEPS, _RATE, _DECAY = 1000, 0.3, 0.02  # of the descent; decay keeps weights of rare signs small

Matches = NDArray[np.float64]  # [documents, signs]


def pages_of(corpus: Corpus, question: str) -> list[tuple[str, int | None]]:
    """The first five pages, each with its document, in the order of their best passages."""
    passages = corpus.search(question, 100)
    return list(dict.fromkeys((p.document, p.page) for p in passages))[:_PAGES]


def print_found(corpus: Corpus, rows: list[Row]) -> None:
    columns = ("document first", "within 5 pages", "page first", "within 5 pages")
    table = Table("ranking", "n", *columns)
    for way, weight in (("as it is", search._DOCUMENT), ("names do not count", 0.0)):
        before, search._DOCUMENT = search._DOCUMENT, weight
        hits = np.zeros(4)
        for row in rows:
            gold = {(row["name"], page) for page in row["evidence_pages"]}
            found = pages_of(corpus, row["question"])
            right = [document == row["name"] for document, _ in found]
            hits += [right[0], any(right), found[0] in gold, bool(gold & set(found))]
        search._DOCUMENT = before
        table.add(way, len(rows), *(f"{hit / len(rows):.3f}" for hit in hits))


def fit(matches: Sequence[Matches], right: Sequence[int]) -> NDArray[np.float64]:
    """Weights of the signs under which the right documents are likeliest, by gradient ascent."""
    scale = np.std(np.concatenate(matches), axis=0) + 1e-9
    weights = np.zeros(len(scale))
    for _ in range(_STEPS):
        gradient = -_DECAY * weights
        for rows, gold in zip(matches, right, strict=True):
            logits = rows / scale @ weights
            odds = np.exp(logits - logits.max())
            expected = odds / odds.sum() @ (rows / scale)
            gradient += (rows[gold] / scale - expected) / len(matches)
        weights += _RATE * gradient
    fitted: NDArray[np.float64] = weights / scale
    return fitted


def accuracy(weights: NDArray[np.float64], matches: Sequence[Matches], right: Sequence[int]) -> str:
    """Right document first / among three."""
    places = [
        int((rows @ weights > rows[gold] @ weights).sum())
        for rows, gold in zip(matches, right, strict=True)
    ]
    return f"{np.mean([p < 1 for p in places]):.3f} / {np.mean([p < 3 for p in places]):.3f}"


def print_fit(corpus: Corpus, profiles: Profiles, sets: dict[str, list[Row]]) -> None:
    names = corpus.documents
    data: dict[str, tuple[list[Matches], list[int]]] = {}
    for name, rows in sets.items():
        queries = [corpus.query(row["question"]) for row in rows]
        matches = [
            np.array(profiles.matches(q.names, q.years, q.quarters, q.latest)) for q in queries
        ]
        data[name] = matches, [names.index(row["name"]) for row in rows]

    def joined(keep: Sequence[str]) -> tuple[list[Matches], list[int]]:
        pairs = [data[name] for name in keep]
        return [m for ms, _ in pairs for m in ms], [r for _, rs in pairs for r in rs]

    weights = fit(*joined(list(data)))
    table = Table("set", "n", "fitted on all sets", "fitted on the others", title="The fit")
    for name, (matches, right) in data.items():
        other = [each for each in data if each != name]
        held = accuracy(fit(*joined(other)), matches, right) if other else "-"
        table.add(name, len(right), accuracy(weights, matches, right), held)
    fitted = ", ".join(f"{s} {w:.1f}" for s, w in zip(Match._fields, weights, strict=True))
    table.note(f"Weights: {fitted}.")


def main() -> None:
    options = arguments(__doc__, "sets+", fit=[Path()])
    files = [*options.sets, *(file for file in options.fit if file.name)]
    sets = {file.parent.name: list(read_rows(file)) for file in files}
    folders = sorted({file.parent / Path(read_rows(file)[0]["doc"]).parent for file in files})
    corpus = prepare(folders)
    by_file = {Path(corpus.source(name)).resolve(): name for name in corpus.documents}
    for file in files:
        for row in sets[file.parent.name]:
            row["name"] = by_file[(file.parent / row["doc"]).resolve()]
    print_found(corpus, [row for rows in sets.values() for row in rows if row["evidence_pages"]])
    print_fit(corpus, corpus._index.profiles, sets)


if __name__ == "__main__":
    main()
