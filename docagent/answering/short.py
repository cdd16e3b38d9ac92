"""The shortest answer without a language model: the words that the small reader points at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docagent.events import Step
from docagent.grounding.quotes import Quote
from retrieval.reader.reader import Reader, Reading, Text, is_installed

if TYPE_CHECKING:
    from docagent.answering.context import QueryContext
    from docagent.answering.search import SearchResult
    from retrieval.passage import Passage

ANSWERS = 0.12
"""Probability from which the words are shown as an answer. At .29, where .08 of the questions that
held-out articles answer lie below, 8 of the 61 of our own documents were refused, and .36 of
SQuAD's open ones; at .12 none of ours, and .12 of those."""

_READ = 3  # passages; a fourth to a sixth brought no answer that these lack
_ENGLISH = 0.5  # of the trust in cosines, which is 1 for English


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """Words of a document from `start` to `end`, within the sentence `quote`; `probability` is that
    the passages answer the question at all."""

    quote: Quote
    start: int
    end: int
    text: str
    probability: float


def short_answer(context: QueryContext, result: SearchResult) -> ShortAnswer | None:
    """The likeliest words of the first passages; None where the reader does not know the language,
    is not installed, or is asked for what it has not learnt.

    Of tables it has seen few: the row nearest to the question stays the answer there. What "clause
    4.2" says is the clause.
    """
    first = result.ranked[:_READ]
    if not first or context.query.references or not _reads(context) or _is_table(context, first[0]):
        return None
    passages = [passage for passage in first if not _is_table(context, passage)]
    texts = [Text(passage.text, passage.cosine, passage.context) for passage in passages]
    readings = Reader().read(context.question, texts)
    if not readings:
        return None
    best = readings[0]
    context.emit(Step("short answer", f'"{best.text}", {best.probability:.2f}'))
    return _placed(context, passages[best.passage], best, result.near)


def _reads(context: QueryContext) -> bool:
    """The reader knows English alone."""
    corpus = context.corpus
    if not is_installed() or corpus.encoder.across or "en" not in corpus.lexical.languages:
        return False
    return context.query.language in ("en", "") and corpus.trust(context.query) >= _ENGLISH


def _is_table(context: QueryContext, passage: Passage) -> bool:
    return any(sentence.head for sentence in context.corpus.sentences(passage))


def _placed(
    context: QueryContext, passage: Passage, best: Reading, near: list[Quote]
) -> ShortAnswer:
    start, end = passage.start + best.start, passage.start + best.end
    around = [s for s in context.corpus.sentences(passage) if s.start < end and start < s.end]
    first = min([start, *(sentence.start for sentence in around)])
    last = max([end, *(sentence.end for sentence in around)])
    words = context.corpus.text(passage.document)[first:last]
    # It is shown before what search alone finds nearest, and never hides it.
    quote = Quote(passage, first, last, words, near[0].score if near else 1.0)
    return ShortAnswer(quote, start, end, best.text, best.probability)
