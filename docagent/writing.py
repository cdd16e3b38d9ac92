"""From evidence to an answer: write, then keep what the evidence bears out."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from docagent.answer import Citation
from docagent.asking import Asking, Written
from docagent.checking.claims import check, cite, quoted_first, squeeze
from docagent.checking.quotes import Quote, best
from docagent.events import Event, Step
from docagent.reading.evidence import Source
from docagent.reading.prompt import REFUSAL, is_refusal, messages
from retrieval.corpus import Corpus

_SHOWN = 3  # quotes beside an answer
_LISTED = 8  # quotes of an answer that is spread over the document
_SENTENCE = 48  # tokens a small model may write; what follows its first sentence seldom holds


def write(
    asking: Asking, sources: list[Source], near: list[Quote]
) -> Generator[Event, None, Written]:
    """Answer from the sources; `near` are the words nearest to the question, best first."""
    yield Step("read", f"{len(sources)} sources")
    return (yield from (_quotes_lead if asking.model.weak else _answer)(asking, sources, near))


def _answer(
    asking: Asking, sources: list[Source], near: list[Quote]
) -> Generator[Event, None, Written]:
    """Read the evidence, write, and keep the citations that the passages carry."""
    prompt = messages(sources, asking.question)
    draft = yield from asking.model.write(prompt, asking.settings.max_tokens)
    if not draft.strip() or is_refusal(draft):
        return refuse(asking.corpus, near)
    text, citations = check(asking.corpus, asking.question, draft, sources)
    # An answer none of whose markers holds still comes with the words nearest to the question.
    return Written(text, citations or cited(asking.corpus, near), True)


def _quotes_lead(
    asking: Asking, sources: list[Source], near: list[Quote]
) -> Generator[Event, None, Written]:
    """For a small model: the document's own words first, the model's if those bear them out."""
    prompt = messages(sources, asking.question, small=True)
    most = min(asking.settings.max_tokens, _SENTENCE)
    draft = yield from asking.model.write(prompt, most, shown=False)
    citations = cited(asking.corpus, near)
    return Written(quoted_first(asking.question, draft, citations), citations, True)


def list_quotes(asking: Asking, near: list[Quote]) -> Written:
    """For a small model and a question on the whole: the nearest words of all parts, in order."""
    found = cited(asking.corpus, near, _LISTED)
    if not found:
        return refuse(asking.corpus, near)
    order = asking.corpus.documents.index
    found.sort(key=lambda citation: (order(citation.document), citation.start))
    found = [replace(citation, id=number) for number, citation in enumerate(found, 1)]
    return Written("\n".join(f'- "{squeeze(one.quote)}" [{one.id}]' for one in found), found, True)


def refuse(corpus: Corpus, near: list[Quote]) -> Written:
    """The document does not say; the nearest words let the reader judge."""
    return Written(REFUSAL, cited(corpus, near), False)


def cited(corpus: Corpus, near: list[Quote], most: int = _SHOWN) -> list[Citation]:
    """Citations of the nearest quotes, numbered from 1."""
    return [
        cite(corpus, number, quote.passage, quote.start, quote.end)
        for number, quote in enumerate(best(near, most), 1)
    ]
