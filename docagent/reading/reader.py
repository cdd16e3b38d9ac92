"""Reads windows with a model, keeps each result, and goes on where an earlier run was killed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from docagent.asking import Asking
from docagent.checking.quotes import Quote
from docagent.errors import first_line
from docagent.events import Event, Progress, Step
from docagent.reading.excerpts import (
    found_again,
    made_from,
    picked,
    read_prompt,
    reply_options,
    window_text,
)
from docagent.reading.windows import Window

log = logging.getLogger("docagent")

_TOGETHER = 8  # windows asked at once where the model answers several
_USEFUL = 0.5  # relevance that goes into the notes for later windows
_NOTED = 8  # quotes in the notes
# Reading ends early when this is held, and so many windows in a row brought nothing useful.
_ENOUGH = 0.8
_PATIENCE = 4


@dataclass
class Gathered:
    """What was read so far, by the number of the window: quotes, their score the relevance."""

    total: int
    found: dict[int, list[Quote]] = field(default_factory=dict)
    asked: int = 0
    failed: int = 0
    broken_off: bool = False

    @property
    def read(self) -> int:
        """Windows read."""
        return len(self.found)

    @property
    def quotes(self) -> list[Quote]:
        """All quotes in the order of the windows, in whatever order replies came."""
        return [quote for number in sorted(self.found) for quote in self.found[number]]

    @property
    def enough(self) -> bool:
        """Whether what is left to read, the least promising parts, will hardly change anything."""
        useful = [n for n, found in self.found.items() if any(q.score >= _USEFUL for q in found)]
        idle = sum(number > max(useful, default=0) for number in self.found)
        return idle >= _PATIENCE and any(quote.score >= _ENOUGH for quote in self.quotes)

    @property
    def note(self) -> str:
        """What a reader of the answer must know."""
        told = []
        if self.broken_off:
            told.append(f"Broken off: {self.read} of {self.total} parts were read.")
        if self.failed:
            told.append(f"{self.failed} of {self.total} parts could not be read.")
        return " ".join(told)


Measure = Callable[[list[Quote]], list[Quote]]
"""Gives the quotes of a window other scores."""


def read_windows(
    asking: Asking,
    parts: list[Window],
    *,
    every: bool,
    ordered: bool,
    measure: Measure | None = None,
) -> Generator[Event, None, Gathered]:
    """Read the windows in the order given; `every` one, or until no more is to be expected.

    `measure` is for models whose own relevance cannot be trusted.

    `ordered`: each window is read with notes of what stood in those before. Ctrl-C ends the
    reading and keeps what was read. One window that fails costs no other; if all fail, the
    last error is raised.
    """
    gathered = Gathered(len(parts))
    try:
        together = 1 if ordered else _TOGETHER
        yield from _read(asking, parts, gathered, every, together, measure)
    except KeyboardInterrupt:
        gathered.broken_off = True
        yield Step("stop", f"broken off after {gathered.read} of {gathered.total} parts")
    return gathered


def _read(
    asking: Asking,
    parts: list[Window],
    gathered: Gathered,
    every: bool,
    together: int,
    measure: Measure | None,
) -> Iterator[Event]:
    last: Exception | None = None
    for at in range(0, len(parts), together):
        group = parts[at : at + together]
        notes = _notes(gathered) if together == 1 else ""
        for number, found in _results(asking, group, notes, gathered):
            if isinstance(found, Exception):
                last = found
                gathered.failed += 1
                log.warning("A part could not be read: %s", first_line(found))
            else:
                gathered.found[at + number] = measure(found) if measure else found
            yield Progress("parts", gathered.read + gathered.failed, gathered.total, "parts")
            if gathered.enough and not every:
                left = gathered.total - gathered.read - gathered.failed
                if left:
                    yield Step("stop", f"{left} less promising parts left unread")
                return
    if last is not None and not gathered.read:
        raise last


def _results(
    asking: Asking, group: list[Window], notes: str, gathered: Gathered
) -> Iterator[tuple[int, list[Quote] | Exception]]:
    """(number in the group, quotes or error) of each window as they come; first what was read
    before, which costs nothing."""
    corpus, model, question = asking.corpus, asking.model, asking.question
    texts = [window_text(corpus, window) for window in group]
    keys = [made_from(model, question, notes, text) for text in texts]
    left = []
    for number, window in enumerate(group):
        known = asking.kept.get(*keys[number])
        if known is None:
            left.append(number)
        else:
            quotes = [(words, int(value)) for words, value in known]
            yield number, found_again(corpus, window, quotes)
    begun = time.perf_counter()
    prompts = [read_prompt(corpus, group[number], question, notes) for number in left]
    options = reply_options(model, [texts[number] for number in left])
    for place, reply in model.replies(prompts, **options):
        number = left[place]
        if isinstance(reply, Exception):
            yield number, reply
            continue
        gathered.asked += 1
        try:
            said = picked(reply.text)
        except ValueError:
            # Not kept: another run may do better.
            yield number, ValueError(f"the model's reply is no JSON: {reply.text[:60]!r}")
            continue
        asking.kept.put(said, *keys[number])
        _remember_speed(asking, group[number].tokens, time.perf_counter() - begun)
        begun = time.perf_counter()
        yield number, found_again(corpus, group[number], said)


def cost(asking: Asking, parts: list[Window]) -> str:
    """What reading will take, before it starts: "52 windows, about 6 min"."""
    question = asking.question
    left = [
        part
        for part in parts
        if asking.kept.get(*made_from(asking.model, question, "", window_text(asking.corpus, part)))
        is None
    ]
    told = f"{len(parts)} parts, {sum(part.tokens for part in parts):,} tokens"
    if len(left) < len(parts):
        told += f"; {len(parts) - len(left)} are read already"
    speed = asking.kept.get(*_speed_key(asking))
    if speed and left:
        told += f"; about {_duration(sum(part.tokens for part in left) * speed)}"
    return told if not left else f"{told}; Ctrl-C answers from what is read so far"


def _remember_speed(asking: Asking, tokens: int, seconds: float) -> None:
    asking.kept.put(seconds / max(tokens, 1), *_speed_key(asking))


def _speed_key(asking: Asking) -> tuple[str, ...]:
    return "seconds a token", asking.model.identity


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _notes(gathered: Gathered) -> str:
    """What stood in the windows before, in the document's order."""
    useful = [quote for quote in gathered.quotes if quote.score >= _USEFUL]
    lines = []
    for quote in useful[-_NOTED:]:
        page = f"{quote.passage.unit} {quote.passage.page}: " if quote.passage.page else ""
        lines.append(f'- {page}"{" ".join(quote.text.split())}"')
    return "\n".join(lines)
