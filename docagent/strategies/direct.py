"""Read the documents whole: for what fits into the model's window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from docagent.answering.answerability import ANSWERS, answerable
from docagent.answering.context import QueryContext, Strategy
from docagent.answering.evidence import Source
from docagent.answering.search import search
from docagent.answering.write import refuse, write
from docagent.errors import DocAgentError
from docagent.events import Step
from docagent.reading.windows import ROOM, Window, single
from retrieval.passage import Passage

_MOST = 99  # sources: markers have two digits


def direct(asking: QueryContext) -> Strategy:
    """Answer with all of the text in one prompt; the next question on it reads only itself.

    Raises DocAgentError if the text is longer than the model's window or the budget.
    """
    parts = list(_passages(asking))
    tokens, room = sum(part.tokens for part in parts), _room(asking)
    if tokens > room:
        raise DocAgentError(
            f"The text has about {tokens:,} tokens, and {room:,} fit into one prompt of "
            f"{asking.model.name}; use --strategy read, or fewer --pages."
        )
    found = yield from search(asking)
    with asking.timed("answer"):
        yield Step("direct", f"all {tokens:,} tokens in one prompt")
        sources = _sources(asking, parts)
        likely = answerable(asking, sources)
        if likely < ANSWERS:
            return replace(refuse(asking.corpus, found.near, likely), strategy="direct")
        written = yield from write(asking, sources, found.near)
    return replace(written, strategy="direct", confidence=likely)


def _passages(asking: QueryContext) -> Iterator[Window]:
    return single(asking.corpus, asking.model.count, asking.settings.pages)


def _room(asking: QueryContext) -> int:
    """Tokens of text for one prompt."""
    room = asking.model.context - ROOM - asking.settings.max_tokens
    return min(room, asking.settings.budget or room)


def _sources(asking: QueryContext, parts: list[Window]) -> list[Source]:
    """All passages in order, a page a source; where there are too many, several pages."""
    passages = [asking.corpus.passages(part.document)[part.numbers.start] for part in parts]
    pages = list(dict.fromkeys((one.document, one.page) for one in passages))
    together = -(-len(pages) // _MOST) if passages[0].page else -(-len(passages) // _MOST)
    place = {page: number // together for number, page in enumerate(pages)}
    groups: dict[tuple[str, int], list[Passage]] = {}
    for number, one in enumerate(passages):
        group = place[one.document, one.page] if one.page else number // together
        groups.setdefault((one.document, group), []).append(one)
    return [Source(number, tuple(group)) for number, group in enumerate(groups.values(), 1)]
