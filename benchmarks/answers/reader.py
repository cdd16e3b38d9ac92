"""The small reader by itself: each question of SQUAD asked of its own paragraph.

Rows: {"question", "answers", "answerable", "doc" (relative to the file), "char_start", "char_end"}.
`--every N` takes one row in N of each kind.
"""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Row, Table, arguments
from docagent.evaluation.metrics import exact_match, f1
from docagent.jsonl import read_rows
from retrieval.embed.encoder import Encoder
from retrieval.reader.reader import Reader, Reading, Text

MISSED = (0.02, 0.05, 0.08, 0.10, 0.15, 0.20)
"""Shares of the answerable questions that may be refused."""

_PASSAGES, _LENGTH = 10, 900  # of the timing; characters, what a passage of a search has
_ROUNDS = 7

Numbers = NDArray[np.float64]


def read(reader: Reader, row: Row, folder: Path) -> Reading:
    """The likeliest words of a question's own paragraph."""
    text = (folder / row["doc"]).read_text("utf-8")[row["char_start"] : row["char_end"]]
    encoder = Encoder("minilm")
    cosine = encoder.encode_query(row["question"])[0] @ encoder.encode_sentences([text])[0]
    return reader.read(row["question"], [Text(text, float(cosine))])[0]


def print_figures(rows: list[Row], found: list[Reading]) -> None:
    """F1, exact match, the curve of refusals and how well probabilities mean what they say."""
    truth = np.array([row["answerable"] for row in rows])
    likely = np.array([reading.probability for reading in found])
    own, others = likely[truth], likely[~truth]
    table = Table("", "")
    pairs = [(one.text, row["answers"]) for one, row in zip(found, rows, strict=True)]
    for name, score in (("F1", f1), ("exact match", exact_match)):
        scores = [score(*pair) for pair, answered in zip(pairs, truth, strict=True) if answered]
        table.add(f"{name} of {len(own)} answerable", f"{np.mean(scores):.3f}")
    area = np.greater.outer(own, others).mean() + np.equal.outer(own, others).mean() / 2
    table.add(f"AUC against {len(others)} open ones", f"{area:.3f}")
    for share in MISSED:
        bar = np.quantile(own, share)
        cell = f"{(others < bar).mean():.3f} (probability {bar:.2f})"
        table.add(f"open ones refused at {share:.2f} of the answerable", cell)
    gaps = 0.0
    for low, high in pairwise(np.linspace(0, 1, 11)):
        inside = (likely >= low) & ((likely < high) | (high == 1))
        if inside.any():
            gaps += inside.mean() * abs(likely[inside].mean() - truth[inside].mean())
            cell = f"{truth[inside].mean():.2f} of {inside.sum()}"
            table.add(f"answerable at {low:.1f} to {high:.1f}", cell)
    table.add("expected calibration error", f"{gaps:.3f}")


def seconds(reader: Reader, rows: list[Row], folder: Path) -> list[float]:
    """What ten passages take."""
    text = (folder / rows[0]["doc"]).read_text("utf-8")
    starts = range(0, _PASSAGES * _LENGTH, _LENGTH)
    passages = [Text(text[start : start + _LENGTH], 0.5) for start in starts]
    taken = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        reader.read(rows[0]["question"], passages)
        taken.append(time.perf_counter() - begun)
    return taken


def main() -> None:
    options = arguments(__doc__, "questions", quick={"every": 45}, every=1)
    rows = read_rows(options.questions)
    chosen = [
        row
        for kind in (True, False)
        for row in [row for row in rows if row["answerable"] is kind][:: options.every]
    ]
    reader, folder = Reader(), options.questions.parent
    print_figures(chosen, [read(reader, row, folder) for row in chosen])
    taken = seconds(reader, rows, folder)
    print(
        f"\n{_PASSAGES} passages of {_LENGTH} characters: median {statistics.median(taken):.3f} s, "
        f"least {min(taken):.3f} s"
    )


if __name__ == "__main__":
    main()
