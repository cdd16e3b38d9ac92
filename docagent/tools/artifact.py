"""What the result of a tool was: for the trace, and for the note that may replace it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolArtifact:
    """The `artifact` of a tool's message.

    `summary` says it in a few words, `numbers` are the passages it names, `more` is how many
    were left out for want of room, and `again` whether the same call shows them.
    """

    summary: str
    numbers: tuple[int, ...] = ()
    more: int = 0
    again: bool = False
