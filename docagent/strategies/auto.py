"""Cheap first: search, and read all only where that is quick or asked for."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.context import Draft, QueryContext
from docagent.answering.scope import scope
from docagent.events import Step
from docagent.model import estimated_tokens
from docagent.reading.cost import duration
from docagent.strategies.count import count
from docagent.strategies.read import read
from docagent.strategies.retrieve import retrieve

_MEASURED = 100  # documents whose text is measured; all are taken to be like them
_UNASKED = 60.0  # seconds that a whole document may be read for without being asked to
_UNMEASURED_CPU, _UNMEASURED = 100.0, 2000.0  # tokens a second of a model not yet seen reading


def auto(context: QueryContext) -> Draft:
    """Choose by the question; each choice is a `Step`.

    A refusal stands: the best passages were read, and the next ones. Reading a whole document takes
    minutes on a CPU; what it would take is said, and `--strategy read` does it.
    """
    aim = scope(context.question)
    if aim.counted:
        context.emit(Step("choose", "count: the question asks how often words stand in the text"))
        return count(context, aim.counted)
    if aim.whole and _seconds_to_read(context) <= _UNASKED:
        context.emit(Step("choose", "read: no single place answers a question on the whole text"))
        return read(context)
    draft = retrieve(context)
    if context.model.usage.prompt_tokens and (aim.whole or not draft.found):
        time = duration(_seconds_to_read(context))
        note = f"the best passages were read; to read all ({time}): --strategy read"
        return replace(draft, note=note)
    return draft


def _seconds_to_read(context: QueryContext) -> float:
    """What the whole text would take the model, by its speed the last time."""
    corpus, model = context.corpus, context.model
    some = corpus.documents[:_MEASURED]
    tokens = sum(estimated_tokens(corpus.text(name)) for name in some)
    tokens = tokens * len(corpus.documents) // max(1, len(some))
    speed = model.reading_speed or (_UNMEASURED_CPU if model.on_cpu else _UNMEASURED)
    return tokens / speed
