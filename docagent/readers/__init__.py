"""Who reads: a language model, or none. Chosen once for a question; nothing else asks which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from docagent.readers.extractive import ExtractiveReader
from docagent.readers.generative import GenerativeReader

if TYPE_CHECKING:
    from docagent.asking import Asking, Strategy
    from docagent.settings import Settings


class Reader(Protocol):
    """Answers questions on open documents."""

    def answer(self, asking: Asking) -> Strategy:
        """Find the answer, or say that the documents have none."""
        ...


def reader(settings: Settings) -> Reader:
    """The reader of these settings: `--model none` has no language model.

    Raises DocAgentError for a strategy that there is not, or not without a language model.
    """
    return (ExtractiveReader if settings.model == "none" else GenerativeReader)(settings.strategy)
