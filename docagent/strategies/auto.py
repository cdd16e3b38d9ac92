"""Cheap first: search, and read more only where that is not enough."""

from __future__ import annotations

from docagent.asking import Asking, Strategy
from docagent.events import Step
from docagent.reading.scope import scope
from docagent.strategies.count import count
from docagent.strategies.read import read
from docagent.strategies.retrieve import retrieve


def auto(asking: Asking) -> Strategy:
    """Choose by the question; each choice is a `Step`.

    A refusal stands: the best passages were read, and the next ones. Reading a whole document takes
    minutes on a CPU and is done when it is asked for (`--strategy read`).
    """
    wanted = scope(asking.question)
    if wanted.counted:
        yield Step("choose", "count: the question asks how often words stand in the text")
        return (yield from count(asking, wanted.counted))
    if wanted.whole:
        yield Step("choose", "read: no single place answers a question on the whole text")
        return (yield from read(asking))
    return (yield from retrieve(asking))
