"""The exact words of a document that come nearest to a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

_LOOKED_AT = 5  # passages; the gold paragraph is among the first five for 97% (SQuAD, n=210)
_WORDS = 0.5  # weight of the share of question words beside the cosine


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or table row, `text == corpus.text(document)[start:end]`, and how near it is."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float
    cosine: float


def quotes(corpus: Corpus, question: str, ranked: list[Passage]) -> list[Quote]:
    """Sentences and rows of the best passages, nearest to the question first.

    The score is the cosine of sentence and question + half the share of question terms in the
    sentence, + a little for the rank of its passage.
    """
    found: list[tuple[Passage, int, int, float]] = []
    for rank, passage in enumerate(ranked[:_LOOKED_AT]):
        found += [(passage, *span, _RANK * (1 - rank / _LOOKED_AT)) for span in corpus.sentences(passage)]
    if not found:
        return []
    texts = [corpus.text(p.document)[start:end] for p, start, end, _ in found]
    cosines = corpus.encoder.encode_sentences(texts) @ corpus.encoder.encode_query(question)[0]
    wanted = set(query_terms(question))
    scored = []
    for (passage, start, end, bonus), text, cosine in zip(found, texts, cosines, strict=True):
        share = len(wanted & set(terms(text))) / max(1, len(wanted))
        scored.append(Quote(passage, start, end, text, float(cosine) + _WORDS * share + bonus, float(cosine)))
    return sorted(scored, key=lambda quote: -quote.score)


_RANK = 0.1
