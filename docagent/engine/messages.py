"""LangChain messages as the role and text that a chat template takes."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from docagent.errors import DocAgentError

ROLES = frozenset({"system", "user", "assistant"})


def to_template(
    messages: Sequence[BaseMessage], *, tool_role: str = "user"
) -> list[dict[str, str]]:
    """Messages as `{"role": ..., "content": ...}`, oldest first.

    `tool_role` is the role of a tool's result: `tool` where the template knows it, else `user`.
    Raises `DocAgentError` for anything that is not text.
    """
    if not messages:
        raise DocAgentError("there is no message to answer")
    return [{"role": _role(message, tool_role), "content": _text(message)} for message in messages]


def _role(message: BaseMessage, tool_role: str) -> str:
    if isinstance(message, AIMessage):
        if message.tool_calls:
            raise DocAgentError("the engine cannot render the tool calls of an assistant message")
        return "assistant"
    if isinstance(message, HumanMessage):
        return "user"
    if isinstance(message, SystemMessage):
        return "system"
    if isinstance(message, ToolMessage):
        return tool_role
    if isinstance(message, ChatMessage) and message.role in ROLES:
        return message.role
    raise DocAgentError(f"the engine cannot read a message of type {message.type}")


def _text(message: BaseMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    parts: list[str] = []
    for part in message.content:
        if isinstance(part, str):
            parts.append(part)
        elif part.get("type") == "text" and isinstance(part.get("text"), str):
            parts.append(part["text"])
        else:
            raise DocAgentError(
                f"the engine reads text only; a message holds a part of type {part.get('type')}"
            )
    return "".join(parts)
