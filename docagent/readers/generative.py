"""Answers that a language model writes from what it reads."""

from __future__ import annotations

from docagent.answering.context import QueryContext, Strategy
from docagent.strategies import strategy


class GenerativeReader:
    """Any chat model; the strategy says what it is given to read."""

    def __init__(self, name: str) -> None:
        self._strategy = strategy(name)

    def answer(self, asking: QueryContext) -> Strategy:
        """Search, read, answer, check: see docagent/strategies."""
        return self._strategy(asking)
