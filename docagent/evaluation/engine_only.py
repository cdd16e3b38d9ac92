"""Needles in the model's own window: the whole text is its prompt, no search. A test of YaRN.

All needles of a length stand in one text, each of another form, so that it is read once. Scores of
a needle: `found`, the value stands in the answer written to the question. A model of 135M
parameters writes badly, so there are two more with a reply that begins with the needle's sentence
up to its value: `completed`, whether the model goes on with the value, and `likeliest`, whether of
ten values of that form the right one has the lowest mean loss a token (chance: one in ten).
No fact of a needle's form is put beside it: of facts told apart by invented names alone that model
finds none at any length.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

from docagent.engine.prefix_scorer import Mode, PrefixScorer
from docagent.evaluation.facts import FORMS, Fact, FactGenerator, report
from docagent.evaluation.haystack import hide, repeat
from docagent.evaluation.metrics import contained
from docagent.evaluation.needle import even_depths, length_name
from docagent.evaluation.results import Case, OnDone, Results

if TYPE_CHECKING:
    from docagent.engine.chat import ChatQwen2

CANDIDATES = 10
"""Values compared, the right one among them."""

_ANSWER_TOKENS = 24
_MARGIN = 96  # tokens of the window for template, question and answer


@dataclass(frozen=True, slots=True)
class _Needle:
    depth: float
    fact: Fact
    candidates: tuple[str, ...]  # the right one first


def samples(depths: int) -> int:
    """Needles a cell: as many as there are forms for."""
    return max(1, len(FORMS) // depths)


def evaluate(
    chat: ChatQwen2,
    lengths: Sequence[int],
    depths: int,
    modes: Sequence[Mode],
    seed: int,
    results: Results,
    document: str | None,
    on_done: OnDone | None = None,
) -> None:
    """Every mode at every length that `results` does not hold yet.

    `none` reads with factor 1 at any length, `yarn` with the least factor that holds it, `dca`
    with dual chunks. Within the native window they are one method, which is run once.
    """
    total, done = len(lengths) * len(modes), 0
    for length in lengths:
        runs: dict[tuple[str, float], tuple[list[Case], float]] = {}
        for mode in modes:
            name = f"{mode} {length_name(length)}"
            cells = [(cell, n) for cell in range(depths) for n in range(samples(depths))]
            ids = [f"{name} {cell}.{n}" for cell, n in cells]
            if not all(id in results.cases for id in ids):
                scorer = PrefixScorer(chat.engine.loaded, length, mode)
                if scorer.method not in runs:
                    runs[scorer.method] = _run(chat, scorer, length, depths, seed, document)
                cases, seconds = runs[scorer.method]
                cost = {"seconds": round(seconds / len(ids), 3)}
                for id, case in zip(ids, cases, strict=True):
                    if id not in results.cases:
                        results.add({"id": id, "document": name, "mode": mode, **case}, cost)
            done += 1
            if on_done:
                on_done(done, total)


def _run(
    chat: ChatQwen2,
    scorer: PrefixScorer,
    length: int,
    depths: int,
    seed: int,
    document: str | None,
) -> tuple[list[Case], float]:
    """All needles of one text, and the seconds: read once, then asked one after the other."""
    start = time.perf_counter()
    text, needles = _haystack(chat, length, depths, seed, document)
    prompts = [_prompt(chat, text, needle.fact.question) for needle in needles]
    scorer.read(prompts)
    cases = [
        {"length": length, "depth": needle.depth, **_case(chat, scorer, needle, ids)}
        for needle, ids in zip(needles, prompts, strict=True)
    ]
    return cases, time.perf_counter() - start


def _case(chat: ChatQwen2, scorer: PrefixScorer, needle: _Needle, prompt: list[int]) -> Case:
    fact = needle.fact
    reply = str(chat.tokenizer.decode(scorer.generate(prompt, _ANSWER_TOKENS))).strip()
    scores = scorer.score(
        [*prompt, *chat.get_token_ids(fact.lead)],
        [chat.get_token_ids(f" {value}") for value in needle.candidates],
    )
    losses = [loss for loss, _ in scores]
    rank = 1 + sum(loss <= losses[0] for loss in losses[1:])
    return {
        "question": fact.question,
        "values": [fact.value],
        "answer": reply,
        "candidates": list(needle.candidates),
        "losses": [round(loss, 4) for loss in losses],
        "rank": rank,
        "prompt_tokens": len(prompt),
        "scores": {
            "found": contained(reply, [fact.value]),
            "completed": float(scores[0][1]),
            "likeliest": float(rank == 1),
        },
    }


def _haystack(
    chat: ChatQwen2, length: int, depths: int, seed: int, document: str | None
) -> tuple[str, list[_Needle]]:
    """A text that leaves room in the window for question and answer."""
    facts = FactGenerator(Random(f"{seed} {length}"))
    forms = facts.random.sample(range(len(FORMS)), len(FORMS))
    needles = []
    for sample in range(samples(depths)):
        for cell, depth in enumerate(even_depths(depths)):
            form = forms[(sample * depths + cell) % len(forms)]
            fact, *others = (facts.draw(form) for _ in range(CANDIDATES))
            needles.append(_Needle(depth, fact, (fact.value, *(other.value for other in others))))
    needles.sort(key=lambda needle: needle.depth)
    # Those of one cell a little apart, so that they are no paragraph of their own.
    places = [
        (0.96 * needle.depth + 0.02 * (n % samples(depths)), needle.fact)
        for n, needle in enumerate(needles)
    ]
    pieces = report(facts.random, None) if document is None else repeat(document)
    return hide(places, pieces, length, chat.count, _MARGIN).text, needles


def _prompt(chat: ChatQwen2, text: str, question: str) -> list[int]:
    message = f"{text}\n\n{question} Answer in one short sentence from the text above."
    return list(chat.engine.prompts.encode([HumanMessage(message)]).ids)
