"""LangChain messages as the role and text that a chat template takes."""

from __future__ import annotations

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
)

from docagent.errors import DocAgentError

CALLS = frozenset({"tool_use", "tool_call"})
"""Parts of an answer that repeat what `tool_calls` holds, as some models' messages have them."""

ROLES: dict[type[BaseMessage], str] = {
    AIMessage: "assistant",
    HumanMessage: "user",
    SystemMessage: "system",
}


def role_of(message: BaseMessage) -> str:
    """The template's role of a message; `DocAgentError` for a type that has none."""
    for kind, role in ROLES.items():
        if isinstance(message, kind):
            return role
    if isinstance(message, ChatMessage) and message.role in ROLES.values():
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
        elif isinstance(message, AIMessage) and part.get("type") in CALLS:
            continue
        else:
            raise DocAgentError(
                f"the engine reads text only; a message holds a part of type {part.get('type')}"
            )
    return "".join(parts)
