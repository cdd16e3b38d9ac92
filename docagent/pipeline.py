"""The main path of a question, once its documents are open: choose a strategy, answer, count."""

from __future__ import annotations

import time

from docagent.answer import Answer, Usage
from docagent.answering.context import NO_MODEL, QueryContext
from docagent.errors import DocAgentError
from docagent.settings import Settings
from docagent.strategy import Strategy, check_name, strategy


def answer(context: QueryContext, begun: float, opened: float) -> Answer:
    """Answer the question of a context.

    `begun` is when the question was asked, by `time.perf_counter`, and `opened` the seconds that
    it took to open the documents. Raises DocAgentError where a model fails.
    """
    model = context.language_model
    draft = chosen_strategy(context.settings)(context)
    return Answer(
        context.question,
        draft.text,
        draft.found,
        tuple(draft.citations),
        model.name if model else "none",
        confidence=draft.confidence,
        strategy=draft.strategy,
        steps=draft.steps,
        usage=model.usage if model else Usage(),
        seconds={"open": opened, **context.seconds, "total": time.perf_counter() - begun},
        note=draft.note,
    )


def chosen_strategy(settings: Settings) -> Strategy:
    """The strategy of these settings: `--model none` has one of its own.

    Raises DocAgentError for a strategy that there is not, or not without a language model.
    """
    if settings.model != "none":
        return strategy(settings.strategy)
    check_name(settings.strategy)
    if settings.strategy not in ("auto", "retrieve"):
        raise DocAgentError(f"There is no strategy {settings.strategy} here: {NO_MODEL}.")
    from docagent.strategies.extractive import extractive

    return extractive
