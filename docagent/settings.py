"""Everything a user can set for a question, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from docagent.errors import DocAgentError
from docagent.strategy import check_strategy
from retrieval.pages import PageRange


@dataclass(frozen=True, slots=True)
class Settings:
    """What `docagent ask` takes as options; `None` means the measured default.

    Raises DocAgentError, with a line that says what to do, for a value that cannot be.
    """

    model: str = "auto"
    strategy: str = "auto"  # or "retrieve", "read", "direct", "agent", or one that is registered
    embedding: str | None = None
    cache: Path | None = None  # a path in a string is taken too
    password: str | None = None
    pages: tuple[int, int] | None = None  # first and last physical page, from 1
    k: int | None = None  # passages read at most
    budget: int | None = None  # tokens of evidence
    max_tokens: int = 400  # of the answer
    brief: bool = False  # the shortest answer, such as a name or a figure alone
    rerank: str = "none"  # or "model", or a cross-encoder's folder or Hugging Face id
    max_steps: int | None = None  # turns of an agent
    max_total_tokens: int | None = None  # that an agent's model computes
    rewrite: bool = False  # also search in other wordings by the model
    on: str | None = None  # "ray" or "ray://HOST:PORT": parts of documents are read there

    def __post_init__(self) -> None:
        check_strategy(self.strategy, self.model)
        if self.cache is not None:
            object.__setattr__(self, "cache", Path(self.cache).expanduser())
        object.__setattr__(self, "pages", PageRange.of(self.pages))
        for name in ("k", "budget", "max_tokens", "max_steps", "max_total_tokens"):
            _check_count(name, getattr(self, name))


class AskOptions(TypedDict, total=False):
    """The settings that one question may have for itself."""

    strategy: str
    pages: tuple[int, int] | None
    k: int | None
    budget: int | None
    max_tokens: int
    brief: bool
    max_steps: int | None
    max_total_tokens: int | None
    rewrite: bool


class SummaryRequest(TypedDict, total=False):
    """What kind of summary is asked for.

    `length` is short, medium (the default), long or a number of sentences, `focus` what to look at,
    `language` the name of the one to write in.
    """

    length: str | int
    focus: str
    language: str


def _check_count(name: str, value: object) -> None:
    if value is None and name != "max_tokens":
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DocAgentError(f"{name} is a whole number of at least 1, not {value!r}.")
