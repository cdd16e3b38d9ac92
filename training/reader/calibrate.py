"""`python -m training.reader.calibrate --data FOLDER`: what the packaged reader's logits are worth.

Articles that were held out of the training are asked their own questions, edited ones, people's
open ones, and their own without the text that answers. A logistic regression on the signs of the
likeliest words, both kinds counting half, becomes retrieval/reader/calibration.json.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retrieval.embed.encoder import Encoder
from retrieval.reader.reader import Reader, Text, Weights
from retrieval.reader.weights import FILE
from training.reader.data import Row, rows
from training.reader.evaluate import Numbers, area, error_of, refused
from training.reader.negatives import Pool, edited

FILES = ("squad_train", "squadshifts_new_wiki", "tydi_en", "clapnq")
_BESIDE = 4  # other texts of the article that are read as well
_MOST = 250  # answerable rows
_STEPS = 50
_BEGIN = [0.0, 1.0, 0.0, 3.0]
_ROUNDS = 4


def cases(folder: Path, rng: random.Random) -> Iterator[tuple[str, list[str], bool]]:
    """A question, the texts it is asked of, and whether they answer it."""
    every = [row for name in FILES for row in rows(folder, name, 20_000, rng)]
    pool = Pool(every)
    held = [row for row in every if row.held_out]
    answered = [row for row in held if row.answers and row.source != "clapnq"]
    for row in rng.sample(answered, min(len(answered), _MOST)):
        yield row.question, [row.context, *_others(row, pool, rng)], True
        if question := edited(row, pool, rng):
            yield question, [row.context, *_others(row, pool, rng)], False
    for row in held:
        if not row.answers:
            yield row.question, [row.context, *_others(row, pool, rng)], False


def _others(row: Row, pool: Pool, rng: random.Random) -> list[str]:
    texts = [text for text in pool.contexts[row.group] if text != row.context]
    return rng.sample(texts, min(_BESIDE, len(texts)))


def fit(signs: Numbers, labels: Numbers) -> list[float]:
    """Intercept and weights by Newton's method; both kinds count half."""
    inputs = np.c_[np.ones(len(signs)), signs]
    counts = np.where(labels, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    weights = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (counts * (labels - likely))
        curve = inputs.T @ (inputs * (counts * likely * (1 - likely))[:, None])
        weights += np.linalg.solve(curve + 1e-3 * np.eye(len(curve)), slope)
    return [round(float(weight), 4) for weight in weights]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training files")
    given = parser.parse_args()
    reader, encoder = Reader(), Encoder("minilm")
    signs, labels = [], []
    for question, texts, answered in cases(given.data, random.Random(1)):
        cosines = encoder.encode_queries([question])[0] @ encoder.encode_sentences(texts).T
        near = [Text(text, float(one)) for text, one in zip(texts, cosines, strict=True)]
        found = reader.read(question, near)
        signs.append([[one.found.answers, one.found.span, cosines[one.passage]] for one in found])
        labels.append(answered)
    truth = np.array(labels)
    weights = _BEGIN
    for _ in range(_ROUNDS):  # which passage is the likeliest depends on the weights
        points = np.array([max(every, key=lambda one: np.dot(weights[1:], one)) for every in signs])
        weights = fit(points, truth)
    odds = weights[0] + points @ weights[1:]
    likely = 1 / (1 + np.exp(-odds))
    print(
        f"{truth.sum()} answered, {(~truth).sum()} not: AUC {area(odds[truth], odds[~truth]):.3f}, "
        f"refused {refused(odds[truth], odds[~truth]):.3f} at a probability of "
        f"{np.quantile(likely[truth], 0.08):.3f}, expected calibration error "
        f"{error_of(likely, truth):.3f}"
    )
    FILE.with_name("calibration.json").write_text(
        json.dumps(Weights(*weights)._asdict()) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
