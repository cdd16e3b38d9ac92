"""Follow-up questions on the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from docagent.answer import Answer
from docagent.answering.follow_up import Turn, stand_alone
from docagent.events import Event, Step
from retrieval.query import readable

if TYPE_CHECKING:
    from docagent.api import DocAgent, Paths


class Session:
    """A conversation: each question may refer to those before it.

    session = DocAgent().chat("report.pdf")
    session.ask("Who chaired the inquiry?")
    session.ask("And when was that?")
    """

    def __init__(self, agent: DocAgent, paths: Paths) -> None:
        self.agent = agent
        self.paths = paths
        self.turns: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """Answer the next question. Raises DocAgentError as `DocAgent.ask` does."""
        for event in self.stream(question):
            if isinstance(event, Answer):
                return event
        raise AssertionError("the last event is the answer")

    def stream(self, question: str) -> Iterator[Event]:
        """The same as it happens. A question that is broken off is forgotten."""
        model = self.agent.language_model()
        alone = stand_alone(model, self.turns, readable(question))
        if alone != question:
            yield Step("follow-up", alone)
        for event in self.agent.stream(self.paths, alone):
            if isinstance(event, Answer):
                self.turns.append((alone, event.text))
                usage = event.usage.plus(model.usage) if model else event.usage
                yield replace(event, question=question, usage=usage)
            else:
                yield event
