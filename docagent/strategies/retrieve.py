"""The fixed path: search, read the best passages, decide whether they answer, answer, check."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.answerability import ANSWERS, answerable, by_search
from docagent.answering.context import QueryContext, Strategy
from docagent.answering.evidence import budget, portions
from docagent.answering.search import SearchResult, search
from docagent.answering.write import refuse, write
from docagent.events import Step


def retrieve(asking: QueryContext) -> Strategy:
    """Answer from the passages that a search finds."""
    found = yield from search(asking)
    return (yield from answer(asking, found))


def answer(asking: QueryContext, found: SearchResult) -> Strategy:
    """Read the best passages, and the next ones once if these do not answer; or refuse."""
    with asking.timed("answer"):
        if found.verdict.foreign:
            return refuse(asking.corpus, found.near, by_search(found))
        most, confidence = budget(asking.settings.budget, asking.model), 0.0
        for sources in portions(found.ranked, most, asking.model.count):
            likely = answerable(asking, sources)
            confidence = max(confidence, likely)
            yield Step("answerable", f"{likely:.2f}, {ANSWERS:.2f} is enough")
            if likely >= ANSWERS:
                written = yield from write(asking, sources, found.near)
                return replace(written, confidence=likely) if written.found else written
        return refuse(asking.corpus, found.near, confidence)
