"""The passages nearest to a question: by words and by meaning, then by how they hold its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from retrieval.lexical.tokens import query_terms, terms
from retrieval.parse.line import count_figures
from retrieval.passage import Passage
from retrieval.ranking.closeness import in_order, together
from retrieval.ranking.question import Asked, Place, Reference, asked

if TYPE_CHECKING:
    from retrieval.corpus import Corpus
    from retrieval.dense.index import Numbers

_DEPTH = 100  # candidates taken from each ranking
_CLOSE = 50  # candidates whose words are looked at one by one
_SEEN = 5000  # passages whose terms are kept for the next question, about 20 MB
_FIGURES = 0.2  # share of figures among the words of a table
_TOP = 160  # characters of a passage that may hold its title
_UNLIKE = 0.2  # cosine under which a passage without a word of the question is no hit

# What a passage can reach by each sign; BENCHMARKS.md has the ablation that set them.
_WORDS = 0.5  # BM25, the best passage 1
_MEANING = 1.0  # cosine
_TOGETHER = 1.0  # the question's terms within two lines
_IN_ORDER = 0.5  # the question's terms side by side as in the question
_LIKELY = 1.5  # BM25 and cosine for the words of likely places, weighed like the question's
_PLACE = 0.4  # a table with the title of such a place
_NAMED = 0.5  # the section, table or page the question names


def search(
    corpus: Corpus,
    query: str,
    k: int,
    pages: tuple[int, int] | None = None,
    documents: Sequence[str] | None = None,
    also: Sequence[str] = (),
) -> list[Passage]:
    """The `k` best passages, best first; `pages` (physical, from 1) and `documents` limit them.

    `also` are other wordings of the query, weighed like the words of likely places.
    """
    question = asked(query)
    question = replace(question, likely=(*question.likely, *also))
    depth = len(corpus) if pages else min(len(corpus), max(_DEPTH, 2 * k))
    scores, cosines = _by_words_and_meaning(corpus, question, depth, documents)
    most = _WORDS + _MEANING + _TOGETHER + _IN_ORDER
    most += _LIKELY * bool(question.likely) + _PLACE * bool(question.places)
    asked_terms = query_terms(question.core, corpus.lexical.languages)
    rarity = corpus.lexical.rarity(asked_terms)
    for number in sorted(scores, key=scores.__getitem__, reverse=True)[:_CLOSE]:
        scores[number] += _by_closeness(corpus.passage(number), question, asked_terms, rarity)
    for number in scores:
        if corpus.is_contents(number):
            scores[number] *= 0.5  # a table of contents holds the words of every heading
    passages = []
    for number in sorted(scores, key=lambda n: (-scores[n], n)):
        score = min(1.0, scores[number] / most)
        passage = corpus.passage(number, score, cosines[number])
        if pages is None or (passage.page and pages[0] <= passage.page <= pages[1]):
            passages.append(passage)
        if len(passages) == k:
            break
    return passages


def _by_words_and_meaning(
    corpus: Corpus, question: Asked, depth: int, documents: Sequence[str] | None
) -> tuple[dict[int, float], dict[int, float]]:
    """Candidates with their scores, and with their cosines to the question."""
    spans = None if documents is None else corpus.spans(documents)
    firsts = None if spans is None else {span.start for span in spans}
    within = None if spans is None else np.concatenate([np.arange(0), *map(_numbers, spans)])
    trust = corpus.trust(question.core)
    share = _LIKELY / (_WORDS + _MEANING) / max(1, len(question.likely))
    queries = [(1.0, question.words), *((share, words) for words in question.likely)]
    worded = [dict(corpus.lexical.search(query, depth, firsts)) for _, query in queries]
    # While vectors are still being made, those of the question's own candidates come first.
    corpus.cover([number for found in worded for number in found])
    vectors = corpus.encoder.encode_queries([query for _, query in queries])
    candidates = {number for found in worded for number in found}
    if trust:
        for vector in vectors:
            candidates |= {number for number, _ in corpus.nearest(vector, depth, within)}
    numbers = sorted(candidates)
    cosines = [corpus.cosines(vector, numbers) for vector in vectors]
    best = [max(found.values(), default=1.0) for found in worded]
    scores = {
        number: sum(
            weight * (_WORDS * found.get(number, 0.0) / top + _MEANING * trust * cosine[number])
            for (weight, _), found, top, cosine in zip(queries, worded, best, cosines, strict=True)
        )
        for number in numbers
        if number in worded[0] or cosines[0][number] >= _UNLIKE
    }
    return scores, cosines[0]


def _by_closeness(
    passage: Passage, question: Asked, asked_terms: Sequence[str], rarity: Mapping[str, float]
) -> float:
    """What a look at the passage's own words adds."""
    held = _terms(passage.text)
    return (
        _TOGETHER * together(held, rarity)
        + _IN_ORDER * in_order(held, asked_terms, rarity)
        + _NAMED * any(_is_named(passage, reference) for reference in question.references)
        + _PLACE * any(_is_place(passage, place) for place in question.places)
    )


@lru_cache(maxsize=_SEEN)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(terms(text))


def _is_place(passage: Passage, place: Place) -> bool:
    """Whether this is a table of figures under that title."""
    above = f"{passage.heading.split(' > ')[-1]} | {passage.context} | {passage.text[:_TOP]}"
    if not place.title.search(" ".join(above.split())):
        return False
    words = passage.text.split()
    return count_figures(words) >= _FIGURES * len(words)


def _is_named(passage: Passage, reference: Reference) -> bool:
    """Whether the question names this passage's page, its section or the table it holds."""
    kind, number = reference
    if kind == "page":
        return number in (str(passage.page), passage.page_label)
    here = rf"{re.escape(number)}(?![\w(]|\.\d)"  # 4.2, and not 4.21 or 4.2(b)
    place = f"{passage.heading} > {passage.context}\n{passage.text}"
    if re.search(rf"\b{kind}\s+{here}", place, re.IGNORECASE):
        return True
    numbered = kind in ("section", "clause", "article", "chapter")
    return numbered and bool(re.search(rf"(?:^|> )§?\s*{here}", passage.heading))


def _numbers(span: range) -> Numbers:
    return np.arange(span.start, span.stop)
