r"""SQuAD in one text, its first passages judged again by the embedded model.

    python -m benchmarks.retrieval.rerank ../shared/data/squad/squad.jsonl

Every question's first passages are judged once; the rows compare the orders that the judgements
can make. A passage counts if it and the gold paragraph share half of the shorter one. The
milliseconds are those of the search, and of search and judging where the judgements count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.retrieval.finders import rank
from benchmarks.retrieval.passages import joined, print_table, within
from docagent.answering.rerank import ModelReranker
from docagent.engine import ChatQwen2
from retrieval import Corpus
from retrieval.passage import Passage
from retrieval.ranking.rerank import reranked

PLACES = (1, 3, 5)
NONE = "none"


class Known:
    """Scores that were computed before."""

    def __init__(self, scores: list[float]) -> None:
        self._scores = scores

    def scores(self, question: str, passages: object) -> list[float]:
        return self._scores


def orders(question: str, found: list[Passage], scores: list[float]) -> dict[str, list[Passage]]:
    """The same passages by rank, by both, and by the judgement alone."""
    numbers = list(range(len(found)))
    told = sorted(numbers, key=lambda n: -scores[n])
    return {
        NONE: found,
        "mean of scores": reranked(question, found, Known(scores)),
        "model alone": [found[n] for n in told],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--every", type=int, default=7, help="take one question in so many")
    parser.add_argument("--depth", type=int, default=10, help="passages judged")
    options = parser.parse_args()
    judging = ModelReranker(ChatQwen2.from_pretrained(options.model))
    ranks: dict[str, list[float | None]] = {}
    search = judge = 0.0
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "squad.txt"
        rows = joined(options.questions, text)[:: options.every]
        corpus = Corpus.open([text], cache=folder)
        for row in rows:
            begun = time.perf_counter()
            found = corpus.search(row["question"], options.depth)
            between = time.perf_counter()
            scores = judging.scores(row["question"], found)
            search += between - begun
            judge += time.perf_counter() - between
            gold = row["char_start"], row["char_end"]
            for name, order in orders(row["question"], found, scores).items():
                spans = [(passage.start, passage.end) for passage in order]
                ranks.setdefault(name, []).append(rank(spans, gold))
    heads = " | ".join(f"first {place}" for place in PLACES)
    searched, judged = (1000 * spent / len(rows) for spent in (search, judge))
    lines = []
    for name, one in ranks.items():
        taken = searched if name == NONE else searched + judged
        lines.append(f"| {name} | {len(one)} | {within(one, PLACES)} | {taken:,.0f} |")
    print_table(f"| rerank | n | {heads} | ms a question |", lines)
    ratio = judged / searched
    print(
        f"\nModelReranker {options.depth} passages takes {ratio:.0f} times as long as the search."
    )


if __name__ == "__main__":
    main()
