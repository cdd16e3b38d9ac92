"""LangChain messages and tools as the turns of Qwen2's chat template.

Rendering is append-only: the prompt for a conversation begins with the prompt for its beginning,
so that the engine can reuse the keys and values it has computed. The exception is the first of
several results, before which nothing is generated anyhow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from docagent.engine.tokens import Part, Turn
from docagent.engine.tools.marks import (
    ARGS,
    CALL,
    CALL_END,
    FUNCTION,
    RESPONSE,
    RESPONSE_END,
    RESULT,
    RETURN,
    Format,
    neutral,
    plain_json,
)
from docagent.engine.tools.specification import ToolSpec, specifications
from docagent.errors import DocAgentError

SYSTEM = "You are a helpful assistant."
"""Qwen2's own system text, for a conversation with tools that has none."""

CALL_PARTS = frozenset({"tool_use", "tool_call"})
"""Parts of an answer that repeat what `tool_calls` holds, as some models' messages have them."""

ROLES: dict[type[BaseMessage], str] = {
    AIMessage: "assistant",
    HumanMessage: "user",
    SystemMessage: "system",
}


def render(
    messages: Sequence[BaseMessage], tools: Sequence[Any] = (), format: Format = "hermes"
) -> list[Turn]:
    """Turns for `ChatTokens.encode`, oldest first.

    Marks are written by trusted parts only. In tool results, and in what the user says while
    tools are in play, lookalikes of marks are broken by a space (see `neutral`); in arguments
    they are JSON-escaped. In the `qwen` format an answer to a tool's result continues the open
    assistant turn. Raises `DocAgentError` for anything that is not text, and for odd tools.
    """
    if not messages:
        raise DocAgentError("there is no message to answer")
    specs = specifications(tools)
    turns: list[Turn] = []
    if specs:
        first = messages[0]
        has_system = isinstance(first, SystemMessage)
        text = _text_of(first) if has_system else SYSTEM
        turns.append({"role": "system", "content": [Part(text), *_described(specs, format)]})
        messages = messages[1:] if has_system else messages
    in_play = bool(specs) or any(isinstance(message, ToolMessage) for message in messages)
    return turns + (_hermes(messages, in_play) if format == "hermes" else _qwen(messages, in_play))


def _described(specs: list[ToolSpec], format: Format) -> list[Part]:
    """What stands after the system text; the wording is what the models were trained on."""
    if format == "hermes":
        lines = "".join(f"\n{plain_json(spec.definition)}" for spec in specs)
        return [
            Part(
                "\n\n# Tools\n\nYou may call one or more functions to assist with the user query."
                "\n\nYou are provided with function signatures within <tools></tools> XML tags:"
                "\n<tools>",
                trusted=True,
            ),
            Part(lines),
            Part(
                "\n</tools>\n\nFor each function call, return a json object with function name "
                f"and arguments within {CALL}{CALL_END} XML tags:\n{CALL}\n"
                '{"name": <function-name>, "arguments": <args-json-object>}'
                f"\n{CALL_END}",
                trusted=True,
            ),
        ]
    tools = "".join(
        f"### {spec.name}\n\n{spec.name}: {neutral(spec.description)} "
        f"Parameters: {plain_json(spec.parameters)} Format the arguments as a JSON object.\n\n"
        for spec in specs
    )
    return [
        Part(
            f"\n\n# Tools\n\n## You have access to the following tools:\n\n{tools}"
            "## When you need to call a tool, please insert the following command in your reply, "
            "which can be called zero or multiple times according to your needs:\n\n"
            f"{FUNCTION}: The tool to use, should be one of "
            f"[{','.join(spec.name for spec in specs)}]\n{ARGS}: The input of the tool\n"
            f"{RESULT}: Tool results\n{RETURN}: Reply based on tool results. "
            "Images need to be rendered as ![](url)"
        )
    ]


def _plain_turn(message: BaseMessage, in_play: bool) -> Turn:
    role, text = _role_of(message), _text_of(message)
    return {"role": role, "content": neutral(text) if in_play and role == "user" else text}


def _hermes(messages: Sequence[BaseMessage], in_play: bool) -> list[Turn]:
    turns: list[Turn] = []
    responses: list[Part] | None = None
    for message in messages:
        if isinstance(message, ToolMessage):
            response = [
                Part(RESPONSE, trusted=True),
                Part(f"\n{neutral(_text_of(message))}\n"),
                Part(RESPONSE_END, trusted=True),
            ]
            if responses is None:
                responses = response
                turns.append({"role": "user", "content": responses})
            else:
                responses += [Part("\n"), *response]
            continue
        responses = None
        if isinstance(message, AIMessage):
            parts = [Part(_text_of(message))]
            for name, arguments in _calls(message):
                parts += [
                    Part("\n" if len(parts) > 1 or parts[0].text else ""),
                    Part(CALL, trusted=True),
                    Part(f'\n{{"name": {plain_json(name)}, "arguments": {arguments}}}\n'),
                    Part(CALL_END, trusted=True),
                ]
            turns.append({"role": "assistant", "content": parts})
        else:
            turns.append(_plain_turn(message, in_play))
    return turns


def _qwen(messages: Sequence[BaseMessage], in_play: bool) -> list[Turn]:
    turns: list[Turn] = []
    # The assistant turn that a further message may continue, and the message that it ends with.
    last: BaseMessage | None = None
    text = ""

    def close() -> None:
        nonlocal last
        if last is not None:
            turns.append({"role": "assistant", "content": text})
        last = None

    for message in messages:
        if isinstance(message, ToolMessage):
            text = f"{text}\n" if last is not None else ""
            text += f"{RESULT}: {neutral(_text_of(message))}"
            last = message
        elif isinstance(message, AIMessage):
            reply = _text_of(message)
            if isinstance(last, ToolMessage):
                # The space is the model's own: it writes it after the colon it is prompted with.
                space = "" if reply[:1].isspace() else " "
                reply = f"{text}\n{RETURN}:{space}{reply}"
            else:
                close()
            for name, arguments in _calls(message):
                reply += "\n" if reply else ""
                reply += f"{FUNCTION}: {neutral(name)}\n{ARGS}: {arguments}"
            text, last = reply, message
            if not (message.tool_calls or message.invalid_tool_calls):
                close()
        else:
            close()
            turns.append(_plain_turn(message, in_play))
    if last is not None:
        prompt = f"\n{RETURN}:" if isinstance(last, ToolMessage) else ""
        turns.append({"role": "assistant", "content": text + prompt, "open": True})
    return turns


def _calls(message: AIMessage) -> list[tuple[str, str]]:
    """Name and arguments of each call as JSON; of a call that did not parse, as it was written."""
    calls = [(call["name"], plain_json(call["args"])) for call in message.tool_calls]
    return calls + [
        (call["name"] or "", neutral(call["args"] or "")) for call in message.invalid_tool_calls
    ]


def _role_of(message: BaseMessage) -> str:
    """The template's role of a message; `DocAgentError` for a type that has none."""
    for kind, role in ROLES.items():
        if isinstance(message, kind):
            return role
    if isinstance(message, ChatMessage) and message.role in ROLES.values():
        return message.role
    raise DocAgentError(f"the engine cannot read a message of type {message.type}")


def _text_of(message: BaseMessage) -> str:
    """The text of a message; `DocAgentError` when it holds anything else."""
    if isinstance(message.content, str):
        return message.content
    parts: list[str] = []
    for part in message.content:
        if isinstance(part, str):
            parts.append(part)
        elif part.get("type") == "text" and isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif isinstance(message, AIMessage) and part.get("type") in CALL_PARTS:
            continue
        else:
            raise DocAgentError(
                f"the engine reads text only; a message holds a part of type {part.get('type')}"
            )
    return "".join(parts)
