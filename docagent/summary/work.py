"""One summary at work: what every step of it is given."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.events import Progress, Step
from docagent.summary.told import Told
from docagent.summary.wanted import Wanted
from docagent.timing import timed

if TYPE_CHECKING:
    from docagent.model import Model
    from docagent.reading.kept import Kept
    from retrieval.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Finished:
    """The sentences of a section, by its number from 0; of the whole if that is None."""

    section: int | None
    told: list[Told]


Making = Generator[Progress | Step | Finished]


@dataclass(slots=True)
class Work:
    """The open documents, who reads them, what is wanted, and what was done so far.

    `steps` are the parts and prompts read, those kept from earlier runs included; `lost` tells
    of parts that could not be read, `unsupported` counts parts of which no statement held.
    """

    corpus: Corpus
    model: Model
    kept: Kept
    wanted: Wanted
    steps: int = 0
    lost: list[str] = field(default_factory=list)
    unsupported: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "join": 0.0})

    def timed(self, stage: str) -> AbstractContextManager[None]:
        """Add the time that the block takes to a stage's seconds."""
        return timed(self.seconds, stage)
