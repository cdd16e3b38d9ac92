"""The passages nearest to a question: by words and by meaning, then by how they hold its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from retrieval.lexical.tokens import query_terms, terms
from retrieval.passage import Passage
from retrieval.ranking.candidates import candidates
from retrieval.ranking.closeness import in_order, together
from retrieval.ranking.leads import leads
from retrieval.ranking.places import is_named, is_place
from retrieval.ranking.question import Asked, asked

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

_DEPTH = 100  # candidates taken from each ranking
_CLOSE = 50  # candidates whose words are looked at one by one
_SEEN = 5000  # passages whose terms are kept for the next question, about 20 MB

# What a passage can reach beside words and meaning; BENCHMARKS.md has the ablation. The scores of
# a page's passages are not added up: at weights of .1, .3 and .6 the first page was right for .56,
# .47 and .44 of 267 questions instead of .62.
_TOGETHER = 1.0  # the question's terms within two lines
_IN_ORDER = 0.5  # the question's terms side by side as in the question
_PLACE = 0.4  # a table with the title of a likely place
_LED = 0.5  # of the best passage's score: where that leads
_SECOND = 0.99  # of it at most: the passage that leads stays first
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
    scores, cosines, vector, most = candidates(corpus, question, depth, documents)
    most += _TOGETHER + _IN_ORDER + _PLACE * bool(question.places)
    asked_terms = query_terms(question.core, corpus.lexical.languages)
    rarity = corpus.lexical.rarity(asked_terms)
    for number in sorted(scores, key=scores.__getitem__, reverse=True)[:_CLOSE]:
        scores[number] += _by_closeness(corpus.passage(number), question, asked_terms, rarity)
    for number in scores:
        if corpus.is_contents(number):
            scores[number] *= 0.5  # a table of contents holds the words of every heading
    if scores:
        _follow(corpus, max(scores, key=scores.__getitem__), query, scores, documents)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    led = [number for number in order if number not in cosines]
    cosines |= corpus.cosines(vector, led)
    passages = []
    for number in order:
        passage = corpus.passage(number, min(1.0, scores[number] / most), cosines[number])
        if pages is None or (passage.page and pages[0] <= passage.page <= pages[1]):
            passages.append(passage)
        if len(passages) == k:
            break
    return passages


def _follow(
    corpus: Corpus,
    best: int,
    query: str,
    scores: dict[int, float],
    documents: Sequence[str] | None,
) -> None:
    """Raise the passages that the best one leads to."""
    inside = None if documents is None else corpus.spans(documents)
    for number in leads(corpus, best, query):
        if inside is None or any(number in span for span in inside):
            led = scores.get(number, 0.0) + _LED * scores[best]
            scores[number] = min(led, _SECOND * scores[best])


def _by_closeness(
    passage: Passage, question: Asked, asked_terms: Sequence[str], rarity: Mapping[str, float]
) -> float:
    """What a look at the passage's own words adds."""
    held = _terms(passage.text)
    return (
        _TOGETHER * together(held, rarity)
        + _IN_ORDER * in_order(held, asked_terms, rarity)
        + _NAMED * any(is_named(passage, reference) for reference in question.references)
        + _PLACE * any(is_place(passage, place) for place in question.places)
    )


@lru_cache(maxsize=_SEEN)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(terms(text))
