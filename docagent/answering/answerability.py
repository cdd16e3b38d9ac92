"""Do the passages answer the question? The reader is asked Yes or No.

A language model that writes an answer always writes one. So this is a step of its own before a
word is written: the log odds of Yes against No on the passages that are read anyway, as a
probability by logistic regression (script and data: `benchmarks/answers/answerability.py`).
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from statistics import fmean
from typing import TYPE_CHECKING

from docagent.answering.messages import answerable_messages
from docagent.model import Model, prompt_messages
from prompts import template

if TYPE_CHECKING:
    from docagent.answering.context import QueryContext
    from docagent.answering.search import SearchResult
    from docagent.grounding.source import Source
    from docagent.grounding.verdict import Verdict
    from docagent.reply_cache import ReplyCache

ANSWERS = 0.27
"""Probability from which an answer is written: .08 of the SQuAD questions that a text answers lie
below. An answer comes with the words it stands on and can be checked, a wrong refusal cannot."""

# What a model says of questions whose answer is known tells what its log odds are worth: those of
# Qwen2.5-Coder-0.5B lie about two nats lower than the 1.5B's, and nearer to each other.
_TEXT = (
    "The public library of Norwick opened in 1911 in a former wool store. It lends 40,000 books "
    "and closes on Mondays. The reading room was painted by Clara Voss."
)
STATED = (
    "When did the public library of Norwick open?",
    "Who painted the reading room?",
    "On which day does the library close?",
)
LEFT_OPEN = (
    "Who paid for the library of Norwick?",
    "How many people work in the library?",
    "When was the wool store built?",
)
# Nats. A model that tells the two kinds less apart (the 0.5B by 0.08) says little, and its small
# differences are not made large ones.
_LEAST_HALF = 1.5
_CLIP = 4.0


def answerable(context: QueryContext, sources: list[Source]) -> float:
    """Probability that the sources answer the question; asks the model."""
    return by_reader(yes(context, sources))


def yes(context: QueryContext, sources: list[Source]) -> float:
    """Log odds of the reader's Yes on a scale of its own: 1 is its usual Yes, -1 its usual No."""
    odds = context.model.log_odds(answerable_messages(sources, context.question))
    middle, half = scale(context.model, context.cache)
    return max(-_CLIP, min(_CLIP, (odds - middle) / half))


def scale(model: Model, kept: ReplyCache) -> tuple[float, float]:
    """Where a model's log odds of Yes lie: their middle between questions that a text answers and
    those it leaves open, and half the distance of the two, in nats. Asked once for each model.

    A model that tells a word and no probability is not asked.
    """
    if not model.tells_odds:
        return 0.0, _LEAST_HALF
    made_from = ("scale of yes", model.identity, template("answerable"), _TEXT)
    if known := kept.get(*made_from):
        return float(known[0]), float(known[1])
    stated, left_open = (
        fmean(
            model.log_odds(prompt_messages("answerable", passages=_TEXT, question=asked))
            for asked in questions
        )
        for questions in (STATED, LEFT_OPEN)
    )
    found = (stated + left_open) / 2, max(_LEAST_HALF, (stated - left_open) / 2)
    kept.put(found, *made_from)
    return found


def nearness(verdict: Verdict) -> float:
    """The score of a search as a share of its bar."""
    return verdict.score / verdict.bar


def by_reader(odds: float) -> float:
    """Probability that passages answer a question, told by a reader's log odds on its scale.

    How near the words of the question are adds nothing where it counts: of 443 open questions of
    SQuAD .40 are refused at .08 of the answerable ones without it, .36 with it.
    """
    return _probability("reader", odds)


def by_search(found: SearchResult) -> float:
    """Probability that the documents answer the question, told by search alone."""
    return _probability("search", nearness(found.verdict))


def _probability(name: str, sign: float) -> float:
    intercept, weight = _fitted()[name]
    return 1 / (1 + math.exp(-intercept - weight * sign))


@cache
def _fitted() -> dict[str, list[float]]:
    """Intercept and weight of each, as `benchmarks/answers/answerability.py` wrote them."""
    fitted: dict[str, list[float]] = json.loads(
        files("docagent.answering").joinpath("answerability.json").read_text("utf-8")
    )
    return fitted
