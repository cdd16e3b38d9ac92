"""What long work reports while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` `unit`s of a stage: "read" pages, "embed" passages, ..."""

    stage: str
    done: int
    total: int
    unit: str


Emit = Callable[[Progress], None]


def ignore(event: object) -> None:
    """An `Emit` for callers that want the result alone."""
