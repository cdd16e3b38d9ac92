"""Engines by the prefix of a `--model` value, such as `openai:` of `openai:MODEL@URL`.

To add one, write a function that takes the whole value and returns a LangChain chat model, and
register it:

    from docagent.engine.registry import register

    def connect(name: str) -> BaseChatModel:
        return MyChatModel(model=name.removeprefix("myengine:"))

    register("myengine", connect)

A package that is installed beside docagent does the same by an entry point of the group
`docagent.engines`, named after the prefix; then the command line knows the engine too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

GROUP = "docagent.engines"


@dataclass(frozen=True)
class RegisteredEngine:
    """`connect` makes the chat model of a `--model` value; `check` refuses a malformed one."""

    connect: Callable[[str], BaseChatModel]
    check: Callable[[str], object] | None = None


_engines: dict[str, RegisteredEngine] = {}


def register(
    prefix: str,
    connect: Callable[[str], BaseChatModel],
    check: Callable[[str], object] | None = None,
) -> None:
    """Let `connect` make the chat model of every `--model` value that begins with `prefix:`.

    `check`, called before anything is loaded, raises `DocAgentError` for a malformed value.
    """
    _engines[prefix] = RegisteredEngine(connect, check)


def registered(name: str) -> RegisteredEngine | None:
    """The engine of a `--model` value by its prefix; None for a value of docagent's own engine."""
    prefix, colon, _ = name.partition(":")
    if not colon:
        return None
    if prefix not in _engines:
        for entry in entry_points(group=GROUP, name=prefix):
            register(prefix, entry.load())
    return _engines.get(prefix)
