"""The strategies by name, each a file of docagent/strategies or one that a user registered.

A new one is a function from a `QueryContext` to a `Draft`, made known by `register`:

    register("first", lambda context: write(context, select(...), ...))
    DocAgent(strategy="first").ask("report.pdf", "...")
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from docagent.errors import DocAgentError

Strategy = Callable[[Any], Any]  # QueryContext to Draft: docagent/answering/context.py

NO_MODEL = (
    "--model none has no language model and gives the document's exact words alone; name a --model "
    "for this"
)
_BUILT_IN = ("auto", "retrieve", "read", "direct", "agent")
_registered: dict[str, Strategy] = {}


def register(name: str, strategy: Strategy) -> None:
    """Make a strategy known by a name. Raises DocAgentError for the name of a built-in one."""
    if name in _BUILT_IN:
        raise DocAgentError(f"docagent has a strategy {name!r} already; choose another name.")
    _registered[name] = strategy


def names() -> tuple[str, ...]:
    """The names that a strategy may be chosen by."""
    return (*_BUILT_IN, *_registered)


def check_strategy(name: str, model: str) -> None:
    """Raises DocAgentError for a name that no strategy has, or none without a language model."""
    if name not in names():
        raise DocAgentError(f"There is no strategy {name!r}; choose one of {', '.join(names())}.")
    if model == "none" and name not in ("auto", "retrieve"):
        raise DocAgentError(f"There is no strategy {name} here: {NO_MODEL}.")


def strategy(name: str, model: str) -> Strategy:
    """The strategy of a name that `check_strategy` let pass; `--model none` has one of its own."""
    name = "extractive" if model == "none" else name
    if name in _registered:
        return _registered[name]
    function: Strategy = getattr(import_module(f"docagent.strategies.{name}"), name)
    return function
