"""From evidence to an answer: each sentence is shown with the words it stands on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from docagent.answer import Citation
from docagent.answering.context import Draft, QueryContext
from docagent.answering.evidence import Source
from docagent.answering.messages import REFUSAL, answer_messages, is_refusal
from docagent.events import Event, Step, Token
from docagent.grounding.claims import Grounding, cite, squeeze
from docagent.grounding.markers import sentences_with_markers
from docagent.grounding.quotes import Quote, best

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

_SHOWN = 3  # quotes beside a refusal
_LISTED = 8  # quotes of an answer that is spread over the document
_BRIEF = 48  # tokens


def write(
    asking: QueryContext, sources: list[Source], near: list[Quote]
) -> Generator[Event, None, Draft]:
    """Answer from the sources; `near` are the words nearest to the question, best first.

    Tokens are whole sentences with their markers: what is streamed is what the answer says. A
    reply that begins by refusing is a refusal, of which nothing is streamed.
    """
    yield Step("read", f"{len(sources)} sources")
    brief = asking.settings.brief
    prompt = answer_messages(sources, asking.question, brief)
    most = min(asking.settings.max_tokens, _BRIEF) if brief else asking.settings.max_tokens
    grounding = Grounding(asking.corpus, asking.question, sources)
    text, refused = "", False
    for piece in _sentences(asking.model.write(prompt, most)):
        if not isinstance(piece, str):
            yield piece
            continue
        told = grounding.bare(piece) if brief else grounding.marked(piece)
        refused = refused or (not text and not grounding.citations and is_refusal(piece))
        if refused or not piece.strip():
            continue
        text += told
        yield Token(told)
    if not text.strip():
        return refuse(asking.corpus, near)
    # An answer that nothing bears out still comes with the words nearest to the question.
    return Draft(text.strip(), grounding.citations or cited(asking.corpus, near), True)


def _sentences(events: Iterator[Event]) -> Iterator[Event | str]:
    """A reply sentence by sentence, as soon as the next one has begun; other events pass."""
    text = ""
    for event in events:
        if not isinstance(event, Token):
            yield event
            continue
        text += event.text
        spans = sentences_with_markers(text)
        done = 0
        for start, _ in spans[1:]:
            yield text[done:start]
            done = start
        text = text[done:]
    if text:
        yield text


def list_quotes(corpus: Corpus, near: list[Quote]) -> Draft:
    """For a question on the whole without a language model: the nearest words of all parts."""
    found = cited(corpus, near, _LISTED)
    if not found:
        return refuse(corpus, near)
    order = corpus.documents.index
    found.sort(key=lambda citation: (order(citation.document), citation.start))
    found = [replace(citation, id=number) for number, citation in enumerate(found, 1)]
    return Draft("\n".join(f'- "{squeeze(one.quote)}" [{one.id}]' for one in found), found, True)


def refuse(corpus: Corpus, near: list[Quote], confidence: float = 0.0) -> Draft:
    """The document does not say; the nearest words let the reader judge."""
    return Draft(REFUSAL, cited(corpus, near), False, confidence=confidence)


def cited(corpus: Corpus, near: list[Quote], most: int = _SHOWN) -> list[Citation]:
    """Citations of the nearest quotes, numbered from 1."""
    return [
        cite(corpus, number, quote.passage, quote.start, quote.end)
        for number, quote in enumerate(best(near, most), 1)
    ]
