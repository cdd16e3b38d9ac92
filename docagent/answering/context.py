"""What a strategy is given, and what it gives back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.answer import Citation
from docagent.errors import DocAgentError
from docagent.events import Emit, ignore
from docagent.strategy import NO_MODEL

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from docagent.model import Model
    from docagent.reply_cache import ReplyCache
    from docagent.settings import Settings
    from retrieval.corpus import Corpus
    from retrieval.query import Query
    from retrieval.ranking.rerank import Reranker


class Work:
    """What a question and a summary have in common: a model, and the time that stages take."""

    __slots__ = ()
    language_model: Model | None
    seconds: dict[str, float]

    @property
    def model(self) -> Model:
        """The language model. Raises DocAgentError where there is none."""
        if self.language_model is None:
            raise DocAgentError(NO_MODEL)
        return self.language_model

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time that the block takes to a stage's seconds."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent


@dataclass(frozen=True, slots=True)
class QueryContext(Work):
    """A question, the open documents, and the model that reads them.

    `language_model` is None for `--model none`. `cache` holds what models replied before. `tools`
    are the user's own, for an agent. `emit` hears of each step. `seconds` collects what each stage
    took; stages that no strategy times stay 0.
    """

    corpus: Corpus
    query: Query
    language_model: Model | None
    settings: Settings
    cache: ReplyCache
    rerank: Reranker | None = None
    tools: tuple[BaseTool, ...] = ()
    emit: Emit = ignore
    seconds: dict[str, float] = field(default_factory=lambda: {"search": 0.0, "answer": 0.0})

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return self.query.text


@dataclass(frozen=True, slots=True)
class Draft:
    """What a strategy came to. `confidence` is the probability that the documents answer at all;
    `note` names a limit that was reached."""

    text: str
    citations: list[Citation]
    found: bool
    strategy: str = "retrieve"
    steps: int = 1
    note: str = ""
    confidence: float = 1.0
