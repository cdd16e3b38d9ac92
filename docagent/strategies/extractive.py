"""Answers without a language model: the document's exact words nearest to the question."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.answerability import by_search
from docagent.answering.context import Draft, QueryContext
from docagent.answering.scope import scope, subject
from docagent.answering.search import search
from docagent.answering.short import ANSWERS, short_answer
from docagent.answering.write import cited, list_quotes, refuse
from docagent.events import Step
from docagent.grounding.claims import squeeze
from docagent.grounding.quotes import Quote, quotes
from docagent.strategies.count import count

_RANKED = 200  # passages that a question on the whole is answered from


def extractive(context: QueryContext) -> Draft:
    """The nearest words; of a question on the whole those of all parts, in order."""
    aim = scope(context.question)
    if aim.counted:
        return count(context, aim.counted)
    if aim.whole:
        return _whole(context)
    result = search(context)
    with context.timed("answer"):
        if not result.verdict.found:
            return refuse(context.corpus, result.near, by_search(result))
        short = short_answer(context, result)
        if short is None:
            return _nearest(context, result.near, by_search(result))
        if short.probability < ANSWERS:
            return refuse(context.corpus, result.near, short.probability)
        draft = _nearest(context, [short.quote, *result.near], short.probability)
        first, *others = draft.citations
        citations = [replace(first, answer=(short.start, short.end)), *others]
        text = squeeze(short.text) if context.settings.brief else draft.text
        return replace(draft, text=text, citations=citations)


def _nearest(context: QueryContext, near: list[Quote], confidence: float) -> Draft:
    citations = cited(context.corpus, near)
    return Draft(f'"{squeeze(citations[0].quote)}" [1]', citations, True, confidence=confidence)


def _whole(context: QueryContext) -> Draft:
    corpus = context.corpus
    with context.timed("search"):
        about = subject(context.question)
        ranked = corpus.search(about, _RANKED, context.settings.pages)
        ranked = [passage for passage in ranked if not passage.contents]
        near = quotes(corpus, about, ranked, len(ranked))
    context.emit(Step("sweep", f"{len(ranked)} passages of {len(corpus)}, by words and meaning"))
    with context.timed("answer"):
        return replace(list_quotes(corpus, near), strategy="read")
