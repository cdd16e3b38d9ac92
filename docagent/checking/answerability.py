"""Do the passages answer the question? The reader is asked Yes or No, and search has its say.

A language model that writes an answer always writes one. So this is a step of its own before a
word is written: the log odds of Yes against No on the passages that are read anyway, with what
search tells, in a logistic regression (`benchmarks/answerability.py` has script, data and
figures).
"""

from __future__ import annotations

import json
import math
from dataclasses import astuple, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from docagent.reading.prompt import answerable_messages

if TYPE_CHECKING:
    from docagent.asking import Asking
    from docagent.checking.found import Verdict
    from docagent.reading.evidence import Source
    from docagent.strategies.search import Found

ANSWERS = 0.3
"""Probability from which an answer is written. Below one half, since an answer comes with the words
it stands on and can be checked, and a wrong refusal cannot."""

_CLIP = 8.0  # log odds that say no more


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a question and the passages read for it.

    `yes`: log odds of the reader's Yes, in nats. `near`: the score of the search as a share of what
    is enough to show its words (`Verdict`).
    """

    yes: float
    near: float


def features(asking: Asking, sources: list[Source], found: Found) -> Features:
    """The signs that the probability is made of; asks the model."""
    yes = asking.model.log_odds(answerable_messages(sources, asking.question))
    return Features(max(-_CLIP, min(_CLIP, yes)), nearness(found.verdict))


def nearness(verdict: Verdict) -> float:
    """The score of a search as a share of its bar."""
    return verdict.score / verdict.bar


def answerable(signs: Features) -> float:
    """Probability that the passages answer the question."""
    return _probability("reader", astuple(signs))


def by_search(found: Found) -> float:
    """Probability that the documents answer the question, told by search alone."""
    return _probability("search", (nearness(found.verdict),))


def _probability(name: str, signs: tuple[float, ...]) -> float:
    weights = _fitted()[name]
    sum_ = weights[0] + sum(w * sign for w, sign in zip(weights[1:], signs, strict=True))
    return 1 / (1 + math.exp(-sum_))


@cache
def _fitted() -> dict[str, list[float]]:
    """Intercept and weights, as `benchmarks/answerability.py` wrote them."""
    fitted: dict[str, list[float]] = json.loads(
        files("docagent.checking").joinpath("answerability.json").read_text("utf-8")
    )
    return fitted
