"""What the verbs of docagent eval share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

Budget = Annotated[
    int | None,
    typer.Option(min=50, help="Tokens of evidence to read.", show_default="about 4000"),
]


def shown(what: str) -> Callable[[int, int], None]:
    """A function that prints how much is done, on a terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} {what}", end=end, file=sys.stderr, flush=True)

    return show


def strategies(cases: list[dict[str, object]], asked: str) -> str:
    """What was asked for, and what the agent took."""
    taken = sorted({str(case["strategy"]) for case in cases})
    return asked if taken == [asked] else f"{asked} ({', '.join(taken)})"
