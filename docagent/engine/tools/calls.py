"""What a model wrote, as LangChain's tool calls."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from langchain_core.messages import InvalidToolCall, ToolCall, ToolCallChunk
from langchain_core.messages.tool import invalid_tool_call, tool_call, tool_call_chunk

from docagent.engine.tools.jsontext import CutOffError, read_value
from docagent.engine.tools.schema import MisfitError, fit
from docagent.engine.tools.specification import ToolSpec

_ARGUMENTS = ("arguments", "parameters", "args", "input")
_NAMES = ("name", "tool", "function", "tool_name")
CUT_OFF = "the call was cut off before its end; make it shorter"
NOT_JSON = 'the call is not JSON; write {"name": ..., "arguments": {...}}'


class Request(NamedTuple):
    """A call as written: the name may be unknown, the arguments any JSON."""

    name: str
    arguments: object


def requests_in(value: object, tools: Sequence[ToolSpec], *, marked: bool) -> list[Request]:
    """The calls a JSON value stands for; empty when it is none.

    `marked`: it stood between the marks of a call, so that the arguments may lie beside the name.
    Without marks it must name a tool that is offered, or be spelt as a call is.
    """
    if isinstance(value, list):
        nested = [requests_in(item, tools, marked=marked) for item in value]
        return [request for requests in nested for request in requests] if all(nested) else []
    if not isinstance(value, Mapping):
        return []
    if isinstance(calls := value.get("tool_calls"), list):
        return requests_in(calls, tools, marked=True)
    if isinstance(function := value.get("function"), Mapping):
        return requests_in(function, tools, marked=marked)
    key = next((key for key in _NAMES if isinstance(value.get(key), str)), None)
    if key is None:
        return []
    name = value[key]
    arguments = next((other for other in _ARGUMENTS if other in value), None)
    tool = _find(name, tools)
    if arguments is not None and (marked or tool or arguments in _ARGUMENTS[:2]):
        return [Request(name, value[arguments])]
    beside = {other: item for other, item in value.items() if other not in (key, "type", "id")}
    if marked or (tool and beside.keys() <= tool.parameters.get("properties", {}).keys()):
        return [Request(name, beside)]
    return []


def checked(request: Request, tools: Sequence[ToolSpec]) -> ToolCall | InvalidToolCall:
    """The call with arguments that fit the tool's schema, or invalid with a one-line error."""
    tool = _find(request.name, tools)
    if tool is None:
        names = ", ".join(known.name for known in tools)
        return invalid(
            request.name,
            request.arguments,
            f"there is no tool {request.name[:64]!r}; the tools are: {names}",
        )
    try:
        arguments = fit(_as_object(request.arguments, tool), tool.parameters)
        if not isinstance(arguments, dict):
            raise MisfitError("the arguments must be a JSON object")
    except CutOffError:
        return invalid(tool.name, request.arguments, CUT_OFF)
    except MisfitError as error:
        return invalid(tool.name, request.arguments, f"{tool.name}: {error}")
    return tool_call(name=tool.name, args=arguments, id=_new_id())


def invalid(name: str | None, arguments: object, error: str) -> InvalidToolCall:
    """A call that cannot be made; `error` is for the model to read and try again."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return invalid_tool_call(name=name, args=text, id=_new_id(), error=" ".join(error.split()))


def call_chunks(
    calls: Sequence[ToolCall], invalid_calls: Sequence[InvalidToolCall]
) -> list[ToolCallChunk]:
    """Calls as LangChain streams them, each in one piece.

    When LangChain puts a stream together it reads every call anew, repairs the JSON and knows no
    tools, so that a refused call would come back as a valid one. Behind its error it is no JSON.
    """
    pieces = [
        (call["name"], json.dumps(call["args"], ensure_ascii=False), call["id"]) for call in calls
    ]
    pieces += [
        (call["name"] or "", f"{call['error']}: {call['args']}", call["id"])
        for call in invalid_calls
    ]
    return [
        tool_call_chunk(name=name, args=arguments, id=number, index=index)
        for index, (name, arguments, number) in enumerate(pieces)
    ]


def _find(name: str, tools: Sequence[ToolSpec]) -> ToolSpec | None:
    key = name.strip().removesuffix("()").removeprefix("functions.")
    for exact in (True, False):
        for tool in tools:
            if tool.name == key or (not exact and tool.name.lower() == key.lower()):
                return tool
    return None


def _as_object(arguments: object, tool: ToolSpec) -> object:
    """Arguments that came as a string or bare as the object they stand for."""
    if arguments is None or arguments == "":
        return {}
    properties = list(tool.parameters.get("properties", ()))
    if isinstance(arguments, str):
        try:
            read = read_value(arguments)
        except CutOffError:
            if arguments.lstrip()[:1] in ("{", "["):
                raise
            read = arguments
        except ValueError:
            read = arguments
        arguments = read if isinstance(read, dict | list) else arguments
    if isinstance(arguments, dict) or len(properties) != 1:
        return arguments
    return {properties[0]: arguments}


def _new_id() -> str:
    return f"call_{secrets.token_hex(8)}"
