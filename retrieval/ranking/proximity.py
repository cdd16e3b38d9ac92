"""How a passage holds the question's words: together and in order, or scattered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

_WINDOW = 25  # terms, about two lines


def together(terms: Sequence[str], rarity: Mapping[str, float]) -> float:
    """The largest share of the question's terms, by rarity, within 25 terms of a passage; 0..1."""
    total = sum(rarity.values())
    if not total:
        return 0.0
    places = [(index, term) for index, term in enumerate(terms) if term in rarity]
    inside: Counter[str] = Counter()
    best = weight = 0.0
    first = 0
    for index, term in places:
        inside[term] += 1
        if inside[term] == 1:
            weight += rarity[term]
        while places[first][0] <= index - _WINDOW:
            leaving = places[first][1]
            inside[leaving] -= 1
            if not inside[leaving]:
                weight -= rarity[leaving]
            first += 1
        best = max(best, weight)
    return best / total


def in_order(terms: Sequence[str], query: Sequence[str], rarity: Mapping[str, float]) -> float:
    """The share of the question's neighbouring terms, by rarity, that are neighbours here; 0..1."""
    pairs = {pair: rarity.get(pair[0], 0.0) + rarity.get(pair[1], 0.0) for pair in pairwise(query)}
    total = sum(pairs.values())
    if not total:
        return 0.0
    return sum(pairs[pair] for pair in set(pairwise(terms)) & pairs.keys()) / total
