"""The passages nearest to a question: by words and by meaning, then by how they hold its words."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.pages import PageRange
from retrieval.passage import Passage
from retrieval.query import Query
from retrieval.ranking.candidates import candidates
from retrieval.ranking.entity_links import linked_passages
from retrieval.ranking.places import is_named, is_place
from retrieval.ranking.proximity import in_order, together
from retrieval.ranking.which_document import probabilities
from retrieval.store.index import Candidates

_DEPTH = 100  # candidates taken from each ranking
_DEEPEST = 20_000  # and when those of some pages are picked from them
_EXAMINED = 50  # candidates whose words are looked at one by one

# What a passage can reach beside words and meaning; BENCHMARKS.md has the ablation. The scores of
# a page's passages are not added up: at weights of .1, .3 and .6 the first page was right for .56,
# .47 and .44 of 267 questions instead of .62.
_TOGETHER = 1.0  # the question's terms within two lines
_IN_ORDER = 0.5  # the question's terms side by side as in the question
_PLACE = 0.4  # a table with the title of a likely place
_LINKED = 0.5  # of the best passage's score: where that leads
_SECOND = 0.99  # of it at most: the passage that leads stays first
_NAMED = 0.5  # the section, table or page the question names
_DOCUMENT = 2.0  # the document that the question names, by how likely it does
_LIKELY = 0.05  # probability from which a document's passages are looked for by themselves
_CONTENTS = 0.5  # of its score: a table of contents holds the words of every heading


def search(
    index: Candidates,
    query: Query,
    k: int,
    pages: PageRange | None = None,
    documents: Sequence[str] | None = None,
    also: Sequence[str] = (),
) -> list[Passage]:
    """The `k` best passages, best first; `pages` and `documents` limit them.

    `also` are other wordings of the query, weighed like the words of likely places.
    """
    inside = None if documents is None else index.document_numbers(documents)
    depth = min(len(index), _DEEPEST if pages else max(_DEPTH, 2 * k))
    meant = _meant(index, query) if inside is None else {}
    likely = [number for number, p in meant.items() if p >= _LIKELY]
    scores, cosines, vector, most = candidates(index, query, also, depth, inside, likely)
    most += _TOGETHER + _IN_ORDER + _PLACE * bool(query.places) + _DOCUMENT * bool(likely)
    for number in scores if likely else ():
        scores[number] += _DOCUMENT * meant.get(index.document_of(number), 0.0)
    for number in sorted(scores, key=scores.__getitem__, reverse=True)[:_EXAMINED]:
        scores[number] += _by_proximity(index.passage(number), query)
    for number in scores:
        if index.is_contents(number):
            scores[number] *= _CONTENTS
    if scores:
        _raise_linked(index, query, scores, inside)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    linked = [number for number in order if number not in cosines]
    cosines |= index.cosines(vector, linked)
    passages = []
    for number in order:
        passage = index.passage(number, min(1.0, scores[number] / most), cosines[number])
        if pages is None or passage.page in pages:
            passages.append(passage)
        if len(passages) == k:
            break
    return passages


def _meant(index: Candidates, query: Query) -> dict[int, float]:
    """How likely the question names each document."""
    matches = index.matches(query.names, query.years, query.quarters, query.latest)
    return probabilities(matches)


def _raise_linked(
    index: Candidates, query: Query, scores: dict[int, float], inside: list[int] | None
) -> None:
    """Raise the passages that the best one leads to."""
    best = max(scores, key=scores.__getitem__)
    for number in linked_passages(index, best, query):
        if inside is None or index.document_of(number) in inside:
            score = scores.get(number, 0.0) + _LINKED * scores[best]
            scores[number] = min(score, _SECOND * scores[best])


def _by_proximity(passage: Passage, query: Query) -> float:
    """What a look at the passage's own words adds."""
    return (
        _TOGETHER * together(passage.terms, query.rarity)
        + _IN_ORDER * in_order(passage.terms, query.terms, query.rarity)
        + _NAMED * any(is_named(passage, reference) for reference in query.references)
        + _PLACE * any(is_place(passage, place) for place in query.places)
    )
