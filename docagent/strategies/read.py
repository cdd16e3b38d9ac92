"""Read every part of the documents, gather what helps, answer from that."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace

from docagent.asking import Asking, Strategy, Written
from docagent.checking.quotes import Quote, quotes
from docagent.events import Event, Step
from docagent.reading.evidence import budget, select
from docagent.reading.reader import Gathered, Measure, cost, read_windows
from docagent.reading.scope import Scope, scope
from docagent.reading.windows import Window, promising, window_size, windows
from docagent.strategies.count import count
from docagent.strategies.search import Found, search
from docagent.writing import list_quotes, refuse, write
from retrieval.passage import Passage

log = logging.getLogger("docagent")

_RANKED = 200  # passages that tell which windows promise most
_WEAKEST = 0.3  # relevance below which a quote is no evidence
_MANY = 40  # sources of an answer that is spread over the document
_WIDE = 12_000  # tokens of them


def read(asking: Asking) -> Strategy:
    """Answer from what a model picks out of each part; parts read before cost nothing."""
    wanted = scope(asking.question)
    if wanted.counted:
        return (yield from count(asking, wanted.counted))
    found = yield from search(asking)
    if asking.model.weak and not wanted.whole and not found.verdict.found:
        # Too small to tell what helps: the measured verdict decides, before anything is read.
        return replace(refuse(asking.corpus, found.near), strategy="read")
    with asking.timed("search"):
        parts = _parts(asking, wanted)
        told = cost(asking, parts)
        log.info("reading %s", told)
        yield Step("plan", told)
        gathered = yield from read_windows(
            asking,
            parts,
            every=wanted.whole,
            ordered=wanted.ordered,
            measure=_measure(asking, found) if asking.model.weak and not wanted.whole else None,
        )
    with asking.timed("answer"):
        written = yield from _answer(asking, wanted, gathered, found)
    steps = gathered.asked + written.steps
    return replace(written, strategy="read", steps=steps, note=gathered.note)


def _parts(asking: Asking, wanted: Scope) -> list[Window]:
    """All windows: as they stand for a question on the whole, else the most promising first."""
    corpus, model = asking.corpus, asking.model
    size = window_size(model.context, model.weak)
    parts = windows(corpus, size, model.count, asking.settings.pages)
    if wanted.whole:
        return parts
    ranked = corpus.search(asking.question, _RANKED, asking.settings.pages)
    return promising(parts, ranked)


def _answer(
    asking: Asking, wanted: Scope, gathered: Gathered, found: Found
) -> Generator[Event, None, Written]:
    """Write from the quotes, the most relevant first."""
    near = _ranked(asking, gathered, found)
    yield Step("gather", f"{len(gathered.quotes)} quotes from {gathered.read} parts")
    if asking.model.weak and wanted.whole:
        return list_quotes(asking.corpus, near)
    if not asking.model.weak and not near:
        return refuse(asking.corpus, found.near)
    most, tokens = None, budget(asking.settings.budget, asking.model)
    if wanted.whole:
        most = _MANY
        tokens = asking.settings.budget or min(_WIDE, asking.model.context // 2)
    evidence = _passages(asking, near) or found.ranked
    sources = select(evidence, tokens, asking.model.count, most)
    return (yield from write(asking, sources, near))


def _ranked(asking: Asking, gathered: Gathered, found: Found) -> list[Quote]:
    """Quotes by relevance. What a small model picks is measured like any other words."""
    if not asking.model.weak:
        useful = [quote for quote in gathered.quotes if quote.score >= _WEAKEST]
        return sorted(useful, key=lambda quote: -quote.score)
    looked_at = list(dict.fromkeys([*found.ranked, *_passages(asking, gathered.quotes)]))
    return quotes(asking.corpus, asking.question, looked_at, len(looked_at))


def _measure(asking: Asking, found: Found) -> Measure:
    """Scores of what a small model picks, as shares of the nearest words' that the search found.

    Its own relevance never lets it stop: of 40 windows at 100K tokens the embedded model read 40.
    """
    best = found.near[0].score

    def measure(picked: list[Quote]) -> list[Quote]:
        scored = []
        for quote in picked:
            around = quotes(asking.corpus, asking.question, _passages(asking, [quote]))
            score = around[0].score if around else 0.0
            scored.append(replace(quote, score=min(score / best, 1.0)))
        return scored

    return measure


def _passages(asking: Asking, near: list[Quote]) -> list[Passage]:
    """The whole passages around the quotes, best first."""
    return list(
        dict.fromkeys(
            passage
            for quote in near
            for passage in asking.corpus.around(quote.passage.document, quote.start, quote.end)
        )
    )
