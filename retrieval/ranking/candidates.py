"""Candidates of a question: what some query finds by words or by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retrieval.embed.model import Vector
from retrieval.ranking.question import Asked

if TYPE_CHECKING:
    from retrieval.corpus import Corpus
    from retrieval.dense.index import Numbers

# What a passage can reach by each sign; BENCHMARKS.md has the ablation that set them.
WORDS = 0.5  # BM25, the best passage 1
MEANING = 1.0  # cosine
LIKELY = 1.5  # BM25 and cosine for the words of likely places, weighed like the question's
_UNLIKE = 0.2  # cosine under which a passage without a word of the question is no hit


class Candidates(NamedTuple):
    """Passages by number: scores by words and meaning, and cosines to the question's vector [d]."""

    scores: dict[int, float]
    cosines: dict[int, float]
    vector: Vector
    most: float  # what a score can be


def candidates(
    corpus: Corpus, question: Asked, depth: int, documents: Sequence[str] | None
) -> Candidates:
    """The best `depth` passages of each query by words, and as many by meaning, scored by all."""
    spans = None if documents is None else corpus.spans(documents)
    firsts = None if spans is None else {span.start for span in spans}
    within = None if spans is None else np.concatenate([np.arange(0), *map(_numbers, spans)])
    trust = corpus.trust(question.core)
    share = LIKELY / (WORDS + MEANING) / max(1, len(question.likely))
    queries = [(1.0, question.words), *((share, words) for words in question.likely)]
    worded = [dict(corpus.lexical.search(query, depth, firsts)) for _, query in queries]
    found_by = {number for found in worded for number in found}
    # While vectors are still being made, those of the question's own candidates come first.
    corpus.cover(found_by)
    vectors = corpus.encoder.encode_queries([query for _, query in queries])
    if trust:
        for vector in vectors:
            found_by |= {number for number, _ in corpus.nearest(vector, depth, within)}
    numbers = sorted(found_by)
    cosines = [corpus.cosines(vector, numbers) for vector in vectors]
    best = [max(found.values(), default=1.0) for found in worded]
    scores = {
        number: sum(
            weight * (WORDS * found.get(number, 0.0) / top + MEANING * trust * cosine[number])
            for (weight, _), found, top, cosine in zip(queries, worded, best, cosines, strict=True)
        )
        for number in numbers
        if number in worded[0] or cosines[0][number] >= _UNLIKE
    }
    most = (WORDS + MEANING * trust) * (1 + bool(question.likely) * LIKELY / (WORDS + MEANING))
    return Candidates(scores, cosines[0], vectors[0], most)


def _numbers(span: range) -> Numbers:
    return np.arange(span.start, span.stop)
