"""What is reported while a question is worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from docagent.answer import Answer
from retrieval.progress import Progress, ignore

__all__ = ["Answer", "Emit", "Event", "Progress", "Step", "Token", "event_as_json", "ignore"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done, in a line a user can read."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the model's answer as it is written."""

    text: str


Event = Progress | Step | Token | Answer
"""What `DocAgent.stream` yields; the last event is the `Answer`."""

Emit = Callable[[Progress | Step | Token], None]
"""Whoever wants to hear of the work while it goes on."""


def event_as_json(event: Event) -> dict[str, Any]:
    """One line of a trace file.

    An answer is the object of `ask --json`, with its `note` and the `units` of its citations
    where there is something to tell.
    """
    name = type(event).__name__.lower()
    if not isinstance(event, Answer):
        return {"event": name, **asdict(event)}
    body = event.as_json()
    if event.note:
        body["note"] = event.note
    if any(citation.unit != "page" for citation in event.citations):
        body["units"] = [citation.unit for citation in event.citations]
    return {"event": name, **body}
