"""Cheap first: search, and read more only where that is not enough."""

from __future__ import annotations

from dataclasses import replace

from docagent.asking import Asking, Strategy, Written
from docagent.events import Step
from docagent.reading.evidence import budget, select
from docagent.reading.scope import scope
from docagent.strategies.agent import agent
from docagent.strategies.count import count
from docagent.strategies.direct import direct, fits
from docagent.strategies.read import read, sweep
from docagent.strategies.retrieve import Found, answer, search


def auto(asking: Asking) -> Strategy:
    """Choose by the question, and again by what the search brought; each choice is a `Step`."""
    wanted = scope(asking.question)
    if wanted.counted:
        yield Step("choose", "count: the question asks how often words stand in the text")
        return (yield from count(asking, wanted.counted))
    if wanted.whole:
        yield Step("choose", "read: no single place answers a question on the whole text")
        return (yield from (sweep if asking.model.weak else read)(asking))
    found = yield from search(asking)
    written = yield from answer(asking, found)
    if written.found or not found.verdict.found or asking.model.weak or _all_read(asking, found):
        return written
    return (yield from _more(asking, written))


def _more(asking: Asking, refused: Written) -> Strategy:
    """The passages found do not answer, by the model's own word: look at the rest."""
    if fits(asking):
        yield Step("choose", "direct: what was found does not answer, and the text fits whole")
        written = yield from direct(asking)
    else:
        yield Step("choose", "agent: what was found does not answer")
        written = yield from agent(asking)
    return replace(written, steps=refused.steps + written.steps)


def _all_read(asking: Asking, found: Found) -> bool:
    """Whether the sources held every passage there is."""
    if len(found.ranked) < len(asking.corpus):
        return False
    most = budget(asking.settings.budget, asking.model.weak)
    sources = select(found.ranked, most, asking.model.count)
    return sum(len(source.passages) for source in sources) == len(asking.corpus)
