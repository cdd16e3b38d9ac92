"""One index over many documents: is the right one found, and the right page in it?

    python -m benchmarks.retrieval.which_document finance_many/finance.jsonl \\
        finance_dev/finance.jsonl --fit sec10q/sec10q.jsonl --unnamed squad/squad.jsonl

All documents of the sets and of --fit go into one index. The first table counts, over the questions
with gold pages, how often the first passage is of the right document, how often one of the first
five pages is, and the same for the gold page; with what a question names, and without.

The second table is the fit of the weights that `retrieval/ranking/which_document.py` holds, a
conditional logit over the documents and "none of them": on these sets, those of --fit, whose rows
need no pages, and those of --unnamed, whose questions name no document of their own index. It
gives the mean probability of the right document (of "none" for the unnamed) under weights fitted
on all sets, and under those fitted on the other sets.

With `--store lance:FOLDER` the same documents also go into a store for large collections, and the
same questions are asked of it; there is no fit then.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Row, Table, arguments, timed
from docagent.jsonl import read_rows
from retrieval import Corpus, prepare
from retrieval.large import fill_store
from retrieval.lexical.profiles import Match
from retrieval.ranking import search
from retrieval.store.passage_index import PassageIndex

_PAGES = 5
_STEPS, _RATE, _DECAY = 1500, 0.5, 0.01  # of the descent; decay keeps weights of rare signs small

Matches = NDArray[np.float64]  # [documents, signs], and what is made of them


def pages_of(corpus: Corpus, question: str) -> list[tuple[str, int | None]]:
    """The first five pages, each with its document, in the order of their best passages."""
    passages = corpus.search(question, 100)
    return list(dict.fromkeys((p.document, p.page) for p in passages))[:_PAGES]


def print_found(corpora: dict[str, Corpus], rows: list[Row]) -> None:
    columns = ("document first", "within 5 pages", "page first", "within 5 pages", "ms a question")
    table = Table("ranking", "n", *columns)
    for place, corpus in corpora.items():
        table.add(f"as it is{place}", len(rows), *_found(corpus, rows))
        likely, search._LIKELY = search._LIKELY, 2.0  # a probability that none has
        table.add(f"names do not count{place}", len(rows), *_found(corpus, rows))
        search._LIKELY = likely


def _found(corpus: Corpus, rows: list[Row]) -> list[str]:
    corpus.search("the first question loads what all need", 1)
    hits, took = np.zeros(4), []
    for row in rows:
        gold = {(row["name"], page) for page in row["evidence_pages"]}
        found, seconds = timed(lambda: pages_of(corpus, row["question"]))  # noqa: B023
        right = [document == row["name"] for document, _ in found]
        hits += [right[0], any(right), found[0] in gold, bool(gold & set(found))]
        took.append(1000 * seconds)
    return [*(f"{hit / len(rows):.3f}" for hit in hits), f"{np.median(took):.0f}"]


class Signs(NamedTuple):
    """What a set's questions share with each document; `right` is -1 where they name none."""

    matches: list[Matches]
    right: list[int]


def signs(corpus: Corpus, rows: list[Row], named: bool) -> Signs:
    assert isinstance(corpus._index, PassageIndex)
    profiles, names = corpus._index.profiles, corpus.documents
    queries = [corpus.query(row["question"]) for row in rows]
    matches = [profiles.matches(q.names, q.years, q.quarters, q.latest) for q in queries]
    right = [names.index(row["name"]) if named else -1 for row in rows]
    return Signs([np.array(match) for match in matches], right)


def odds(weights: Matches, matches: Matches) -> Matches:
    """Probabilities of the documents and, last, of none; the last weight is that one's logit."""
    logits = np.append(matches @ weights[:-1], weights[-1])
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum())


def fit(sets: Sequence[Signs]) -> Matches:
    """Weights under which the right documents are likeliest, each set as heavy as another."""
    every = np.concatenate([m for each in sets if each.right[0] >= 0 for m in each.matches])
    scale = np.append(np.std(every, axis=0) + 1e-9, 1.0)
    weights = np.zeros(len(scale))
    for _ in range(_STEPS):
        gradient = np.append(-_DECAY * weights[:-1], 0.0)
        for each in sets:
            for matches, right in zip(each.matches, each.right, strict=True):
                surplus = -odds(weights / scale, matches)
                surplus[right] += 1
                change = np.append(surplus[:-1] @ matches, surplus[-1]) / scale
                gradient += change / len(each.right) / len(sets)
        weights += _RATE * gradient
    return np.asarray(weights / scale)


def print_fit(sets: dict[str, Signs]) -> None:
    def right(weights: Matches, each: Signs) -> str:
        pairs = zip(each.matches, each.right, strict=True)
        return f"{np.mean([odds(weights, matches)[gold] for matches, gold in pairs]):.3f}"

    weights = fit(list(sets.values()))
    table = Table("set", "n", "fitted on all sets", "fitted on the others", title="The fit")
    for name, each in sets.items():
        others = fit([other for key, other in sets.items() if key != name])
        table.add(name, len(each.right), right(weights, each), right(others, each))
    named = zip([*Match._fields, "none"], weights, strict=True)
    table.note(f"Weights: {', '.join(f'{sign} {weight:.1f}' for sign, weight in named)}.")


def indexed(files: Sequence[Path]) -> tuple[Corpus, dict[str, list[Row]]]:
    """One index over the folders of the sets' documents; rows get the "name" of theirs there."""
    sets = {
        file.parent.name: [r for r in read_rows(file) if r.get("answerable", True)]
        for file in files
    }
    paths = {
        file: [(file.parent / row["doc"]).resolve() for row in sets[file.parent.name]]
        for file in files
    }
    corpus = prepare(sorted({path.parent for each in paths.values() for path in each}))
    names = {Path(corpus.source(name)).resolve(): name for name in corpus.documents}
    for file, each in paths.items():
        for row, path in zip(sets[file.parent.name], each, strict=True):
            row["name"] = names[path]
    return corpus, sets


def main() -> None:
    options = arguments(__doc__, "sets+", fit=[Path()], unnamed=[Path()], store="")
    fitted, unnamed = ([f for f in each if f.name] for each in (options.fit, options.unnamed))
    corpus, sets = indexed([*options.sets, *fitted])
    asked = [row for rows in sets.values() for row in rows if row.get("evidence_pages")]
    if options.store:
        fill_store(options.store, sorted({Path(corpus.source(d)).parent for d in corpus.documents}))
        store = Corpus.of_store(options.store)
        assert sorted(store.documents) == sorted(corpus.documents), "the store names them otherwise"
        print_found({"": corpus, ", from the store": store}, asked)
        return
    print_found({"": corpus}, asked)
    known = {name: signs(corpus, rows, named=True) for name, rows in sets.items()}
    for file in unnamed:
        corpus, sets = indexed([file])
        known |= {name: signs(corpus, rows, named=False) for name, rows in sets.items()}
    print_fit(known)


if __name__ == "__main__":
    main()
