"""What long work reports while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` `unit`s of a stage: "read" pages, "embed" passages, ..."""

    stage: str
    done: int
    total: int
    unit: str


Emit = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """An `Emit` for callers that follow no progress."""


def finish(work: Generator[E, None, T], report: Callable[[E], None] | None = None) -> T:
    """Run a generator to its end, handing each of its reports to `report`."""
    while True:
        try:
            progress = next(work)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        if report:
            report(progress)
