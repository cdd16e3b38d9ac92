"""What every step of a summary is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docagent.answering.context import Work
from docagent.errors import DocAgentError
from docagent.events import ignore
from docagent.summary.statements import SummarySentence

if TYPE_CHECKING:
    from docagent.model import Model
    from docagent.reply_cache import ReplyCache
    from retrieval.corpus import Corpus

LENGTHS = {"short": 4, "medium": 10, "long": 16}  # sentences of the whole
_MOST = 60

SectionDone = Callable[[int, list[SummarySentence]], None]
"""Called with the number of a section, from 0, and its sentences, as soon as these are known."""


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """Its length in sentences, what it looks at, and the language it is written in."""

    sentences: int
    focus: str = ""
    language: str = ""

    @property
    def section(self) -> int:
        """Sentences for one section among several."""
        return min(8, max(1, self.sentences // 3))


def summary_options(
    length: str | int = "medium", focus: str = "", language: str = ""
) -> SummaryOptions:
    """`length` is short, medium, long or a number of sentences. Raises DocAgentError otherwise."""
    word = str(length).strip().lower()
    number = LENGTHS.get(word, int(word) if word.isdecimal() else 0)
    if not 1 <= number <= _MOST:
        raise DocAgentError(
            f"A length is short, medium, long or a number of sentences up to {_MOST}, "
            f"not {length!r}."
        )
    return SummaryOptions(number, " ".join(focus.split()), " ".join(language.split()))


@dataclass(slots=True)
class SummaryContext(Work):
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
