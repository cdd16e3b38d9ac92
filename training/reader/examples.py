"""One pass over the data: which rows, in which shares, and as token numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

from training.reader.data import Example, Row, positive, rows
from training.reader.negatives import Pool, elsewhere, swapped, unanswered

POSITIVE = {
    "squad_train": 20_000,
    "squad_train_samples": 20_000,
    "squadshifts_new_wiki": 20_000,
    "nq_gold": 2_000,
    "tydi_en": 3_500,
    "afriqa_en": 3_000,
    "fairytale_qa": 600,
    "covid_qa": 400,
    "hybrid_tables": 800,
    "wtq": 1_500,
    "tatqa": 1_000,
}
"""At most so many answerable rows of each file in one pass."""

NEAR = ("squad_train", "squad_train_samples", "squadshifts_new_wiki", "nq_gold", "tydi_en")
EDITED, ELSEWHERE, MINED, BY_PEOPLE = 10_000, 5_000, 2_500, 2
"""Examples without an answer: edited questions, other words of the article, mined rows, and how
often each row of people's is taken."""

LIMIT = 256  # tokens


class Encoded(NamedTuple):
    """An example in token numbers; `start` and `end` (the last token) are -1 without an answer."""

    ids: list[int]
    question: int  # tokens before the passage, marks included
    start: int
    end: int
    relevant: int  # 1, 0, or -1: unknown
    kind: str


def examples(folder: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, shuffled, and those held out."""
    rng = random.Random(seed)
    answered: list[Row] = []
    by_people: list[Row] = []
    for name, most in POSITIVE.items():
        for row in rows(folder, name, most, rng):
            (answered if row.answers else by_people).append(row)
    by_people += [row for row in rows(folder, "clapnq", 1_000, rng) if not row.answers]
    mined = rows(folder, "mined_negatives_en", MINED, rng)
    pool = Pool(answered)
    near = [row for row in answered if row.source in NEAR]
    made: Iterable[tuple[Row, Iterator[Example]]] = chain(
        ((row, positive(row, rng)) for row in answered),
        ((row, swapped(row, pool, rng)) for row in rng.sample(near, min(len(near), EDITED))),
        ((row, elsewhere(row, pool, rng)) for row in rng.sample(near, min(len(near), ELSEWHERE))),
        ((row, unanswered(row, rng)) for row in mined),
        ((row, unanswered(row, rng)) for row in by_people * BY_PEOPLE),
    )
    learnt: list[Example] = []
    held: list[Example] = []
    for row, found in made:
        (held if row.held_out else learnt).extend(found)
    rng.shuffle(learnt)
    rng.shuffle(held)
    return learnt, held


def encode(every: list[Example], tokenizer: Tokenizer) -> list[Encoded]:
    """As token numbers; an example whose answer lies beyond the limit is left out."""
    pairs = [(one.question, one.window) for one in every]
    found = []
    for one, item in zip(every, tokenizer.encode_batch(pairs), strict=True):
        ids = item.ids if len(item.ids) <= LIMIT else [*item.ids[: LIMIT - 1], item.ids[-1]]
        question = item.type_ids.index(1)
        start = end = -1
        if one.span:
            places = [
                number
                for number in range(question, len(ids) - 1)
                if item.offsets[number][0] < one.span[1] and one.span[0] < item.offsets[number][1]
            ]
            if not places:
                continue
            start, end = places[0], places[-1]
        relevant = -1 if one.relevant is None else int(one.relevant)
        found.append(Encoded(ids, question, start, end, relevant, one.kind))
    return found


def batches(every: list[Encoded], size: int, seed: int) -> list[list[Encoded]]:
    """Batches of like length in random order; what fills no batch is left out."""
    rng = random.Random(seed)
    order = list(every)
    rng.shuffle(order)
    found = []
    for start in range(0, len(order), 50 * size):
        part = sorted(order[start : start + 50 * size], key=lambda one: len(one.ids))
        found += [part[at : at + size] for at in range(0, len(part) - size + 1, size)]
    rng.shuffle(found)
    return found
