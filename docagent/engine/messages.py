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
    if any(isinstance(message, AIMessage) and message.tool_calls for message in messages):
        raise DocAgentError("the engine cannot render the tool calls of an assistant message")
    return [
        {"role": role_of(message, tool_role), "content": text_of(message)} for message in messages
    ]


def role_of(message: BaseMessage, tool_role: str = "user") -> str:
    """The template's role of a message; `DocAgentError` for a type that has none."""
    if isinstance(message, AIMessage):
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


def text_of(message: BaseMessage) -> str:
    """The text of a message; `DocAgentError` when it holds anything else."""
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
