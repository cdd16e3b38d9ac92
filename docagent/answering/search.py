"""What every strategy begins with: the passages nearest to the question."""

from __future__ import annotations

from dataclasses import dataclass

from docagent.answering.context import QueryContext
from docagent.events import Step
from docagent.grounding.markers import ITEM
from docagent.grounding.quotes import Quote, quotes
from docagent.grounding.verdict import Verdict, judge
from docagent.model import prompt_messages
from retrieval.passage import Passage

_RANKED = 60  # passages the evidence is chosen from
_WORDINGS, _TOKENS = 3, 120  # of a question put in other words


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages and the words nearest to the question, best first, and whether these words come
    near enough to answer it."""

    ranked: list[Passage]
    near: list[Quote]
    verdict: Verdict


def search(context: QueryContext) -> SearchResult:
    """Find passages and quotes, and judge by them whether the documents answer at all."""
    corpus, query, settings = context.corpus, context.query, context.settings
    with context.timed("search"):
        also = _rewritten(context) if settings.rewrite else ()
        ranked = corpus.search(
            query, settings.k or _RANKED, settings.pages, also=also, rerank=context.rerank
        )
        near = quotes(corpus, query, ranked)
    summary = f"{len(ranked)} passages; nearest: {_place(ranked)}; index: {corpus.state()}"
    context.emit(Step("search", summary))
    with context.timed("answer"):
        verdict = judge(corpus, query, ranked, near)
    context.emit(Step("judge", verdict.reason))
    return SearchResult(ranked, near, verdict)


def _place(ranked: list[Passage]) -> str:
    if not ranked:
        return "none"
    page = f", {ranked[0].unit} {ranked[0].page}" if ranked[0].page else ""
    return f"{ranked[0].document}{page}"


def _rewritten(context: QueryContext) -> list[str]:
    """Up to three other wordings of the question by the model, to be searched for as well."""
    question = context.query.text
    reply = context.model.write(
        prompt_messages("rewrite", question=question), _TOKENS, context.emit
    )
    lines = [ITEM.sub("", line).strip(' "') for line in reply.splitlines()]
    wordings = [line for line in dict.fromkeys(lines) if line and line != question][:_WORDINGS]
    context.emit(Step("rewrite", " | ".join(wordings)))
    return wordings
