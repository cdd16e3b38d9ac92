"""Are weights fitted to other sets of questions better than those that the ranking has?

    python -m benchmarks.retrieval.fitted train/nq_gold.jsonl train/squad_train.jsonl.gz ...

Each file has rows with `context`, `question` and `answers` (`text`, `start`). Some contexts of each
become one text, in which the passages that hold an answer are sought. The weights are those of a
softmax over a question's candidates; a set's row has the share of its questions whose first
passage, or one of the first five, is right: by the ranking's weights, and by weights fitted on the
other sets. The relation of the weights is printed with the meaning's at 1.
"""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor

from benchmarks.harness import Row, Table, arguments
from retrieval import Corpus
from retrieval.ranking import candidates
from retrieval.ranking.signs import SIGNS

COLUMNS = ("words", "meaning", *SIGNS)
OURS = torch.tensor([candidates.WORDS, candidates.MEANING, *(s.weight for s in SIGNS.values())])
DEPTH = 50  # candidates of a question
DECAY = 0.003


class Asked(NamedTuple):
    """A question's candidates: their signs [n, columns], and which hold an answer [n]."""

    signs: Tensor
    right: Tensor


def collection(file: Path, folder: Path, contexts: int, count: int) -> tuple[Path, list[Row]]:
    """A text of some contexts, and questions on it with the `gold` spans of their answers."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["answers"]]
    drawn = random.Random(0)
    every = list(dict.fromkeys(row["context"] for row in rows))
    text, begins = "", dict[str, int]()
    for context in drawn.sample(every, min(contexts, len(every))):
        begins[context] = len(text)
        text += context.rstrip() + "\n\n"
    path = folder / f"{file.name.split('.')[0]}.md"
    path.write_text(text, "utf-8")
    asked = [row for row in rows if row["context"] in begins]
    for row in asked:
        at = begins[row["context"]]
        row["gold"] = [(at + a["start"], at + a["start"] + len(a["text"])) for a in row["answers"]]
    return path, drawn.sample(asked, min(count, len(asked)))


def look(corpus: Corpus, row: Row) -> Asked:
    """The signs of the first candidates by words and meaning."""
    query, index = corpus.query(row["question"]), corpus._index

    def part(name: str) -> dict[int, float]:
        other = "MEANING" if name == "WORDS" else "WORDS"
        with patch.object(candidates, name, 1.0), patch.object(candidates, other, 0.0):
            return candidates.candidates(index, query, (), 2 * DEPTH, None).scores

    words, meaning = part("WORDS"), part("MEANING")
    score = {n: candidates.WORDS * words[n] + candidates.MEANING * meaning[n] for n in words}
    numbers = sorted(score, key=lambda n: -score[n])[:DEPTH]
    passages = [index.passage(number) for number in numbers]
    signs = [
        [words[n], meaning[n], *(sign.of(query, passage) for sign in SIGNS.values())]
        for n, passage in zip(numbers, passages, strict=True)
    ]
    right = [any(p.start < end and p.end > start for start, end in row["gold"]) for p in passages]
    return Asked(torch.tensor(signs), torch.tensor(right))


def fit(sets: list[list[Asked]]) -> Tensor:
    """Weights under which right passages are likeliest, each set as heavy as another."""
    weights = torch.tensor([5.0, 10.0] + [1.0] * len(SIGNS), requires_grad=True)
    descent = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        descent.zero_grad()
        total = DECAY / 2 * (weights**2).sum()
        for each in sets:
            for signs, right in (one for one in each if one.right.any()):
                logits = signs @ weights
                total = total + (logits.logsumexp(0) - logits[right].logsumexp(0)) / len(each)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    descent.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach()


def found(weights: Tensor, asked: list[Asked]) -> str:
    """The share with the right passage first, and among the first five."""
    orders = [right[torch.argsort(-(signs @ weights), stable=True)] for signs, right in asked]
    return " ".join(f"{np.mean([bool(o[:k].any()) for o in orders]):.3f}" for k in (1, 5))


def main() -> None:
    options = arguments(__doc__, "sets+", contexts=200, questions=120)
    sets = dict[str, list[Asked]]()
    with tempfile.TemporaryDirectory() as folder:
        for file in options.sets:
            path, rows = collection(file, Path(folder), options.contexts, options.questions)
            corpus = Corpus.open(path)
            sets[path.stem] = [look(corpus, row) for row in rows]
    table = Table("set", "n", "the ranking's weights", "fitted on the others")
    for name, asked in sets.items():
        others = fit([other for key, other in sets.items() if key != name])
        table.add(name, len(asked), found(OURS, asked), found(others, asked))
    weights = fit(list(sets.values()))
    named = zip(COLUMNS, (weights / weights[1]).tolist(), strict=True)
    table.note(f"Fitted on all: {', '.join(f'{sign} {weight:.2f}' for sign, weight in named)}.")


if __name__ == "__main__":
    main()
