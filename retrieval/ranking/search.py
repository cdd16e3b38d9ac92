"""The passages nearest to a question: by words and by meaning, fused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval.passage import Passage
from retrieval.ranking.fuse import reciprocal_rank

if TYPE_CHECKING:
    from retrieval.corpus import Corpus
    from retrieval.dense.growing import Numbers

_DEPTH = 100  # candidates taken from each ranking
_UNLIKE = 0.2  # cosine under which a passage without a word of the question is no hit


def search(
    corpus: Corpus,
    query: str,
    k: int,
    pages: tuple[int, int] | None = None,
    documents: Sequence[str] | None = None,
) -> list[Passage]:
    """The `k` best passages, best first; `pages` (physical, from 1) and `documents` limit them."""
    depth = len(corpus) if pages else min(len(corpus), max(_DEPTH, 2 * k))
    vector = corpus.encoder.encode_query(query)[0]
    spans = None if documents is None else corpus.spans(documents)
    firsts = None if spans is None else {span.start for span in spans}
    lexical = [number for number, _ in corpus.lexical.search(query, depth, firsts)]
    corpus.cover(lexical)  # while vectors are still being made, the question's own come first
    within = None if spans is None else np.concatenate([np.arange(0), *map(_numbers, spans)])
    dense = [number for number, _ in corpus.nearest(vector, depth, within)]
    cosines = corpus.cosines(vector, list({*lexical, *dense}))
    by_words = set(lexical)
    passages = []
    fused = reciprocal_rank([(1.0, lexical), (corpus.trust(query), dense)])
    for number, score in _contents_last(corpus, fused):
        if number not in by_words and cosines[number] < _UNLIKE:
            continue
        passage = corpus.passage(number, score, cosines[number])
        if pages is None or (passage.page and pages[0] <= passage.page <= pages[1]):
            passages.append(passage)
        if len(passages) == k:
            break
    return passages


def _numbers(span: range) -> Numbers:
    return np.arange(span.start, span.stop)


def _contents_last(corpus: Corpus, fused: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Tables of contents hold the words of every heading; they count half."""
    halved = [(n, score * (0.5 if corpus.chunk(n).contents else 1.0)) for n, score in fused]
    return sorted(halved, key=lambda pair: -pair[1])
