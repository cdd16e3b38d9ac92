r"""What each sign of the ranking is worth: all of them, and all but one.

    python -m benchmarks.retrieval.ablation ../shared/data/finance_dev/finance.jsonl page_level.jsonl \
        --squad ../shared/data/squad/squad.jsonl \
        --hotpot ../shared/data/multihop/hotpot_train.jsonl

Page sets: gold page first / within 4,000 tokens. SQuAD: gold paragraph first / within 5 passages.
HotpotQA: both passages within 1,000 / 4,000 tokens. The indexes are made once, in the cache.
"found by words alone" is what a first question gets while vectors are still being made: words find
the candidates, whose vectors are made at once.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.retrieval.finders import rank, tokens_to
from benchmarks.retrieval.passages import joined
from benchmarks.retrieval.systems import first_gold, read_rows
from retrieval import Corpus
from retrieval.ranking import candidates, search
from retrieval.store.passage_index import PassageIndex

DEPTH = 100
Row = dict[str, Any]
Judge = Callable[[Corpus, Row], tuple[bool, bool]]

WAYS: dict[str, dict[str, float]] = {
    "all": {},
    "without BM25": {"WORDS": 0.0},
    "without cosines": {"MEANING": 0.0},
    "without terms together": {"_TOGETHER": 0.0},
    "without terms in order": {"_IN_ORDER": 0.0},
    "without likely words": {"LIKELY": 0.0},
    "without titles of likely places": {"_PLACE": 0.0},
    "without likely words and titles": {"LIKELY": 0.0, "_PLACE": 0.0},
    "without leads": {"_LINKED": 0.0},
    "BM25 and cosines alone": {
        "_TOGETHER": 0.0, "_IN_ORDER": 0.0, "LIKELY": 0.0, "_PLACE": 0.0, "_LINKED": 0.0,
        "_NAMED": 0.0,
    },
}  # fmt: skip


FIRST = "found by words alone, all signs"


@contextmanager
def words_alone() -> Iterator[None]:
    """No passage is found by its vector; those found by words still have theirs."""
    nearest = PassageIndex.nearest
    PassageIndex.nearest = lambda *_: []  # type: ignore[method-assign]
    try:
        yield
    finally:
        PassageIndex.nearest = nearest  # type: ignore[method-assign]


@contextmanager
def weights(changed: dict[str, float]) -> Iterator[None]:
    """The ranking with other weights."""
    owners = {name: search if name.startswith("_") else candidates for name in changed}
    kept = {name: getattr(owner, name) for name, owner in owners.items()}
    for name, value in changed.items():
        setattr(owners[name], name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(owners[name], name, value)


def by_page(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    hits = ((p.page or 0, len(p.text)) for p in corpus.search(row["question"], DEPTH))
    found = first_gold(hits, set(row["evidence_pages"]))
    return (found is not None and found[0] == 1), (found is not None and found[1] <= 4000)


def by_paragraph(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    spans = [(p.start, p.end) for p in corpus.search(row["question"], 5)]
    place = rank(spans, (row["char_start"], row["char_end"]))
    return place == 1, place is not None


def by_both(corpus: Corpus, row: Row) -> tuple[bool, bool]:
    spans = [(p.start, p.end) for p in corpus.search(row["question"], DEPTH)]
    read = tokens_to(spans, [(one["char_start"], one["char_end"]) for one in row["evidence"]])
    return (read is not None and read <= 1000), (read is not None and read <= 4000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--squad", type=Path, required=True)
    parser.add_argument("--hotpot", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "squad.txt"
        sets: dict[str, tuple[Judge, list[Row]]] = {
            file.stem: (by_page, read_rows(file)) for file in options.pages
        }
        squad = [{**row, "doc": str(text)} for row in joined(options.squad, text)]
        hotpot = [json.loads(line) for line in options.hotpot.read_text("utf-8").splitlines()]
        hotpot = [{**row, "doc": str(options.hotpot.parent / row["doc"])} for row in hotpot]
        sets |= {"squad": (by_paragraph, squad), "hotpot": (by_both, hotpot)}
        sets = {name: (judge, rows[:: options.every]) for name, (judge, rows) in sets.items()}
        files = {row["doc"] for _, rows in sets.values() for row in rows}
        corpora = {file: Corpus.open([file]) for file in sorted(files)}
        heads = " | ".join(f"{name}, n={len(rows)}" for name, (_, rows) in sets.items())
        print(f"| ranking | {heads} |")
        print("|" + " --- |" * (1 + len(sets)))
        for way in (*WAYS, FIRST):
            cells = [way]
            with words_alone() if way == FIRST else weights(WAYS[way]):
                for judge, rows in sets.values():
                    judged = [judge(corpora[row["doc"]], row) for row in rows]
                    cells.append(
                        " ".join(
                            f"{sum(one[n] for one in judged) / len(judged):.3f}" for n in (0, 1)
                        )
                    )
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
