"""The main path, top to bottom: open the documents, let a strategy find the answer, tell it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.answer import Answer
from docagent.asking import Asking
from docagent.events import Event
from docagent.strategies import strategy
from retrieval.lexical.foreign import warn_of_language

if TYPE_CHECKING:
    from docagent.agent import DocAgent


def ask(agent: DocAgent, paths: Sequence[str | Path], question: str) -> Iterator[Event]:
    """Answer one question; the last event is the `Answer`.

    Raises DocAgentError for documents that cannot be read and models that cannot be had.
    """
    answer = strategy(agent.settings.strategy)  # search, read, answer, check: docagent/strategies
    begun = time.perf_counter()
    corpus = yield from agent.open(paths)
    opened = time.perf_counter() - begun
    warn_of_language(corpus, question)
    with corpus.undisturbed():
        corpus.encoder.load()  # loading models counts in the total alone
        asking = Asking(
            corpus,
            question,
            agent.language_model(),
            agent.settings,
            agent.kept,
            agent.reranker,
            agent.tools,
        )
        written = yield from answer(asking)
    yield Answer(
        question,
        written.text,
        written.found,
        tuple(written.citations),
        asking.model.name,
        strategy=written.strategy,
        steps=written.steps,
        usage=asking.model.usage,
        seconds={"open": opened, **asking.seconds, "total": time.perf_counter() - begun},
        note=written.note,
    )
