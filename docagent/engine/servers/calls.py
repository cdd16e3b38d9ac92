"""The tool calls of a server's answer: those it lists, and those it left in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import InvalidToolCall, ToolCall, ToolCallChunk

from docagent.engine.tools.calls import Request, call_chunks, checked
from docagent.engine.tools.specification import ToolSpec, specifications
from docagent.engine.tools.splitter import Calls, Splitter


def offered(options: Mapping[str, Any]) -> list[ToolSpec]:
    """The functions that a request's options let the model call.

    Raises `DocAgentError` for tools that cannot be offered.
    """
    if options.get("tool_choice") == "none":
        return []
    # OpenAI's own tools, such as its web search, are run by the server and never called by us.
    return specifications([tool for tool in options.get("tools") or () if "function" in tool])


@dataclass
class _PartialCall:
    """A call in the form the server gave it, still growing."""

    index: int | None
    id: str | None
    name: str
    arguments: str


class CallReader:
    """Takes an answer piece by piece; says its content at once and its calls at the end.

    Only offered tools are called: other names, and arguments that no reading makes fit, are among
    the invalid calls with one line for the model. Calls in the text count where the server lists
    none, as it does when it has no parser for this model or was started without one.
    """

    def __init__(self, tools: Sequence[ToolSpec]) -> None:
        self._tools = tools
        self._splitter = Splitter(tools)
        self._partial: list[_PartialCall] = []

    def push(self, text: str) -> str:
        """Content that is certain after a further piece of the text."""
        return self._splitter.push(text)

    def add(self, pieces: Iterable[ToolCallChunk]) -> None:
        """Pieces of calls that the server lists."""
        for piece in pieces:
            index, number = piece.get("index"), piece.get("id")
            name, arguments = piece.get("name") or "", piece.get("args") or ""
            last = next((call for call in reversed(self._partial) if call.index == index), None)
            # Some servers give every call the index 0: another id begins another call, and so does
            # a name where one stands already, unless the id says that it is the same call.
            if last is None or (
                (number != last.id) if number and last.id else bool(name and last.name)
            ):
                self._partial.append(_PartialCall(index, number, name, arguments))
                continue
            last.id, last.name = last.id or number, last.name or name
            last.arguments += arguments

    def finish(self) -> Calls:
        """The rest of the content and all calls."""
        rest = self._splitter.finish()
        if not self._partial:
            return rest
        calls: list[ToolCall] = []
        invalid: list[InvalidToolCall] = []
        for partial in self._partial:
            call = checked(Request(partial.name, partial.arguments), self._tools)
            call["id"] = partial.id or call["id"]
            if call["type"] == "tool_call":
                calls.append(call)
            else:
                invalid.append(call)
        return Calls(rest.content, calls, invalid)


def as_chunks(calls: Calls) -> list[ToolCallChunk]:
    """The calls as LangChain streams them, each in one piece.

    When LangChain puts a stream together it reads every call anew, repairs the JSON and knows no
    tools, so that a refused call would come back as a valid one. Behind its error it is no JSON.
    """
    invalid = [(call, f"{call['error']}: {call['args']}") for call in calls.invalid_tool_calls]
    return call_chunks(calls.tool_calls, invalid)
