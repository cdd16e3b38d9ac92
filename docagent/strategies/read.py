"""Read every part of the documents, gather what helps, answer from that."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from docagent.answering.context import Draft, QueryContext, Strategy
from docagent.answering.evidence import budget, in_turns, select
from docagent.answering.scope import Scope, scope
from docagent.answering.search import SearchResult, search
from docagent.answering.write import refuse, write
from docagent.events import Event, Step
from docagent.grounding.quotes import Quote
from docagent.reading.reader import ReadResult, read_windows
from docagent.reading.windows import Window, promising, window_size, windows
from docagent.strategies.count import count
from retrieval.passage import Passage

_RANKED = 200  # passages that tell which windows promise most
_WIDE = 4_000  # tokens of quotes for an answer that is spread over the document


def read(asking: QueryContext) -> Strategy:
    """Answer from what a model picks out of each part; parts read before cost nothing."""
    wanted = scope(asking.question)
    if wanted.counted:
        return (yield from count(asking, wanted.counted))
    found = yield from search(asking)
    with asking.timed("search"):
        parts = _parts(asking, wanted)
        gathered = yield from read_windows(
            asking, parts, every=wanted.whole, ordered=wanted.ordered
        )
    yield Step("gather", f"{len(gathered.quotes)} quotes from {gathered.read} parts")
    with asking.timed("answer"):
        written = yield from _answer(asking, wanted, gathered, found)
    steps = gathered.asked + written.steps
    return replace(written, strategy="read", steps=steps, note=gathered.note)


def _parts(asking: QueryContext, wanted: Scope) -> list[Window]:
    """All windows: as they stand for a question on the whole, else the most promising first."""
    corpus, model = asking.corpus, asking.model
    parts = windows(corpus, window_size(model.context), model.count, asking.settings.pages)
    if wanted.whole:
        return parts
    ranked = corpus.search(asking.question, _RANKED, asking.settings.pages)
    return promising(parts, ranked)


def _answer(
    asking: QueryContext, wanted: Scope, gathered: ReadResult, found: SearchResult
) -> Generator[Event, None, Draft]:
    """Write from the quotes: of the whole from the quotes alone, so that each part is heard, of
    one place from the passages around them, the most promising first."""
    near = _turns(gathered)
    if not near:
        return refuse(asking.corpus, found.near)
    if wanted.whole:
        tokens = asking.settings.budget or min(_WIDE, asking.model.context // 2)
        evidence = [quote.passage for quote in near]
    else:
        tokens = budget(asking.settings.budget, asking.model)
        evidence = _around(asking, near)
    return (yield from write(asking, select(evidence, tokens, asking.model.count), near))


def _turns(gathered: ReadResult) -> list[Quote]:
    """The first quote of each part, then the second of each, and so on."""
    return in_turns(gathered.found[number] for number in sorted(gathered.found))


def _around(asking: QueryContext, near: list[Quote]) -> list[Passage]:
    """The whole passages around the quotes, best first."""
    return list(
        dict.fromkeys(
            passage
            for quote in near
            for passage in asking.corpus.passages(quote.passage.document).overlapping(
                quote.start, quote.end
            )
        )
    )
