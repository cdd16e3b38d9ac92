"""How sure is docagent that passages answer? Collects the signs, fits and checks the weights.

    python -m benchmarks.answers.answerability collect QUESTIONS.jsonl SIGNS.csv --model MODEL
    python -m benchmarks.answers.answerability fit SIGNS.csv ...

A row of QUESTIONS has `doc` (relative to its file), `question`, `answerable` and `answers`. A row
of SIGNS has numbers alone. `fit` prints figures on documents left out of the fit, then writes
docagent/answering/answerability.json from all rows.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docagent.answering import answerability
from docagent.answering.answerability import ANSWERS, nearness, yes
from docagent.answering.context import QueryContext
from docagent.answering.evidence import portions
from docagent.answering.search import search
from docagent.api import DocAgent

HEAD = ["model", "document", "answerable", "foreign", "yes", "near"]
REFUSED = 0.08  # share of answerable questions that may be refused
_STEPS = 50
_RIDGE = 1.0  # signs that help on some documents alone shall not carry the others

Numbers = NDArray[np.float64]


def collect(questions: Path, output: Path, model: str, budget: int) -> None:
    """Ask for the signs of each row's best passages; goes on where it was broken off."""
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    documents = list(dict.fromkeys(row["doc"] for row in rows))
    done = len(output.read_text("utf-8").splitlines()) - 1 if output.exists() else 0
    with output.open("a", encoding="utf-8", newline="") as sink:
        write = csv.writer(sink)
        if not done:
            write.writerow(HEAD)
        agent = DocAgent(model)
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
            said = np.nan if result.verdict.foreign else yes(context, sources)
            write.writerow(
                [
                    model,
                    documents.index(row["doc"]),
                    int(answers),
                    int(row.get("foreign", False)),
                    f"{said:.4f}",
                    f"{nearness(result.verdict):.4f}",
                ]
            )
            sink.flush()


def fit(files: list[Path]) -> None:
    """Print held-out figures and write the weights."""
    rows = [row for file in files for row in csv.DictReader(file.open(encoding="utf-8"))]
    asked = [row for row in rows if row["yes"] != "nan"]
    documents = np.array([int(row["document"]) for row in asked])
    labels = np.array([float(row["answerable"]) for row in asked])
    signs = np.array([[float(row["yes"]), float(row["near"])] for row in asked])
    for name, columns in (("yes", [0]), ("near", [1]), ("both", [0, 1])):
        print(f"{name}: {_figures(_held_out(signs[:, columns], labels, documents), labels)}")
    all_signs = np.array([[float(row["near"])] for row in rows])
    all_labels = np.array([float(row["answerable"]) for row in rows])
    all_documents = np.array([int(row["document"]) for row in rows])
    print(f"search alone: {_figures(_held_out(all_signs, all_labels, all_documents), all_labels)}")
    weights = {
        "reader": [round(float(w), 3) for w in _logistic(signs[:, :1], labels)],
        "search": [round(float(w), 3) for w in _even(_logistic(all_signs, all_labels), all_labels)],
    }
    target = Path(answerability.__file__).with_suffix(".json")
    target.write_text(json.dumps(weights) + "\n", encoding="utf-8")
    print(weights)


def _held_out(signs: Numbers, labels: Numbers, documents: NDArray[np.int64]) -> Numbers:
    """Log odds of each row by weights fitted on all other documents."""
    told = np.zeros(len(labels))
    for document in set(documents.tolist()):
        own = documents == document
        weights = _logistic(signs[~own], labels[~own])
        told[own] = weights[0] + signs[own] @ weights[1:]
    return told


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


def _even(weights: Numbers, labels: Numbers) -> Numbers:
    """The weights for questions of which half are answered, whatever their share of the rows."""
    return np.array([weights[0] + np.log((labels == 0).sum() / (labels == 1).sum()), *weights[1:]])


def _figures(told: Numbers, labels: Numbers) -> str:
    yes, no = told[labels == 1], told[labels == 0]
    area = (np.greater.outer(yes, no).mean() + np.equal.outer(yes, no).mean() / 2).item()
    bars = {
        f"{REFUSED:.2f} of {len(yes)} answerable": np.quantile(yes, REFUSED),
        f"a probability of {ANSWERS:.2f}": np.log(ANSWERS / (1 - ANSWERS)),
    }
    refused = (
        f"with the bar at {name} refused {(yes < bar).mean():.3f}, of {len(no)} others "
        f"{(no < bar).mean():.3f}"
        for name, bar in bars.items()
    )
    return f"AUC {area:.3f}; {'; '.join(refused)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("questions", type=Path)
    collecting.add_argument("output", type=Path)
    collecting.add_argument("--model", default="embedded")
    collecting.add_argument("--budget", type=int, default=500)
    fitting = commands.add_parser("fit")
    fitting.add_argument("signs", type=Path, nargs="+")
    options = parser.parse_args()
    if options.command == "collect":
        collect(options.questions, options.output, options.model, options.budget)
    else:
        fit(options.signs)
