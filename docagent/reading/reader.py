"""Reads windows with a model, keeps each reply, and goes on where an earlier run was broken off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.answering.context import QueryContext
from docagent.errors import first_line
from docagent.events import Step
from docagent.grounding.quotes import Quote
from docagent.reading.cost import Cost
from docagent.reading.excerpts import TOKENS, quotes_of, read_prompt
from docagent.reading.map_reduce import BATCH, Reply, is_cached, replies
from docagent.reading.windows import Window

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

log = logging.getLogger("docagent")

_NOTES = 8  # quotes in the notes for later windows
# Reading ends early when so many windows in a row have brought nothing after some that did.
_PATIENCE = 4


@dataclass
class ReadResult:
    """What was read so far: quotes by the number of their window, their score the relevance.

    `asked` replies were not in the cache, `failed` windows could not be read.
    """

    total: int
    quotes: dict[int, list[Quote]] = field(default_factory=dict)
    asked: int = 0
    failed: int = 0
    broken_off: bool = False

    @property
    def read(self) -> int:
        """Windows read."""
        return len(self.quotes)

    @property
    def all_quotes(self) -> list[Quote]:
        """All quotes in the order of the windows, in whatever order replies came."""
        return [quote for number in sorted(self.quotes) for quote in self.quotes[number]]

    @property
    def enough(self) -> bool:
        """Whether what is left to read, the least promising parts, will hardly change anything."""
        useful = [number for number, quotes in self.quotes.items() if quotes]
        idle = sum(number > max(useful, default=0) for number in self.quotes)
        return bool(useful) and idle >= _PATIENCE

    @property
    def note(self) -> str:
        """What a reader of the answer must know."""
        notes = []
        if self.broken_off:
            notes.append(f"Broken off: {self.read} of {self.total} parts were read.")
        if self.failed:
            notes.append(f"{self.failed} of {self.total} parts could not be read.")
        return " ".join(notes)


def read_windows(
    context: QueryContext, windows: list[Window], *, every: bool, ordered: bool
) -> ReadResult:
    """Read the windows in the order given; `every` one, or until no more is to be expected.

    `ordered`: each window is read with notes of what stood in those before. Ctrl-C ends the
    reading and keeps what was read. One window that fails costs no other; if all fail, the
    last error is raised.
    """
    result = ReadResult(len(windows))
    model, cache = context.model, context.cache
    prompts = [read_prompt(context.corpus, window, context.question, "") for window in windows]
    cached = [is_cached(model, cache, prompt) for prompt in prompts]
    cost = Cost(cache, model, [window.tokens for window in windows], cached, TOKENS // 2)
    context.emit(Step("plan", cost.announce()))

    def prompts_in_turn() -> Iterator[list[BaseMessage]]:
        for window, prompt in zip(windows, prompts, strict=True):
            notes = _notes(result) if ordered else ""
            yield read_prompt(context.corpus, window, context.question, notes) if notes else prompt

    batch = 1 if ordered else BATCH
    try:
        for reply in replies(model, cache, prompts_in_turn(), TOKENS, batch):
            _add(context, windows, result, reply)
            context.emit(cost.done(reply.number))
            if result.enough and not every:
                left = result.total - result.read - result.failed
                if left:
                    context.emit(Step("stop", f"{left} less promising parts left unread"))
                break
    except KeyboardInterrupt:
        result.broken_off = True
        context.emit(Step("stop", f"broken off after {result.read} of {result.total} parts"))
    return result


def _add(context: QueryContext, windows: list[Window], result: ReadResult, reply: Reply) -> None:
    if reply.error:
        result.failed += 1
        log.warning("A part could not be read: %s", first_line(reply.error))
        return
    result.asked += not reply.cached
    result.quotes[reply.number] = quotes_of(
        context.corpus, windows[reply.number], context.question, reply.text
    )


def _notes(result: ReadResult) -> str:
    """What stood in the windows before, in the document's order."""
    lines = []
    for quote in result.all_quotes[-_NOTES:]:
        page = f"{quote.passage.unit} {quote.passage.page}: " if quote.passage.page else ""
        lines.append(f'- {page}"{" ".join(quote.text.split())}"')
    return "\n".join(lines)
