"""One summary at work: what every step of it is given."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.answering.context import NO_MODEL
from docagent.errors import DocAgentError
from docagent.events import Progress, Step
from docagent.summary.options import SummaryOptions
from docagent.summary.statements import SummarySentence
from docagent.timing import timed

if TYPE_CHECKING:
    from docagent.model import Model
    from docagent.reply_cache import ReplyCache
    from retrieval.corpus import Corpus


@dataclass(frozen=True, slots=True)
class SectionDone:
    """The sentences of a section, by its number from 0; of the whole if that is None."""

    section: int | None
    told: list[SummarySentence]


Making = Generator[Progress | Step | SectionDone]


@dataclass(slots=True)
class SummaryContext:
    """The open documents, who reads them (None: no language model), what is wanted and was done.

    `steps` are the parts and prompts read, those kept from earlier runs included; `lost` tells
    of parts that could not be read, `unsupported` counts parts of which no statement held.
    """

    corpus: Corpus
    reader: Model | None
    kept: ReplyCache
    wanted: SummaryOptions
    steps: int = 0
    lost: list[str] = field(default_factory=list)
    unsupported: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "join": 0.0})

    @property
    def model(self) -> Model:
        """Who reads. Raises DocAgentError where there is no language model."""
        if self.reader is None:
            raise DocAgentError(NO_MODEL)
        return self.reader

    def timed(self, stage: str) -> AbstractContextManager[None]:
        """Add the time that the block takes to a stage's seconds."""
        return timed(self.seconds, stage)
