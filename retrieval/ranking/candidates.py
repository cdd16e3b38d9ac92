"""Candidates of a question: what some query finds by words or by meaning."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from retrieval.embed.model import Vector
from retrieval.query import Query
from retrieval.store.index import Candidates, Terms

# What a passage can reach by each sign; BENCHMARKS.md has the ablation that set them.
WORDS = 0.5  # BM25, the best passage 1
MEANING = 1.0  # cosine
_UNLIKE = 0.2  # cosine under which a passage without a word of the question is no candidate


class Scored(NamedTuple):
    """Passages by number: scores by words and meaning, and cosines to the question's vector [d]."""

    scores: dict[int, float]
    cosines: dict[int, float]
    vector: Vector
    most: float  # what a score can be


def candidates(
    index: Candidates,
    query: Query,
    also: Sequence[str],
    depth: int,
    documents: Collection[int] | None,
    meant: Collection[int] = (),
) -> Scored:
    """The best `depth` passages of each query by words, and by meaning, scored by all.

    The queries are the question's own words, its likely words, and those of `also`; together the
    latter weigh as much as the question. Likely words look for no passage by their meaning: it
    finds none that they do not find themselves, and takes as long again. `documents` are those to
    which a search is limited; the ones that the question likely means, `meant`, are searched once
    more for themselves.
    """
    searched = [documents, *([meant] if meant else [])]
    trust = index.trust(query.core)
    across = index.encoder.across
    words = WORDS * (_known(index, query) if across else 1.0)
    others = (*also, *query.likely)
    weights = [1.0, *(1 / len(others) for _ in others)]
    queries: list[Terms] = [query.search_terms, *others]
    by_words: list[dict[int, float]] = [{} for _ in queries]
    for inside in searched:
        for ranking, found in zip(by_words, index.by_words(queries, depth, inside), strict=True):
            ranking.update(found)
    numbers = {number for ranking in by_words for number in ranking}
    # While vectors are still being made, those of the question's own candidates come first.
    index.cover(numbers)
    vectors = index.encoder.encode_queries([query.search_text, *others])
    if trust:
        for vector in vectors[: 1 + len(also)]:
            for inside in searched:
                numbers |= {number for number, _ in index.nearest(vector, depth, inside)}
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
    most = (words + MEANING * trust) * (1 + bool(others))
    return Scored(scores, cosines[0], vectors[0], most)


def _known(index: Candidates, query: Query) -> float:
    """How much of a question in another language the documents hold as it is, by rarity.

    These are names and figures. The best passage by words has them, whether they are most of the
    question or one of its ten words.
    """
    known = sum(weight for term, weight in query.rarity.items() if index.lexical.contains(term))
    return known / (sum(query.rarity.values()) or 1.0)
