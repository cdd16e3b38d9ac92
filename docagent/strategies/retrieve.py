"""The fixed path: search, read the best passages, decide whether they answer, answer, check."""

from __future__ import annotations

from dataclasses import replace

from docagent.asking import Asking, Strategy
from docagent.checking.answerability import ANSWERS, answerable, by_search
from docagent.events import Step
from docagent.reading.evidence import budget, portions
from docagent.strategies.search import Found, search
from docagent.writing import refuse, write


def retrieve(asking: Asking) -> Strategy:
    """Answer from the passages that a search finds."""
    found = yield from search(asking)
    return (yield from answer(asking, found))


def answer(asking: Asking, found: Found) -> Strategy:
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
