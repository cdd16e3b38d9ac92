"""The fixed path: search, read the best passages, decide whether they answer, answer, check."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.answerability import ANSWERS, answerable, by_search
from docagent.answering.context import Draft, QueryContext
from docagent.answering.evidence import budget, portions
from docagent.answering.search import SearchResult, search
from docagent.answering.write import refuse, write
from docagent.events import Step


def retrieve(context: QueryContext) -> Draft:
    """Answer from the passages that a search finds."""
    return answer(context, search(context))


def answer(context: QueryContext, result: SearchResult) -> Draft:
    """Read the best passages, and the next ones once if these do not answer; or refuse."""
    with context.timed("answer"):
        if result.verdict.foreign:
            return refuse(context.corpus, result.near, by_search(result))
        most, confidence = budget(context.settings.budget, context.model), 0.0
        for sources in portions(result.ranked, most, context.model.count):
            likely = answerable(context, sources)
            confidence = max(confidence, likely)
            context.emit(Step("answerable", f"{likely:.2f}, {ANSWERS:.2f} is enough"))
            if likely >= ANSWERS:
                draft = write(context, sources, result.near)
                return replace(draft, confidence=likely) if draft.found else draft
        return refuse(context.corpus, result.near, confidence)
