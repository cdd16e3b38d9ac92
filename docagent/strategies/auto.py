"""Cheap first: search, and read all only where that is quick or asked for."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.context import QueryContext, Strategy
from docagent.answering.scope import scope
from docagent.events import Step
from docagent.model import estimated_tokens
from docagent.reading.cost import duration
from docagent.strategies.count import count
from docagent.strategies.read import read
from docagent.strategies.retrieve import retrieve

_UNASKED = 60.0  # seconds that a whole document may be read for without being asked to
_UNMEASURED_CPU, _UNMEASURED = 100.0, 2000.0  # tokens a second of a model not yet seen reading


def auto(asking: QueryContext) -> Strategy:
    """Choose by the question; each choice is a `Step`.

    A refusal stands: the best passages were read, and the next ones. Reading a whole document takes
    minutes on a CPU; what it would take is said, and `--strategy read` does it.
    """
    wanted = scope(asking.question)
    if wanted.counted:
        yield Step("choose", "count: the question asks how often words stand in the text")
        return (yield from count(asking, wanted.counted))
    if wanted.whole and _seconds_to_read(asking) <= _UNASKED:
        yield Step("choose", "read: no single place answers a question on the whole text")
        return (yield from read(asking))
    written = yield from retrieve(asking)
    if asking.model.usage.prompt_tokens and (wanted.whole or not written.found):
        took = duration(_seconds_to_read(asking))
        note = f"the best passages were read; to read all ({took}): --strategy read"
        return replace(written, note=note)
    return written


def _seconds_to_read(asking: QueryContext) -> float:
    """What the whole text would take the model, by its speed the last time."""
    corpus, model = asking.corpus, asking.model
    tokens = sum(estimated_tokens(corpus.text(name)) for name in corpus.documents)
    speed = model.reading_speed or (_UNMEASURED_CPU if model.on_cpu else _UNMEASURED)
    return tokens / speed
