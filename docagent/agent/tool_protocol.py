"""How a model learns of tools and how it calls them: bound to it, or in plain text."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from docagent.engine.tools.calls import Request, checked
from docagent.engine.tools.parse import parse
from docagent.engine.tools.specification import ToolSpec, specifications
from docagent.tools.context import ToolArtifact
from prompts import render

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import InvalidToolCall, ToolCall
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from docagent.model import Model


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call and what came of it: `text` is what the model reads, `trace` its line in the trace.

    `argument` is what was asked for, in a few words. `failed` is True for the model's own
    errors and a user's broken tool, `invalid` for calls that could not be made at all,
    `repeated` for those that were made before, and `fresh` where something new was shown.
    """

    call_id: str
    name: str
    argument: str
    text: str
    trace: str
    shown: ToolArtifact | None = None
    failed: bool = False
    invalid: bool = False
    repeated: bool = False
    fresh: bool = False

    @property
    def step(self) -> str:
        """Its name in the trace."""
        return "invalid" if self.invalid else self.name

    @property
    def brief(self) -> str:
        """The call, how much it brought, and the numbers of the passages."""
        if self.shown is None:
            return f"{self.name}({self.argument})"
        numbers = "".join(f"[{number}]" for number in self.shown.numbers)
        return f"{self.name}({self.argument}): {self.shown.summary} {numbers}".rstrip()


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's turn: the message for the conversation, and what it holds."""

    message: AIMessage
    text: str
    calls: list[ToolCall]
    invalid: list[InvalidToolCall]


class ToolsInText:
    """For models that tools cannot be bound to: described in the prompt, called as JSON."""

    chat: Runnable[LanguageModelInput, AIMessage] | None = None  # what is asked; the model itself

    def __init__(self, tools: Sequence[BaseTool]) -> None:
        self.specs = specifications(tools)

    def system(self, text: str) -> str:
        """The system prompt, with the tools if that is where they are described."""
        tools = "\n".join(f"- {_signature(spec)}: {spec.description}" for spec in self.specs)
        return f"{text}\n\n{render('agent_tools', tools=tools)}"

    def read(self, message: AIMessage) -> Reply:
        """What a reply says and calls."""
        found = parse(message.text, self.specs)
        return Reply(
            AIMessage(message.text), found.content, found.tool_calls, found.invalid_tool_calls
        )

    def made(self, call: ToolCall) -> AIMessage:
        """The message of a model that makes this call."""
        written = {"name": call["name"], "arguments": call["args"]}
        return AIMessage(json.dumps(written, ensure_ascii=False))

    def results(self, outcomes: Sequence[Outcome]) -> list[BaseMessage]:
        """The messages that bring results."""
        # One message, because some templates want user and assistant in turns.
        texts = [render("agent_result", name=item.name, text=item.text) for item in outcomes]
        return [HumanMessage("\n\n".join(texts))] if texts else []


class ToolsBound(ToolsInText):
    """Tools bound to the model, as LangChain has it."""

    def __init__(
        self, chat: Runnable[LanguageModelInput, AIMessage], tools: Sequence[BaseTool]
    ) -> None:
        super().__init__(tools)
        self.chat = chat

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
        text, content = str(message.text), message.content
        if not calls and not invalid:
            # Servers without a tool parser hand the call on as text.
            found = parse(text, self.specs)
            calls, invalid = found.tool_calls, found.invalid_tool_calls
            text = content = found.content
        kept = AIMessage(content, tool_calls=calls, invalid_tool_calls=invalid)
        return Reply(kept, text, calls, invalid)

    def made(self, call: ToolCall) -> AIMessage:
        return AIMessage("", tool_calls=[call])

    def results(self, outcomes: Sequence[Outcome]) -> list[BaseMessage]:
        return [
            ToolMessage(
                outcome.text,
                tool_call_id=outcome.call_id,
                name=outcome.name,
                status="error" if outcome.failed else "success",
            )
            for outcome in outcomes
        ]


def tool_protocol(model: Model, tools: Sequence[BaseTool]) -> ToolsInText:
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
