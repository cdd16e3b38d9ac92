r"""Does the document answer at all? Own questions, and questions about another document.

    python -m benchmarks.verdict ../shared/data/squad/squad.jsonl --every 3 \
        ../shared/data/sec10q/sec10q.jsonl ../shared/data/finance_dev/finance.jsonl

Rows as in benchmarks/squad.py. Each answerable question is asked of its own document, and of one
from the next file given (the last one's of the first).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from docagent.checking.found import ASK_ANYWAY, ENOUGH, judge
from docagent.checking.quotes import quotes
from retrieval import Corpus

Ask = tuple[Path, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="take one row in so many")
    options = parser.parse_args()
    own: list[list[Ask]] = []
    unanswerable: list[Ask] = []
    for file in options.files:
        own.append([])
        for line in file.read_text("utf-8").splitlines()[:: options.every]:
            row: dict[str, Any] = json.loads(line)
            if not isinstance(row["doc"], str):
                continue  # a question on several documents
            ask = file.parent / row["doc"], row["question"]
            (own[-1] if row.get("answerable", True) else unanswerable).append(ask)
    foreign = []
    for index, asks in enumerate(own):
        documents = list(dict.fromkeys(document for document, _ in own[(index + 1) % len(own)]))
        foreign += [
            (documents[n % len(documents)], question) for n, (_, question) in enumerate(asks)
        ]

    corpora: dict[Path, Corpus] = {}
    kinds = {
        "answerable": scores([ask for asks in own for ask in asks], corpora),
        "about another document": scores(foreign, corpora),
        "unanswerable from its own": scores(unanswerable, corpora),
    }
    print(
        "| bar | " + " | ".join(f"{kind}, n={len(found)}" for kind, found in kinds.items()) + " |"
    )
    print("| --- | --- | --- | --- |")
    for bar in sorted({ASK_ANYWAY, 1.15, ENOUGH, 1.35}):
        refused = [sum(score < bar for score in found) / len(found) for found in kinds.values()]
        print(f"| {bar:.2f} | " + " | ".join(f"{share:.3f}" for share in refused) + " |")


def scores(asks: list[Ask], corpora: dict[Path, Corpus]) -> list[float]:
    """The verdict's score of each question on its document."""
    found = []
    for document, question in asks:
        if document not in corpora:
            corpora[document] = Corpus.open([document])
            corpora[document].encoder = next(iter(corpora.values())).encoder
        corpus = corpora[document]
        ranked = corpus.search(question, 60)
        near = quotes(corpus, question, ranked)
        found.append(judge(corpus, question, ranked, near, weak=True).score)
    return found


if __name__ == "__main__":
    main()
