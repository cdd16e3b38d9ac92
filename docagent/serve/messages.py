"""A conversation as OpenAI's clients send it, and as LangChain has it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from docagent.serve.errors import ApiError

_Line = Annotated[str, Field(max_length=200)]


class _Lenient(BaseModel):
    """Clients send more than we know; what changes no meaning is passed over."""

    model_config = ConfigDict(extra="ignore")


class FileOf(_Lenient):
    """A document by the id that its upload gave."""

    file_id: _Line


class Part(_Lenient):
    """A piece of a message: text, or a document that the question is about."""

    type: _Line
    text: str | None = None
    file: FileOf | None = None


class Function(_Lenient):
    """What a call calls; `arguments` are JSON in a string."""

    name: _Line
    arguments: str = "{}"


class Call(_Lenient):
    """A call that an earlier answer made."""

    id: _Line
    function: Function


class Message(_Lenient):
    """One turn."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: _Line | None = None

    @property
    def text(self) -> str:
        """Its words. Raises ApiError for what is neither text nor a document."""
        if not isinstance(self.content, list):
            return self.content or ""
        for part in self.content:
            if part.type not in ("text", "file", "input_file", "refusal"):
                raise ApiError(
                    400, f"Only text and files are read, not {part.type}.", "unsupported_content"
                )
        return "".join(part.text or "" for part in self.content if part.type == "text")

    @property
    def documents(self) -> list[str]:
        """The ids of the documents it names."""
        parts = self.content if isinstance(self.content, list) else []
        return [part.file.file_id for part in parts if part.file]


def as_langchain(messages: list[Message]) -> list[Any]:
    """The messages for a LangChain chat model. Raises ApiError for calls that are no JSON."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    made: list[Any] = []
    for message in messages:
        text = message.text
        if message.role in ("system", "developer"):
            made.append(SystemMessage(text))
        elif message.role == "user":
            made.append(HumanMessage(text))
        elif message.role == "tool":
            made.append(ToolMessage(text, tool_call_id=message.tool_call_id or ""))
        else:
            calls = [_call(call) for call in message.tool_calls or ()]
            made.append(AIMessage(text, tool_calls=calls))
    return made


def _call(call: Call) -> dict[str, Any]:
    try:
        arguments = json.loads(call.function.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ApiError(400, "The arguments of a call are a JSON object in a string.")
    return {"name": call.function.name, "args": arguments, "id": call.id, "type": "tool_call"}
