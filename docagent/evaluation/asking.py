"""A model asked directly, without any document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.messages import HumanMessage

from docagent.answering.context import NO_MODEL
from docagent.errors import DocAgentError
from docagent.events import Event
from docagent.model import Model
from prompts import render

_TOKENS = 48
_WORD = 8  # tokens that "yes" or "no" may take, with what a model puts before it
_VERDICT = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)


def closed_book(model: Model | None, question: str) -> str:
    """What the model says from memory: right answers here were learnt, not read.

    Raises DocAgentError where there is no model.
    """
    if model is None:
        raise DocAgentError(NO_MODEL)
    return _written(model, render("closed_book", question=question), _TOKENS)


def judged(model: Model, question: str, golds: Sequence[str], answer: str) -> float | None:
    """1 if the model says that the answer is right, 0 if not, None if it says neither."""
    listed = "\n".join(f"- {gold}" for gold in golds)
    reply = _written(model, render("judge", question=question, golds=listed, answer=answer), _WORD)
    verdict = _VERDICT.match(reply)
    return float(verdict[1].lower() == "yes") if verdict else None


def _written(model: Model, prompt: str, most: int) -> str:
    work = model.write([HumanMessage(prompt)], most, shown=False)
    while True:
        try:
            _: Event = next(work)
        except StopIteration as stop:
            return str(stop.value).strip()
