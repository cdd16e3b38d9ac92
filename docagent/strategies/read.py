"""Read every part of the documents, gather what helps, answer from that."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.context import Draft, QueryContext
from docagent.answering.evidence import budget, in_turns, select
from docagent.answering.scope import Scope, scope
from docagent.answering.search import SearchResult, search
from docagent.answering.write import refuse, write
from docagent.events import Step
from docagent.grounding.quotes import Quote
from docagent.reading.reader import ReadResult, read_windows
from docagent.reading.windows import Window, promising, window_size, windows
from docagent.strategies.count import count
from retrieval.passage import Passage

_RANKED = 200  # passages that tell which windows promise most
_WIDE = 4_000  # tokens of quotes for an answer that is spread over the document


def read(context: QueryContext) -> Draft:
    """Answer from what a model picks out of each part; parts read before cost nothing."""
    aim = scope(context.question)
    if aim.counted:
        return count(context, aim.counted)
    result = search(context)
    with context.timed("search"):
        parts = _parts(context, aim)
        reading = read_windows(context, parts, every=aim.whole, ordered=aim.ordered)
    context.emit(Step("gather", f"{len(reading.all_quotes)} quotes from {reading.read} parts"))
    with context.timed("answer"):
        draft = _answer(context, aim, reading, result)
    steps = reading.asked + draft.steps
    return replace(draft, strategy="read", steps=steps, note=reading.note)


def _parts(context: QueryContext, aim: Scope) -> list[Window]:
    """All windows: as they stand for a question on the whole, else the most promising first."""
    corpus, model = context.corpus, context.model
    parts = windows(corpus, window_size(model.context), model.count, context.settings.pages)
    if aim.whole:
        return parts
    ranked = corpus.search(context.query, _RANKED, context.settings.pages)
    return promising(parts, ranked)


def _answer(context: QueryContext, aim: Scope, reading: ReadResult, result: SearchResult) -> Draft:
    """Write from the quotes: of the whole from the quotes alone, so that each part is heard, of
    one place from the passages around them, the most promising first."""
    # The first quote of each part, then the second of each, and so on.
    near = in_turns(reading.quotes[number] for number in sorted(reading.quotes))
    if not near:
        return refuse(context.corpus, result.near)
    if aim.whole:
        tokens = context.settings.budget or min(_WIDE, context.model.context // 2)
        evidence = [quote.passage for quote in near]
    else:
        tokens = budget(context.settings.budget, context.model)
        evidence = _around(context, near)
    return write(context, select(evidence, tokens, context.model.count), near)


def _around(context: QueryContext, near: list[Quote]) -> list[Passage]:
    """The whole passages around the quotes, best first."""
    return list(
        dict.fromkeys(
            passage
            for quote in near
            for passage in context.corpus.passages(quote.passage.document).overlapping(
                quote.start, quote.end
            )
        )
    )
