"""A chat model with a script: calls by bound tools, or the same calls as JSON in its text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field

from tests.fake_model import USAGE, asks_yes_or_no

Turn = AIMessage | str | Callable[[list[BaseMessage]], "AIMessage | str"]


def call(name: str, /, **arguments: Any) -> AIMessage:
    """A reply that is one call."""
    return calls((name, arguments))


def calls(*made: tuple[str, dict[str, Any]]) -> AIMessage:
    """A reply of several calls."""
    told = [
        {"name": name, "args": arguments, "id": f"call_{number}", "type": "tool_call"}
        for number, (name, arguments) in enumerate(made)
    ]
    return AIMessage("", tool_calls=told)


class CallingModel(BaseChatModel):
    """Replies with the next of `script`; `asked` holds the messages of each turn.

    Whether passages answer is told by `answerable`, beside the script.
    """

    script: list[Any]
    asked: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[BaseTool] = Field(default_factory=list)
    context: int = 32_768
    binds: bool = True
    tells_usage: bool = True
    answerable: bool = True

    @property
    def _llm_type(self) -> str:
        return "calling"

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        if not self.binds:
            raise NotImplementedError
        self.offered = list(tools)
        return self.bind()

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if asks_yes_or_no(messages):
            said = AIMessage("Yes" if self.answerable else "No")
            return ChatResult(generations=[ChatGeneration(message=said)])
        self.asked.append(messages)
        turn = self.script.pop(0)
        reply = turn(messages) if callable(turn) else turn
        message = AIMessage(reply) if isinstance(reply, str) else reply
        if message.tool_calls and not self.binds:
            written = [{"name": c["name"], "arguments": c["args"]} for c in message.tool_calls]
            message = AIMessage("\n".join(map(json.dumps, written)))
        usage = USAGE if self.tells_usage else None
        told = message.model_copy(update={"usage_metadata": usage})
        return ChatResult(generations=[ChatGeneration(message=told)])

    def said(self, turn: int = -1) -> str:
        """The last thing that the model was told before a turn."""
        return str(self.asked[turn][-1].content)

    def told(self, turn: int = -1) -> str:
        """All that stood before the model in a turn."""
        return "\n".join(str(message.content) for message in self.asked[turn])
