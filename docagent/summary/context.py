"""What every step of a summary is given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docagent.answering.context import required
from docagent.events import ignore
from docagent.summary.options import SummaryOptions
from docagent.summary.statements import SummarySentence
from docagent.timing import timed

if TYPE_CHECKING:
    from docagent.model import Model
    from docagent.reply_cache import ReplyCache
    from retrieval.corpus import Corpus

SectionDone = Callable[[int, list[SummarySentence]], None]
"""Called with the number of a section, from 0, and its sentences, as soon as these are known."""


@dataclass(slots=True)
class SummaryContext:
    """The open documents, the model that reads them, what is asked for, and what was done.

    `language_model` is None for `--model none`. `emit` hears of each step. `steps` counts the
    parts and prompts read, those kept from earlier runs included; `lost` names parts that could
    not be read, `unsupported` counts parts of which no statement was borne out.
    """

    corpus: Corpus
    language_model: Model | None
    cache: ReplyCache
    options: SummaryOptions
    pages: tuple[int, int] | None = None
    emit: Callable[[Any], None] = ignore
    steps: int = 0
    lost: list[str] = field(default_factory=list)
    unsupported: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "join": 0.0})

    @property
    def model(self) -> Model:
        """Who reads. Raises DocAgentError where there is no language model."""
        return required(self.language_model)

    def timed(self, stage: str) -> AbstractContextManager[None]:
        """Add the time that the block takes to a stage's seconds."""
        return timed(self.seconds, stage)
