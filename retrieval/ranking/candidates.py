"""Candidates of a question: what some query finds by words or by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from retrieval.dense.index import Numbers
from retrieval.embed.model import Vector
from retrieval.query import Query
from retrieval.store.passage_index import PassageIndex

# What a passage can reach by each sign; BENCHMARKS.md has the ablation that set them.
WORDS = 0.5  # BM25, the best passage 1
MEANING = 1.0  # cosine
LIKELY = 1.5  # BM25 and cosine for the words of likely places, weighed like the question's
_UNLIKE = 0.2  # cosine under which a passage without a word of the question is no candidate


class Candidates(NamedTuple):
    """Passages by number: scores by words and meaning, and cosines to the question's vector [d]."""

    scores: dict[int, float]
    cosines: dict[int, float]
    vector: Vector
    most: float  # what a score can be


def candidates(
    index: PassageIndex,
    query: Query,
    also: Sequence[str],
    depth: int,
    ranges: Sequence[range] | None,
    likely_ranges: Sequence[range] = (),
) -> Candidates:
    """The best `depth` passages of each query by words, and as many by meaning, scored by all.

    The queries are the question's own words, its likely words, and those of `also`. `ranges` are
    the passages of the documents to which a search is limited; those of the documents the question
    likely means, `likely_ranges`, are searched once more for themselves.
    """
    searched = [ranges, *([likely_ranges] if likely_ranges else [])]
    trust = index.trust(query.core)
    across = index.encoder.across
    words = WORDS * (_known(index, query) if across else 1.0)
    likely = (*query.likely, *also)
    share = LIKELY / (WORDS + MEANING) / max(1, len(likely))
    weights = [1.0, *(share for _ in likely)]
    by_words = [
        {
            number: score
            for inside in searched
            for number, score in index.lexical.search(terms, depth, _firsts(inside))
        }
        for terms in (query.search_terms, *likely)
    ]
    numbers = {number for ranking in by_words for number in ranking}
    # While vectors are still being made, those of the question's own candidates come first.
    index.cover(numbers)
    vectors = index.encoder.encode_queries([query.search_text, *likely])
    if trust:
        for vector in vectors:
            for inside in searched:
                numbers |= {number for number, _ in index.nearest(vector, depth, _numbers(inside))}
    ordered = sorted(numbers)
    cosines = [index.cosines(vector, ordered) for vector in vectors]
    best = [max(ranking.values(), default=1.0) for ranking in by_words]
    scores = {
        number: sum(
            weight * (words * ranking.get(number, 0.0) / top + MEANING * trust * cosine[number])
            for weight, ranking, top, cosine in zip(weights, by_words, best, cosines, strict=True)
        )
        for number in ordered
        if across or number in by_words[0] or cosines[0][number] >= _UNLIKE
    }
    most = (words + MEANING * trust) * (1 + bool(likely) * LIKELY / (WORDS + MEANING))
    return Candidates(scores, cosines[0], vectors[0], most)


def _firsts(ranges: Sequence[range] | None) -> set[int] | None:
    return None if ranges is None else {numbers.start for numbers in ranges}


def _numbers(ranges: Sequence[range] | None) -> Numbers | None:
    return None if ranges is None else np.concatenate([np.arange(0), *map(np.array, ranges)])


def _known(index: PassageIndex, query: Query) -> float:
    """How much of a question in another language the documents hold as it is, by rarity.

    These are names and figures. The best passage by words has them, whether they are most of the
    question or one of its ten words.
    """
    known = sum(weight for term, weight in query.rarity.items() if index.lexical.contains(term))
    return known / (sum(query.rarity.values()) or 1.0)
