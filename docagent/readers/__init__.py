"""Who reads: a language model, or none. Chosen once for a question; nothing else asks which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from docagent.readers.generative import GenerativeReader
from docagent.strategies.extractive import ExtractiveReader

if TYPE_CHECKING:
    from docagent.answering.context import QueryContext, Strategy
    from docagent.settings import Settings


class Reader(Protocol):
    """Answers questions on open documents."""

    def answer(self, asking: QueryContext) -> Strategy:
        """Find the answer, or say that the documents have none."""
        ...


def reader(settings: Settings) -> Reader:
    """The reader of these settings: `--model none` has no language model.

    Raises DocAgentError for a strategy that there is not, or not without a language model.
    """
    return (ExtractiveReader if settings.model == "none" else GenerativeReader)(settings.strategy)
