"""The main path, top to bottom: open the documents, let a strategy find the answer, tell it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.answer import Answer, Usage
from docagent.answering.context import QueryContext
from docagent.events import Event
from docagent.readers import reader

if TYPE_CHECKING:
    from docagent.api import DocAgent


def ask(agent: DocAgent, paths: Sequence[str | Path], question: str) -> Iterator[Event]:
    """Answer one question; the last event is the `Answer`.

    Raises DocAgentError for documents that cannot be read and models that cannot be had.
    """
    reading = reader(agent.settings)  # search, read, answer, check: docagent/readers
    begun = time.perf_counter()
    corpus = yield from agent.open(paths)
    opened = time.perf_counter() - begun
    corpus.warn_of_language(question)
    with corpus.undisturbed():
        corpus.encoder.load()  # loading models counts in the total alone
        asking = QueryContext(
            corpus,
            question,
            agent.language_model(),
            agent.settings,
            agent.kept,
            agent.reranker,
            agent.tools,
        )
        written = yield from reading.answer(asking)
    yield Answer(
        question,
        written.text,
        written.found,
        tuple(written.citations),
        asking.language_model.name if asking.language_model else "none",
        confidence=written.confidence,
        strategy=written.strategy,
        steps=written.steps,
        usage=asking.language_model.usage if asking.language_model else Usage(),
        seconds={"open": opened, **asking.seconds, "total": time.perf_counter() - begun},
        note=written.note,
    )
