"""Search in other languages: gold answer in the first 1, 3 and 5 passages on XQuAD.

    python -m benchmarks.languages ../shared/data/xquad --every 5

"now" weighs the cosines by how far the embedding model knows the language; "equal" always counts
them fully, "words" never.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from retrieval import Corpus


class Weighed(Corpus):
    """A corpus whose cosines count as much as it is told."""

    weight: float | None = None

    def trust(self, question: str) -> float:
        return super().trust(question) if self.weight is None else self.weight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    options = parser.parse_args()
    print("| language | n | equal | words | now |")
    print("| --- | --- | --- | --- | --- |")
    for file in sorted(options.folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()][:: options.every]
        corpus = Weighed.open([file.with_suffix(".txt")])
        assert isinstance(corpus, Weighed)
        cells = [file.stem, str(len(rows))]
        for corpus.weight in (1.0, 0.0, None):
            ranks = []
            for row in rows:
                texts = [passage.text for passage in corpus.search(row["question"], 5)]
                hits = [any(answer in text for answer in row["answers"]) for text in texts]
                ranks.append(hits.index(True) if True in hits else 5)
            cells.append(
                " ".join(f"{sum(r < k for r in ranks) / len(rows):.2f}" for k in (1, 3, 5))
            )
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
