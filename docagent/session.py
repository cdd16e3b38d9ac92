"""Follow-up questions on the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, Unpack

from docagent.answer import Answer
from docagent.answering.follow_up import Turn, stand_alone
from docagent.events import Emit, Event, Step, ignore
from docagent.settings import AskOptions
from docagent.streaming import stream
from retrieval.files import Paths
from retrieval.query import readable

if TYPE_CHECKING:
    from docagent.model import Model


class Asks(Protocol):
    """Who answers the questions of a session: a `DocAgent`."""

    def ask(
        self, paths: Paths, question: str, *, emit: Emit = ..., **options: Unpack[AskOptions]
    ) -> Answer: ...

    def language_model(self) -> Model | None: ...


class Session:
    """A conversation: each question may refer to those before it.

    session = DocAgent().chat("report.pdf")
    session.ask("Who chaired the inquiry?")
    session.ask("And when was that?")
    """

    def __init__(self, agent: Asks, paths: Paths) -> None:
        self.agent = agent
        self.paths = paths
        self.turns: list[Turn] = []

    def ask(self, question: str, *, emit: Emit = ignore, **options: Unpack[AskOptions]) -> Answer:
        """Answer the next question; one that is broken off is forgotten.

        Raises DocAgentError as `DocAgent.ask` does.
        """
        model = self.agent.language_model()
        full = stand_alone(model, self.turns, readable(question))
        if full != question:
            emit(Step("follow-up", full))
        answer = self.agent.ask(self.paths, full, emit=emit, **options)
        self.turns.append((full, answer.text))
        usage = answer.usage.plus(model.usage) if model else answer.usage
        return replace(answer, question=question, usage=usage)

    def stream(self, question: str, **options: Unpack[AskOptions]) -> Iterator[Event]:
        """The same as it happens: progress, steps, tokens, and last the answer."""
        return stream(lambda emit: self.ask(question, emit=emit, **options))
