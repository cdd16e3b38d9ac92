"""The main path, top to bottom: open, search, judge, read, answer, check."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.answer import Answer, Citation
from docagent.checking.claims import check, cite, quoted_first
from docagent.checking.found import judge
from docagent.checking.quotes import Quote, best, quotes
from docagent.events import Event, Step
from docagent.reading.evidence import BUDGET, SMALL_BUDGET, select
from docagent.reading.prompt import REFUSAL, is_refusal, messages
from docagent.reading.rewrite import rewrite
from retrieval.lexical.foreign import warn_of_language

if TYPE_CHECKING:
    from docagent.agent import DocAgent
    from docagent.model import Model
    from docagent.settings import Settings
    from retrieval.corpus import Corpus
    from retrieval.passage import Passage

_RANKED = 60  # passages the evidence is chosen from
_SHOWN = 3  # quotes beside an answer
_SENTENCE = 48  # tokens a small model may write; what follows its first sentence seldom holds

Written = tuple[str, list[Citation], bool]  # answer, citations, found


def ask(agent: DocAgent, paths: Sequence[str | Path], question: str) -> Iterator[Event]:
    """Answer one question; the last event is the `Answer`.

    Raises DocAgentError for documents that cannot be read and models that cannot be had.
    """
    begun = time.perf_counter()
    seconds: dict[str, float] = {}

    corpus = yield from agent.open(paths)
    seconds["open"] = time.perf_counter() - begun
    warn_of_language(corpus, question)
    with corpus.undisturbed():
        yield from _asked(agent, corpus, question, begun, seconds)


def _asked(
    agent: DocAgent, corpus: Corpus, question: str, begun: float, seconds: dict[str, float]
) -> Iterator[Event]:
    """From the open documents to the answer."""
    corpus.encoder.load()  # loading models counts in the total alone
    model, settings, rerank = agent.model, agent.settings, agent.reranker

    at = time.perf_counter()
    also = (yield from rewrite(model, question)) if settings.rewrite else ()
    ranked = corpus.search(
        question, settings.k or _RANKED, settings.pages, also=also, rerank=rerank
    )
    near = quotes(corpus, question, ranked)
    seconds["search"] = time.perf_counter() - at
    index = corpus.state()
    yield Step("search", f"{len(ranked)} passages; nearest: {_place(ranked)}; index: {index}")

    at = time.perf_counter()
    verdict = judge(corpus, question, ranked, near, model.weak)
    yield Step("judge", verdict.reason)
    if not verdict.found:
        text, citations, found = refuse(corpus, near)
    else:
        write = lead_with_quotes if model.weak else answer
        text, citations, found = yield from write(corpus, question, model, ranked, near, settings)
    seconds["answer"] = time.perf_counter() - at
    seconds["total"] = time.perf_counter() - begun
    yield Answer(
        question,
        text,
        found,
        tuple(citations),
        model.name,
        usage=model.take_usage(),
        seconds=seconds,
    )


def answer(
    corpus: Corpus,
    question: str,
    model: Model,
    ranked: list[Passage],
    near: list[Quote],
    settings: Settings,
) -> Generator[Event, None, Written]:
    """Read the evidence, write, and keep the citations that the passages carry."""
    sources = select(ranked, settings.budget or BUDGET, model.count)
    yield Step("read", f"{len(sources)} sources")
    draft = yield from model.write(messages(sources, question), settings.max_tokens)
    if not draft.strip() or is_refusal(draft):
        return refuse(corpus, near)
    text, citations = check(corpus, question, draft, sources)
    # An answer none of whose markers holds still comes with the words nearest to the question.
    return text, citations or _cited(corpus, near), True


def lead_with_quotes(
    corpus: Corpus,
    question: str,
    model: Model,
    ranked: list[Passage],
    near: list[Quote],
    settings: Settings,
) -> Generator[Event, None, Written]:
    """For a small model: the document's own words first, the model's if those bear them out."""
    sources = select(ranked, min(settings.budget or SMALL_BUDGET, SMALL_BUDGET), model.count)
    yield Step("read", f"{len(sources)} sources")
    prompt = messages(sources, question, small=True)
    draft = yield from model.write(prompt, min(settings.max_tokens, _SENTENCE), shown=False)
    citations = _cited(corpus, near)
    return quoted_first(question, draft, citations), citations, True


def refuse(corpus: Corpus, near: list[Quote]) -> Written:
    """The document does not say; the nearest words let the reader judge."""
    return REFUSAL, _cited(corpus, near), False


def _cited(corpus: Corpus, near: list[Quote]) -> list[Citation]:
    return [
        cite(corpus, number, quote.passage, quote.start, quote.end)
        for number, quote in enumerate(best(near, _SHOWN), 1)
    ]


def _place(ranked: list[Passage]) -> str:
    if not ranked:
        return "none"
    page = f", {ranked[0].unit} {ranked[0].page}" if ranked[0].page else ""
    return f"{ranked[0].document}{page}"
