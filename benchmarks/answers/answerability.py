"""How sure is docagent that passages answer? Collects the signs, fits and checks the weights.

    python -m benchmarks.answers.answerability signs.csv --questions QUESTIONS.jsonl --model MODEL

A row of QUESTIONS has `doc` (relative to its file), `question`, `answerable` and `answers`; its
signs are added to the file of signs. --fit prints figures on documents left out of the fit, then
writes docagent/answering/answerability.json from all rows.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import arguments
from docagent.answering import answerability
from docagent.answering.answerability import ANSWERS, nearness, yes
from docagent.answering.context import QueryContext
from docagent.answering.evidence import portions
from docagent.answering.search import search
from docagent.api import DocAgent
from docagent.jsonl import read_rows

HEAD = ["model", "document", "answerable", "foreign", "yes", "near"]
REFUSED = 0.08  # share of answerable questions that may be refused
_STEPS = 50
_RIDGE = 1.0  # signs that help on some documents alone shall not carry the others

Numbers = NDArray[np.float64]


def collect(questions: Path, output: Path, model: str, budget: int) -> None:
    """Ask for the signs of each row's best passages; goes on where it was broken off."""
    rows = read_rows(questions)
    documents = list(dict.fromkeys(row["doc"] for row in rows))
    done = len(output.read_text("utf-8").splitlines()) - 1 if output.exists() else 0
    agent = DocAgent(model)
    with output.open("a", encoding="utf-8", newline="") as sink:
        write = csv.writer(sink)
        if not done:
            write.writerow(HEAD)
        for row in rows[max(done, 0) :]:
            corpus = agent.prepare(questions.parent / row["doc"])
            reader = agent.language_model()
            query = corpus.query(row["question"])
            context = QueryContext(corpus, query, reader, agent.settings, agent.cache)
            result = search(context)
            sources = next(portions(result.ranked, budget, context.model.count), [])
            read = " ".join(source.text for source in sources)
            answers = row["answerable"] and any(answer in read for answer in row["answers"])
            # Of what is plainly foreign no reader is asked.
            sure = np.nan if result.verdict.foreign else yes(context, sources)
            labels = documents.index(row["doc"]), int(answers), int(row.get("foreign", False))
            write.writerow([model, *labels, f"{sure:.4f}", f"{nearness(result.verdict):.4f}"])
            sink.flush()


def fit(files: list[Path]) -> None:
    """Print held-out figures and write the weights."""
    rows = [row for file in files for row in csv.DictReader(file.open(encoding="utf-8"))]

    def columns(rows: list[dict[str, str]], *names: str) -> Numbers:
        return np.array([[float(row[name]) for name in names] for row in rows])

    read = [row for row in rows if row["yes"] != "nan"]
    labels, everywhere = (columns(some, "answerable")[:, 0] for some in (read, rows))
    for name, some, signs in (
        ("yes", read, ["yes"]),
        ("near", read, ["near"]),
        ("both", read, ["yes", "near"]),
        ("search alone", rows, ["near"]),
    ):
        truth = labels if some is read else everywhere
        documents = columns(some, "document")[:, 0]
        print(f"{name}: {_figures(_held_out(columns(some, *signs), truth, documents), truth)}")
    search_alone = _logistic(columns(rows, "near"), everywhere)
    # For questions of which half are answered, whatever their share of the rows.
    search_alone[0] += np.log((everywhere == 0).sum() / (everywhere == 1).sum())
    weights = {
        "reader": [round(float(w), 3) for w in _logistic(columns(read, "yes"), labels)],
        "search": [round(float(w), 3) for w in search_alone],
    }
    target = Path(answerability.__file__).with_suffix(".json")
    target.write_text(json.dumps(weights) + "\n", encoding="utf-8")
    print(weights)


def _held_out(signs: Numbers, labels: Numbers, documents: Numbers) -> Numbers:
    """Log odds of each row by weights fitted on all other documents."""
    odds = np.zeros(len(labels))
    for document in set(documents.tolist()):
        own = documents == document
        weights = _logistic(signs[~own], labels[~own])
        odds[own] = weights[0] + signs[own] @ weights[1:]
    return odds


def _logistic(signs: Numbers, labels: Numbers) -> Numbers:
    """Intercept and weights by Newton's method; the weights are kept small."""
    inputs = np.c_[np.ones(len(signs)), signs]
    weights = np.zeros(inputs.shape[1])
    ridge = np.diag([0.0, *[_RIDGE] * signs.shape[1]])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (labels - likely) - ridge @ weights
        curve = inputs.T @ (inputs * (likely * (1 - likely))[:, None]) + ridge
        weights += np.linalg.solve(curve, slope)
    return weights


def _figures(odds: Numbers, labels: Numbers) -> str:
    own, others = odds[labels == 1], odds[labels == 0]
    area = np.greater.outer(own, others).mean() + np.equal.outer(own, others).mean() / 2
    bars = {
        f"{REFUSED:.2f} of {len(own)} answerable": np.quantile(own, REFUSED),
        f"a probability of {ANSWERS:.2f}": np.log(ANSWERS / (1 - ANSWERS)),
    }
    refused = (
        f"with the bar at {name} refused {(own < bar).mean():.3f}, of {len(others)} others "
        f"{(others < bar).mean():.3f}"
        for name, bar in bars.items()
    )
    return f"AUC {area:.3f}; {'; '.join(refused)}"


def main() -> None:
    options = arguments(__doc__, "signs+", questions=Path, fit=False, model="embedded", budget=500)
    if options.questions:
        collect(options.questions, options.signs[0], options.model, options.budget)
    if options.fit:
        fit(options.signs)


if __name__ == "__main__":
    main()
