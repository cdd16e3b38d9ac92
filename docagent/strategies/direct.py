"""Read the documents whole: for what fits into the model's window."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.answerability import ANSWERS, answerable
from docagent.answering.context import Draft, QueryContext
from docagent.answering.search import search
from docagent.answering.write import refuse, write
from docagent.errors import ContextTooLong
from docagent.events import Step
from docagent.grounding.source import Source
from docagent.reading.windows import ROOM, Window, single
from retrieval.passage import Passage

_MOST = 99  # sources: markers have two digits


def direct(context: QueryContext) -> Draft:
    """Answer with all of the text in one prompt; the next question on it reads only itself.

    Raises ContextTooLong if the text is longer than the model's window or the budget.
    """
    parts = list(single(context.corpus, context.model.count, context.settings.pages))
    tokens, room = sum(part.tokens for part in parts), _room(context)
    if tokens > room:
        raise ContextTooLong(
            f"The text has about {tokens:,} tokens, and {room:,} fit into one prompt of "
            f"{context.model.name}; use --strategy read, or fewer --pages."
        )
    result = search(context)
    with context.timed("answer"):
        context.emit(Step("direct", f"all {tokens:,} tokens in one prompt"))
        sources = _sources(context, parts)
        likely = answerable(context, sources)
        if likely < ANSWERS:
            return replace(refuse(context.corpus, result.near, likely), strategy="direct")
        draft = write(context, sources, result.near)
    return replace(draft, strategy="direct", confidence=likely)


def _room(context: QueryContext) -> int:
    """Tokens of text for one prompt."""
    room = context.model.context - ROOM - context.settings.max_tokens
    return min(room, context.settings.budget or room)


def _sources(context: QueryContext, parts: list[Window]) -> list[Source]:
    """All passages in order, a page a source; where there are too many, several pages."""
    passages = [context.corpus.passages(part.document)[part.numbers.start] for part in parts]
    pages = list(dict.fromkeys((passage.document, passage.page) for passage in passages))
    together = -(-len(pages) // _MOST) if passages[0].page else -(-len(passages) // _MOST)
    place = {page: number // together for number, page in enumerate(pages)}
    groups: dict[tuple[str, int], list[Passage]] = {}
    for number, passage in enumerate(passages):
        page = passage.document, passage.page
        group = place[page] if passage.page else number // together
        groups.setdefault((passage.document, group), []).append(passage)
    return [Source(number, tuple(group)) for number, group in enumerate(groups.values(), 1)]
