"""How a model learns of tools and how it calls them: bound to it, or in plain text."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from docagent.agent.outcome import Outcome
from docagent.engine.tools.calls import Request, checked
from docagent.engine.tools.parse import parse
from docagent.engine.tools.specification import ToolSpec, specifications
from prompts import render

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import InvalidToolCall, ToolCall
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from docagent.model import Model


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's turn: the message for the conversation, and what it holds."""

    message: AIMessage
    text: str
    calls: list[ToolCall]
    invalid: list[InvalidToolCall]


class ToolProtocol(Protocol):
    """One way of calling tools; `chat` is what is asked, None for the model as it is."""

    chat: Runnable[LanguageModelInput, AIMessage] | None
    specs: list[ToolSpec]

    def system(self, text: str) -> str:
        """The system prompt, with the tools if that is where they are described."""

    def read(self, message: AIMessage) -> Reply:
        """What a reply says and calls."""

    def made(self, call: ToolCall) -> AIMessage:
        """The message of a model that makes this call."""

    def results(self, outcomes: Sequence[Outcome]) -> list[BaseMessage]:
        """The messages that bring results."""


class ToolsBound:
    """Tools bound to the model, as LangChain has it."""

    def __init__(
        self, chat: Runnable[LanguageModelInput, AIMessage], tools: Sequence[BaseTool]
    ) -> None:
        self.chat: Runnable[LanguageModelInput, AIMessage] | None = chat
        self.specs = specifications(tools)

    def system(self, text: str) -> str:
        return text

    def read(self, message: AIMessage) -> Reply:
        calls: list[ToolCall] = list(map(_with_id, message.tool_calls))
        invalid: list[InvalidToolCall] = []
        for broken in map(_with_id, message.invalid_tool_calls):
            # A comma too many is no reason to ask again.
            mended = checked(Request(broken["name"] or "", broken["args"] or ""), self.specs)
            if mended["type"] == "tool_call":
                calls.append({**mended, "id": broken["id"]})
            else:
                broken["error"] = mended["error"]
                invalid.append(broken)
        text = str(message.text)
        if not calls and not invalid:
            # Servers without a tool parser hand the call on as text.
            found = parse(text, self.specs)
            text, calls, invalid = found.content, found.tool_calls, found.invalid_tool_calls
            kept = AIMessage(text, tool_calls=calls, invalid_tool_calls=invalid)
            return Reply(kept, text, calls, invalid)
        kept = AIMessage(message.content, tool_calls=calls, invalid_tool_calls=invalid)
        return Reply(kept, text, calls, invalid)

    def made(self, call: ToolCall) -> AIMessage:
        return AIMessage("", tool_calls=[call])

    def results(self, outcomes: Sequence[Outcome]) -> list[BaseMessage]:
        return [
            ToolMessage(
                one.text,
                tool_call_id=one.call_id,
                name=one.name,
                status="error" if one.failed else "success",
            )
            for one in outcomes
        ]


class ToolsInText:
    """For models that tools cannot be bound to: described in the prompt, called as JSON."""

    chat: Runnable[LanguageModelInput, AIMessage] | None = None

    def __init__(self, tools: Sequence[BaseTool]) -> None:
        self.specs = specifications(tools)

    def system(self, text: str) -> str:
        tools = "\n".join(f"- {_signature(spec)}: {spec.description}" for spec in self.specs)
        return f"{text}\n\n{render('agent_tools', tools=tools)}"

    def read(self, message: AIMessage) -> Reply:
        found = parse(message.text, self.specs)
        return Reply(
            AIMessage(message.text), found.content, found.tool_calls, found.invalid_tool_calls
        )

    def made(self, call: ToolCall) -> AIMessage:
        written = {"name": call["name"], "arguments": call["args"]}
        return AIMessage(json.dumps(written, ensure_ascii=False))

    def results(self, outcomes: Sequence[Outcome]) -> list[BaseMessage]:
        # One message, because some templates want user and assistant in turns.
        texts = [render("agent_result", name=item.name, text=item.text) for item in outcomes]
        return [HumanMessage("\n\n".join(texts))] if texts else []


def tool_protocol(model: Model, tools: Sequence[BaseTool]) -> ToolProtocol:
    """Bound tools if the model takes them, else text."""
    try:
        return ToolsBound(model.chat.bind_tools(tools), tools)
    except NotImplementedError:
        return ToolsInText(tools)


def _signature(spec: ToolSpec) -> str:
    kinds = spec.parameters.get("properties", {})
    needed = spec.parameters.get("required", ())
    arguments = (
        f"{name}: {kind.get('type', 'any')}{'' if name in needed else ' (optional)'}"
        for name, kind in kinds.items()
    )
    return f"{spec.name}({', '.join(arguments)})"


def _with_id(call: Any) -> Any:
    """A call with an id, which its result must name."""
    return {**call, "id": call.get("id") or f"call_{secrets.token_hex(8)}"}
