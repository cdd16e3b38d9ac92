"""The conversation with a model that uses tools; it only grows at its end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from docagent.agent.outcome import Outcome
from docagent.agent.tool_protocol import Reply, ToolProtocol, ToolsBound, ToolsInText, tool_protocol
from docagent.errors import ServerError
from docagent.events import Event, Progress, Step
from docagent.streaming import reported

if TYPE_CHECKING:
    from langchain_core.messages import ToolCall
    from langchain_core.tools import BaseTool

    from docagent.model import Model

_TEMPLATE = 8  # tokens of a chat template around a message


@dataclass
class Round:
    """A reply of the model and what came of its calls."""

    reply: AIMessage
    outcomes: list[Outcome] = field(default_factory=list)


class Conversation:
    """What the model is told and says.

    `turn_tokens` is the most a reply may have, `expected` what the whole conversation may hold:
    the engine chooses its window by that once, and what it has read stays valid.
    """

    def __init__(
        self,
        model: Model,
        tools: Sequence[BaseTool],
        system: str,
        question: str,
        turn_tokens: int,
        expected: int,
    ) -> None:
        self.model = model
        self.rounds: list[Round] = []
        self.turns = 0
        self._untold = 0  # estimated tokens of turns whose usage is not known
        self._tools, self._system, self._question = tools, system, question
        self._turn_tokens, self._expected = turn_tokens, expected
        self._protocol: ToolProtocol = tool_protocol(model, tools)

    @property
    def messages(self) -> list[BaseMessage]:
        """All of it, as the chat model takes it."""
        found: list[BaseMessage] = [
            SystemMessage(self._protocol.system(self._system)),
            HumanMessage(self._question),
        ]
        for one in self.rounds:
            found += [one.reply, *self._protocol.results(one.outcomes)]
        return found

    @property
    def fits(self) -> bool:
        """Whether another turn fits the model's window."""
        return self._size() + self._turn_tokens <= self.model.context

    @property
    def spent(self) -> int:
        """Tokens that the model has computed for this question so far."""
        used = self.model.usage
        return used.prompt_tokens - used.cached_tokens + used.completion_tokens + self._untold

    def made(self, call: ToolCall) -> AIMessage:
        """A call as the model would have made it."""
        return self._protocol.made(call)

    def turn(self, *, constrained: bool = False) -> Generator[Event, None, Reply]:
        """The model's next reply; `constrained` to a call that parses, where the engine can.

        Raises DocAgentError if its server cannot be reached.
        """
        before = self.model.usage
        try:
            message = yield from self._reply(constrained)
        except ServerError as error:
            bound = isinstance(self._protocol, ToolsBound)
            if self.turns or not bound or not error.refuses_tools:
                raise
            yield Step("tools", "the server takes no tools for this model; they are put in words")
            self._protocol = ToolsInText(self._tools)
            message = yield from self._reply(constrained)
        self.turns += 1
        if self.model.usage == before:  # a model that does not tell
            self._untold += self._size() + self.model.count(message.text)
        return self._protocol.read(message)

    def _reply(self, constrained: bool) -> Generator[Event, None, AIMessage]:
        model, messages, bound = self.model, self.messages, self._protocol.chat
        if not model.own:
            return model.reply(messages, bound, max_tokens=self._turn_tokens)

        def work(report: Callable[[Progress | AIMessage], None]) -> None:
            message = model.reply(
                messages,
                bound,
                max_tokens=self._turn_tokens,
                session_tokens=self._expected,
                **({"tool_choice": "required"} if constrained else {}),
                on_prefill=lambda done, total: report(Progress("prefill", done, total, "tokens")),
            )
            report(message)

        for one in reported(work):
            if isinstance(one, AIMessage):
                return one
            yield one
        raise AssertionError("the last report is the reply")

    def _size(self) -> int:
        """Tokens of the prompt, exactly where the model can tell."""
        if self.model.own:
            return self.model.chat.get_num_tokens_from_messages(self.messages, tools=self._tools)
        told = [str(spec.definition) for spec in self._protocol.specs]
        for message in self.messages:
            calls = message.tool_calls if isinstance(message, AIMessage) else []
            told += [message.text, *(str(call["args"]) for call in calls)]
        return sum(self.model.count(text) + _TEMPLATE for text in told)
