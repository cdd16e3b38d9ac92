"""What a look at a passage's own words tells of it, beside how words and meaning found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from retrieval.passage import Passage
from retrieval.query import Query
from retrieval.ranking.places import is_named, is_place
from retrieval.ranking.proximity import in_order, together


class Sign(NamedTuple):
    """What a passage with all of it gains, how much of it a passage has (0 to 1), and when."""

    weight: float
    of: Callable[[Query, Passage], float]
    counts: Callable[[Query], bool] = bool  # a question is never false


# A new sign is a line here. BENCHMARKS.md has what each is worth, and weights fitted to other sets
# of questions, which do no better. The scores of a page's passages are not added up: at weights of
# .1, .3 and .6 the first page was right for .56, .47 and .44 of 267 questions, not .62.
SIGNS = {
    # the question's terms within two lines
    "together": Sign(1.0, lambda asked, found: together(found.terms, asked.rarity)),
    # side by side as in the question
    "in order": Sign(0.5, lambda asked, found: in_order(found.terms, asked.terms, asked.rarity)),
    # the section, table or page that the question names
    "named": Sign(
        0.5,
        lambda asked, found: float(any(is_named(found, ref) for ref in asked.references)),
        lambda asked: bool(asked.references),
    ),
    # a table with the title of a likely place
    "place": Sign(
        0.4,
        lambda asked, found: float(any(is_place(found, place) for place in asked.places)),
        lambda asked: bool(asked.places),
    ),
}


def gain(query: Query, passage: Passage) -> float:
    """What all signs add to a passage's score."""
    return sum(sign.weight * sign.of(query, passage) for sign in _counting(query))


def most_gain(query: Query) -> float:
    """What they can add to it."""
    return sum(sign.weight for sign in _counting(query))


def _counting(query: Query) -> list[Sign]:
    return [sign for sign in SIGNS.values() if sign.weight and sign.counts(query)]
