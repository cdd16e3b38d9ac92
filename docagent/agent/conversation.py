"""The conversation with a model that uses tools; it only grows at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from docagent.agent.tool_protocol import Outcome, Reply, ToolsBound, ToolsInText, tool_protocol
from docagent.errors import ServerError
from docagent.events import Emit, Step

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
    """What the model reads and writes.

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
        self._uncounted = 0  # estimated tokens of turns whose usage is not known
        self._tools, self._system, self._question = tools, system, question
        self._turn_tokens, self._expected = turn_tokens, expected
        self._protocol = tool_protocol(model, tools)

    @property
    def messages(self) -> list[BaseMessage]:
        """All of it, as the chat model takes it."""
        messages: list[BaseMessage] = [
            SystemMessage(self._protocol.system(self._system)),
            HumanMessage(self._question),
        ]
        for turn in self.rounds:
            messages += [turn.reply, *self._protocol.results(turn.outcomes)]
        return messages

    @property
    def fits(self) -> bool:
        """Whether another turn fits the model's window."""
        return self._size() + self._turn_tokens <= self.model.context

    @property
    def spent(self) -> int:
        """Tokens that the model has computed for this question so far."""
        used = self.model.usage
        return used.prompt_tokens - used.cached_tokens + used.completion_tokens + self._uncounted

    def made(self, call: ToolCall) -> AIMessage:
        """A call as the model would have made it."""
        return self._protocol.made(call)

    def turn(self, emit: Emit, *, constrained: bool = False) -> Reply:
        """The model's next reply; `constrained` to a call that parses, where the engine can.

        Raises DocAgentError if its server cannot be reached.
        """
        before = self.model.usage
        try:
            message = self._reply(emit, constrained)
        except ServerError as error:
            bound = isinstance(self._protocol, ToolsBound)
            if self.turns or not bound or not error.refuses_tools:
                raise
            emit(Step("tools", "the server takes no tools for this model; they are put in words"))
            self._protocol = ToolsInText(self._tools)
            message = self._reply(emit, constrained)
        self.turns += 1
        if self.model.usage == before:  # a model that does not count its tokens
            self._uncounted += self._size() + self.model.count(message.text)
        return self._protocol.read(message)

    def _reply(self, emit: Emit, constrained: bool) -> AIMessage:
        options: dict[str, Any] = {}
        if self.model.own:
            options["session_tokens"] = self._expected
            if constrained:
                options["tool_choice"] = "required"
        chat, most = self._protocol.chat, self._turn_tokens
        return self.model.reply(self.messages, chat, emit, max_tokens=most, **options)

    def _size(self) -> int:
        """Tokens of the prompt, exactly where the model can tell."""
        if self.model.own:
            return self.model.chat.get_num_tokens_from_messages(self.messages, tools=self._tools)
        texts = [str(spec.definition) for spec in self._protocol.specs]
        for message in self.messages:
            calls = message.tool_calls if isinstance(message, AIMessage) else []
            texts += [message.text, *(str(call["args"]) for call in calls)]
        return sum(self.model.count(text) + _TEMPLATE for text in texts)
