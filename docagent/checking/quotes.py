"""The exact words of a document that come nearest to a question."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.corpus import Corpus
from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage

_LOOKED_AT = 5  # passages; one of them holds the answer for 98% of SQuAD's questions (n=450)
# Weights beside the cosine, chosen on SQuAD: the first three hold the answer for 91.6%, with
# unweighted words and no rank 89.3%; as a score for "does it answer at all" AUC .998 on
# questions about another article (.994 for the cosine alone).
_WORDS = 0.5
_RANK = 0.2


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or table row: `text` is its document's text from `start` to `end`.

    `score` = cosine to the question + 0.5 x the share of the question's terms it holds, rare
    ones counting more + up to 0.2 for the rank of its passage.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float


def quotes(corpus: Corpus, question: str, ranked: list[Passage]) -> list[Quote]:
    """Sentences and rows of the best passages, nearest to the question first."""
    rarity = corpus.lexical.rarity(query_terms(question))
    total = sum(rarity.values()) or 1.0
    found = [
        (passage, start, end, _RANK * (1 - rank / _LOOKED_AT))
        for rank, passage in enumerate(ranked[:_LOOKED_AT])
        for start, end in corpus.sentences(passage)
    ]
    if not found:
        return []
    texts = [corpus.text(passage.document)[start:end] for passage, start, end, _ in found]
    near = corpus.encoder.encode_sentences(texts) @ corpus.encoder.encode_query(question)[0]
    scored = []
    for (passage, start, end, rank), text, cosine in zip(found, texts, near, strict=True):
        words = sum(rarity.get(term, 0.0) for term in set(terms(text))) / total
        score = float(cosine) + _WORDS * words + rank
        scored.append(Quote(passage, start, end, text, score))
    return sorted(scored, key=lambda quote: -quote.score)
