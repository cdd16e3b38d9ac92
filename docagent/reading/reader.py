"""Reads windows with a model, keeps each result, and goes on where an earlier run was killed."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from docagent.answering.context import QueryContext
from docagent.errors import first_line
from docagent.events import Event, Step
from docagent.grounding.quotes import Quote
from docagent.reading.cost import Cost
from docagent.reading.excerpts import TOKENS, found_again, made_from, read_prompt, window_text
from docagent.reading.windows import Window

log = logging.getLogger("docagent")

_TOGETHER = 8  # windows asked at once where the model answers several
_NOTED = 8  # quotes in the notes for later windows
# Reading ends early when so many windows in a row have brought nothing after some that did.
_PATIENCE = 4


@dataclass
class ReadResult:
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
        useful = [number for number, found in self.found.items() if found]
        idle = sum(number > max(useful, default=0) for number in self.found)
        return bool(useful) and idle >= _PATIENCE

    @property
    def note(self) -> str:
        """What a reader of the answer must know."""
        told = []
        if self.broken_off:
            told.append(f"Broken off: {self.read} of {self.total} parts were read.")
        if self.failed:
            told.append(f"{self.failed} of {self.total} parts could not be read.")
        return " ".join(told)


def read_windows(
    asking: QueryContext, parts: list[Window], *, every: bool, ordered: bool
) -> Generator[Event, None, ReadResult]:
    """Read the windows in the order given; `every` one, or until no more is to be expected.

    `ordered`: each window is read with notes of what stood in those before. Ctrl-C ends the
    reading and keeps what was read. One window that fails costs no other; if all fail, the
    last error is raised.
    """
    gathered = ReadResult(len(parts))
    known = [_kept(asking, part) is not None for part in parts]
    cost = Cost(asking.kept, asking.model, [part.tokens for part in parts], known, TOKENS // 2)
    yield Step("plan", cost.announce())
    try:
        yield from _read(asking, parts, gathered, cost, every, 1 if ordered else _TOGETHER)
    except KeyboardInterrupt:
        gathered.broken_off = True
        yield Step("stop", f"broken off after {gathered.read} of {gathered.total} parts")
    return gathered


def _read(
    asking: QueryContext,
    parts: list[Window],
    gathered: ReadResult,
    cost: Cost,
    every: bool,
    together: int,
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
                gathered.found[at + number] = found
            yield cost.done(at + number)
            if gathered.enough and not every:
                left = gathered.total - gathered.read - gathered.failed
                if left:
                    yield Step("stop", f"{left} less promising parts left unread")
                return
    if last is not None and not gathered.read:
        raise last


def _results(
    asking: QueryContext, group: list[Window], notes: str, gathered: ReadResult
) -> Iterator[tuple[int, list[Quote] | Exception]]:
    """(number in the group, quotes or error) of each window as they come; first what was read
    before, which costs nothing."""
    corpus, question = asking.corpus, asking.question
    left = []
    for number, window in enumerate(group):
        known = _kept(asking, window, notes)
        if known is None:
            left.append(number)
        else:
            yield number, found_again(corpus, window, question, known)
    prompts = [read_prompt(corpus, group[number], question, notes) for number in left]
    for place, reply in asking.model.replies(prompts, max_tokens=TOKENS):
        number, window = left[place], group[left[place]]
        if isinstance(reply, Exception):
            yield number, reply
            continue
        gathered.asked += 1
        asking.kept.put(reply.text, *_key(asking, window, notes))
        yield number, found_again(corpus, window, question, reply.text)


def _kept(asking: QueryContext, window: Window, notes: str = "") -> str | None:
    """What the model said of a window before."""
    return asking.kept.get(*_key(asking, window, notes))


def _key(asking: QueryContext, window: Window, notes: str) -> tuple[str, ...]:
    return made_from(asking.model, asking.question, notes, window_text(asking.corpus, window))


def _notes(gathered: ReadResult) -> str:
    """What stood in the windows before, in the document's order."""
    lines = []
    for quote in gathered.quotes[-_NOTED:]:
        page = f"{quote.passage.unit} {quote.passage.page}: " if quote.passage.page else ""
        lines.append(f'- {page}"{" ".join(quote.text.split())}"')
    return "\n".join(lines)
