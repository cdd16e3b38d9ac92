"""How a question is answered: each strategy is a file that reads top-down."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.answering.context import QueryContext, Strategy

NAMES = ("auto", "retrieve", "read", "direct", "agent")


def strategy(name: str) -> Callable[[QueryContext], Strategy]:
    """The strategy of this name. Raises DocAgentError for another one."""
    if name not in NAMES:
        raise DocAgentError(f"There is no strategy {name!r}; choose one of {', '.join(NAMES)}.")
    found: Callable[[QueryContext], Strategy] = getattr(
        import_module(f"docagent.strategies.{name}"), name
    )
    return found
