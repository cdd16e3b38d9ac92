"""What a question reports while it is worked on; the last event is the `Answer`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from docagent.answer import Answer
from retrieval.progress import Progress

__all__ = ["Answer", "Event", "Progress", "Step", "Token", "event_as_json"]


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


def event_as_json(event: Event) -> dict[str, Any]:
    """One line of a trace file, from which `docagent.replay` makes the event again."""
    name = type(event).__name__.lower()
    body = asdict(event)
    if isinstance(event, Answer):
        told = event.as_json()
        body = told | {"citations": body["citations"], "note": event.note}
    return {"event": name, **body}
