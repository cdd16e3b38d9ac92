"""The tools of one question at work: every call ends in something the model can read."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, ToolException
from pydantic import ValidationError

from docagent.agent.tool_protocol import Outcome
from docagent.engine.tools.calls import Request, checked
from docagent.engine.tools.specification import specifications
from docagent.errors import first_line
from docagent.grounding.markers import without_markers
from docagent.tools import NAMES
from docagent.tools.base import CorpusTool
from docagent.tools.context import ToolArtifact, ToolContext

if TYPE_CHECKING:
    from langchain_core.messages import InvalidToolCall, ToolCall

log = logging.getLogger("docagent")

_ARGUMENT = 80  # characters of an argument in a line
_LOOKING = frozenset({"search", "grep", "read_pages"})


class Toolbox:
    """Runs calls. Errors of the model are results; errors of docagent's code are raised."""

    def __init__(self, context: ToolContext, tools: Sequence[BaseTool]) -> None:
        self.tools = list(tools)
        self.specs = specifications(tools)
        self.used_own = False  # whether a user's tool has brought anything
        self._context = context
        self._by_name = {tool.name: tool for tool in tools}
        self._made: dict[str, Outcome] = {}

    def run(self, call: ToolCall) -> Outcome:
        """One call, with arguments that need not fit."""
        fitted = checked(Request(call["name"], call["args"]), self.specs)
        if fitted["type"] == "invalid_tool_call":
            return self.refused({**fitted, "id": call["id"]}, fitted["error"] or "")
        name, arguments = fitted["name"], fitted["args"]
        argument = _few_words(arguments)
        key = _key(name, arguments)
        if key in self._made:
            return self._repeated(call, self._made[key])
        held = len(self._context.registry.passages)
        outcome = self._called(self._by_name[name], arguments, argument, call["id"] or "")
        if outcome.failed:
            return outcome
        if outcome.shown and outcome.shown.numbers:
            self._context.registry.results.append(outcome.shown.numbers)
        if not (outcome.shown and outcome.shown.again):
            self._made[key] = outcome
        self.used_own = self.used_own or name not in NAMES
        grown = len(self._context.registry.passages) > held
        return replace(outcome, fresh=grown or name not in _LOOKING)

    def refused(self, call: ToolCall | InvalidToolCall, error: str) -> Outcome:
        """What is said to a call that cannot be made."""
        argument = _few_words(call["args"] or "")
        return Outcome(
            call["id"] or "",
            call["name"] or "call",
            argument,
            f"Error: {error}",
            f"{call['name'] or ''} {argument}: {error}".strip(),
            failed=True,
            invalid=True,
        )

    def _called(
        self, tool: BaseTool, arguments: dict[str, Any], argument: str, call_id: str
    ) -> Outcome:
        made = {"name": tool.name, "args": arguments, "id": call_id, "type": "tool_call"}
        ours = isinstance(tool, CorpusTool)
        try:
            message = tool.invoke(made)
        except Exception as error:
            told = first_line(error)
            if isinstance(error, ValidationError) and not ours:
                told = _misfits(error)  # of arguments that fit the plain schema only
            elif not isinstance(error, ToolException):
                if ours:
                    raise
                log.warning("the tool %s failed: %s", tool.name, told)
            return self._failed(tool.name, argument, call_id, told)
        if not isinstance(message, ToolMessage):
            message = ToolMessage(str(message), tool_call_id=call_id)
        if message.status == "error":  # a tool that handles its errors itself
            return self._failed(tool.name, argument, call_id, message.text)
        shown = message.artifact if ours else None
        text = str(message.text)
        if not isinstance(shown, ToolArtifact):
            text = self._context.cut(without_markers(text))
            shown = ToolArtifact(_few_words(text))
        trace = f"{argument} -> {shown.summary}" if argument else shown.summary
        return Outcome(call_id, tool.name, argument, text, trace, shown)

    def _failed(self, name: str, argument: str, call_id: str, error: str) -> Outcome:
        line = _few_words(error, 200)
        return Outcome(
            call_id, name, argument, f"Error: {line}", f"{argument}: {line}", failed=True
        )

    def _repeated(self, call: ToolCall, before: Outcome) -> Outcome:
        hint = "You made this call before; its result stands above. Ask for something else"
        if self._context.registry.passages:
            hint += ", or answer from what you have"
        text = f"{before.brief}. {hint}."
        trace = f"{before.argument} -> the same call as before"
        return Outcome(call["id"] or "", before.name, before.argument, text, trace, repeated=True)


def _key(name: str, arguments: dict[str, Any]) -> str:
    """What makes two calls the same: of a search, the words in any order and case."""
    if name == "search":
        words = sorted(set(re.findall(r"\w+", str(arguments["query"]).casefold())))
        return json.dumps([name, words])
    return json.dumps([name, arguments], sort_keys=True, default=str)


def _misfits(error: ValidationError) -> str:
    """Which arguments are wrong, and how."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in errors)


def _few_words(value: object, most: int = _ARGUMENT) -> str:
    """Arguments or a text in a few words, on one line."""
    if isinstance(value, dict):
        value = ", ".join(str(item) for item in value.values())
    line = " ".join(str(value).split())
    return line if len(line) <= most else line[:most].rstrip() + "..."
