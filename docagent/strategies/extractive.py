"""Answers without a language model: the document's exact words nearest to the question."""

from __future__ import annotations

from dataclasses import replace

from docagent.answering.answerability import by_search
from docagent.answering.context import NO_MODEL, Draft, QueryContext, Strategy
from docagent.answering.scope import scope, subject
from docagent.answering.search import search
from docagent.answering.write import cited, list_quotes, refuse
from docagent.errors import DocAgentError
from docagent.events import Step
from docagent.grounding.claims import squeeze
from docagent.grounding.quotes import quotes
from docagent.strategies import strategy
from docagent.strategies.count import count

_RANKED = 200  # passages that a question on the whole is answered from


class ExtractiveReader:
    """No language model: quotes, and nothing else."""

    def __init__(self, name: str) -> None:
        strategy(name)
        if name not in ("auto", "retrieve"):
            raise DocAgentError(f"There is no strategy {name} here: {NO_MODEL}.")

    def answer(self, asking: QueryContext) -> Strategy:
        """The nearest words; of a question on the whole those of all parts, in order."""
        wanted = scope(asking.question)
        if wanted.counted:
            return (yield from count(asking, wanted.counted))
        if wanted.whole:
            return (yield from _whole(asking))
        found = yield from search(asking)
        with asking.timed("answer"):
            confidence = by_search(found)
            if not found.verdict.found:
                return refuse(asking.corpus, found.near, confidence)
            shown = cited(asking.corpus, found.near)
            return Draft(f'"{squeeze(shown[0].quote)}" [1]', shown, True, confidence=confidence)


def _whole(asking: QueryContext) -> Strategy:
    with asking.timed("search"):
        about = subject(asking.question)
        ranked = asking.corpus.search(about, _RANKED, asking.settings.pages)
        ranked = [one for one in ranked if not one.contents]
        near = quotes(asking.corpus, about, ranked, len(ranked))
    yield Step("sweep", f"{len(ranked)} passages of {len(asking.corpus)}, by words and meaning")
    with asking.timed("answer"):
        return replace(list_quotes(asking.corpus, near), strategy="read")
