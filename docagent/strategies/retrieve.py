"""The fixed path: search, judge, read the best passages, answer, check."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from docagent.asking import Asking, Strategy
from docagent.checking.found import Verdict, judge
from docagent.checking.quotes import Quote, quotes
from docagent.events import Event, Step
from docagent.reading.evidence import budget, select
from docagent.reading.rewrite import rewrite
from docagent.writing import refuse, write
from retrieval.passage import Passage

_RANKED = 60  # passages the evidence is chosen from


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: passages, the words nearest to the question, and whether they do."""

    ranked: list[Passage]
    near: list[Quote]
    verdict: Verdict


def retrieve(asking: Asking) -> Strategy:
    """Answer from the passages that a search finds."""
    found = yield from search(asking)
    return (yield from answer(asking, found))


def search(asking: Asking) -> Generator[Event, None, Found]:
    """Find passages and quotes, and judge whether they answer at all."""
    corpus, question, settings = asking.corpus, asking.question, asking.settings
    with asking.timed("search"):
        also = (yield from rewrite(asking.model, question)) if settings.rewrite else ()
        ranked = corpus.search(
            question, settings.k or _RANKED, settings.pages, also=also, rerank=asking.rerank
        )
        near = quotes(corpus, question, ranked)
    index = corpus.state()
    yield Step("search", f"{len(ranked)} passages; nearest: {_place(ranked)}; index: {index}")
    with asking.timed("answer"):
        verdict = judge(corpus, question, ranked, near, asking.model.weak)
    yield Step("judge", verdict.reason)
    return Found(ranked, near, verdict)


def answer(asking: Asking, found: Found) -> Strategy:
    """Read what was found and write, or say that the document does not."""
    with asking.timed("answer"):
        if not found.verdict.found:
            return refuse(asking.corpus, found.near)
        most = budget(asking.settings.budget, asking.model.weak)
        sources = select(found.ranked, most, asking.model.count)
        return (yield from write(asking, sources, found.near))


def _place(ranked: list[Passage]) -> str:
    if not ranked:
        return "none"
    page = f", {ranked[0].unit} {ranked[0].page}" if ranked[0].page else ""
    return f"{ranked[0].document}{page}"
