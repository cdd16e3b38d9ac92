"""From evidence to an answer: each sentence is shown with the words it stands on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from docagent.answer import Citation
from docagent.answering.context import Draft, QueryContext
from docagent.answering.messages import REFUSAL, answer_messages, is_refusal
from docagent.events import Step, Token
from docagent.grounding.claims import Grounding, cite, squeeze
from docagent.grounding.markers import sentences_with_markers
from docagent.grounding.quotes import Quote, best
from docagent.grounding.source import Source

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

_SHOWN = 3  # quotes beside a refusal
_LISTED = 8  # quotes of an answer that is spread over the document
_BRIEF = 48  # tokens


def write(context: QueryContext, sources: list[Source], near: list[Quote]) -> Draft:
    """Answer from the sources; `near` are the words nearest to the question, best first.

    Tokens are whole sentences with their markers: what is streamed is what the answer says. A
    reply that begins by refusing is a refusal, of which nothing is streamed.
    """
    context.emit(Step("read", f"{len(sources)} sources"))
    settings = context.settings
    prompt = answer_messages(sources, context.question, settings.brief)
    most = min(settings.max_tokens, _BRIEF) if settings.brief else settings.max_tokens
    answer = _Answer(context, sources)
    context.model.write(prompt, most, context.emit, answer.add)
    answer.end()
    text, citations = answer.text.strip(), answer.grounding.citations
    if not text:
        return refuse(context.corpus, near)
    # An answer that nothing bears out still comes with the words nearest to the question.
    return Draft(text, citations or cited(context.corpus, near), True)


class _Answer:
    """A reply sentence by sentence: each is checked, and emitted, once the next one has begun."""

    def __init__(self, context: QueryContext, sources: list[Source]) -> None:
        self.text = ""
        self.grounding = Grounding(context.corpus, context.question, sources)
        self._emit, self._brief = context.emit, context.settings.brief
        self._pending = ""
        self._refused = False

    def add(self, piece: str) -> None:
        """The next piece of the reply."""
        self._pending += piece
        done = 0
        for start, _ in sentences_with_markers(self._pending)[1:]:
            self._sentence(self._pending[done:start])
            done = start
        self._pending = self._pending[done:]

    def end(self) -> None:
        """The reply is whole."""
        self._sentence(self._pending)

    def _sentence(self, sentence: str) -> None:
        if not sentence:
            return
        grounding = self.grounding
        text = grounding.bare(sentence) if self._brief else grounding.marked(sentence)
        first = not self.text and not grounding.citations
        self._refused = self._refused or (first and is_refusal(sentence))
        if sentence.strip() and not self._refused:
            self.text += text
            self._emit(Token(text))


def list_quotes(corpus: Corpus, near: list[Quote]) -> Draft:
    """For a question on the whole without a language model: the nearest words of all parts."""
    citations = cited(corpus, near, _LISTED)
    if not citations:
        return refuse(corpus, near)
    order = corpus.documents.index
    citations.sort(key=lambda citation: (order(citation.document), citation.start))
    citations = [replace(citation, id=number) for number, citation in enumerate(citations, 1)]
    lines = (f'- "{squeeze(citation.quote)}" [{citation.id}]' for citation in citations)
    return Draft("\n".join(lines), citations, True)


def refuse(corpus: Corpus, near: list[Quote], confidence: float = 0.0) -> Draft:
    """The document does not say; the nearest words let the reader judge."""
    return Draft(REFUSAL, cited(corpus, near), False, confidence=confidence)


def cited(corpus: Corpus, near: list[Quote], most: int = _SHOWN) -> list[Citation]:
    """Citations of the nearest quotes, numbered from 1."""
    return [
        cite(corpus, number, quote.passage, quote.start, quote.end)
        for number, quote in enumerate(best(near, most), 1)
    ]
