"""Reads windows with a model, keeps each reply, and goes on where an earlier run was broken off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.answering.context import QueryContext
from docagent.errors import first_line
from docagent.events import Step
from docagent.grounding.attribution import attribute
from docagent.grounding.markers import sentences_with_markers, statement
from docagent.grounding.quotes import Quote
from docagent.model import prompt_messages
from docagent.reading.cost import Cost
from docagent.reading.map_reduce import Reply, replies
from docagent.reading.windows import Window
from prompts import render
from retrieval.corpus import Corpus

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

log = logging.getLogger("docagent")

_TOKENS = 250  # of a reply
_NONE = "none"
_MARKS = " \"'“”„«»"
_SCORE = 1.0  # of what a model picks
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
    reading and keeps what was read. One window that fails costs no other; the last error is
    raised where all fail, or so many that the server seems to be down.
    """
    result = ReadResult(len(windows))
    model, cache = context.model, context.cache
    prompts = [_prompt(context.corpus, window, context.question, "") for window in windows]
    tokens = [window.tokens for window in windows]
    cost = Cost(cache, model, prompts, tokens, _TOKENS // 2)
    context.emit(Step("plan", cost.announce()))

    def prompts_in_turn() -> Iterator[list[BaseMessage]]:
        for window, prompt in zip(windows, prompts, strict=True):
            notes = _notes(result) if ordered else ""
            yield _prompt(context.corpus, window, context.question, notes) if notes else prompt

    batch = 1 if ordered else None
    try:
        for reply in replies(model, cache, prompts_in_turn(), _TOKENS, batch):
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
    result.quotes[reply.number] = _quotes(
        context.corpus, windows[reply.number], context.question, reply.text
    )


def _prompt(corpus: Corpus, window: Window, question: str, notes: str) -> list[BaseMessage]:
    """Text first, then the question, so that the next question on it shares the longer part."""
    notes = "\n\n" + render("read_notes", notes=notes) if notes else ""
    text = corpus.text(window.document)[window.start : window.end]
    return prompt_messages("read", text=text, question=question, notes=notes)


def _quotes(corpus: Corpus, window: Window, question: str, reply: str) -> list[Quote]:
    """The words of a window that bear out what a reply says of it, in the reply's order.

    A small model copies carelessly or answers in words of its own: what it says only tells where
    to look. What nothing in the window bears out is dropped.
    """
    if reply.strip(" .\n*\"'").casefold() == _NONE:
        return []
    passages = corpus.passages(window.document)[window.numbers.start : window.numbers.stop]
    quotes: dict[tuple[int, int], Quote] = {}
    for start, end in sentences_with_markers(reply):
        claim = statement(reply[start:end]).strip(_MARKS)
        for passage, begin, stop in attribute(corpus, claim, passages, question) if claim else ():
            words = corpus.span(passage.document, begin, stop)
            quotes[begin, stop] = Quote(words, words.start, words.end, words.text, _SCORE)
    return list(quotes.values())


def _notes(result: ReadResult) -> str:
    """What stood in the windows before, in the document's order."""
    lines = []
    for quote in result.all_quotes[-_NOTES:]:
        page = f"{quote.passage.unit} {quote.passage.page}: " if quote.passage.page else ""
        lines.append(f'- {page}"{" ".join(quote.text.split())}"')
    return "\n".join(lines)
