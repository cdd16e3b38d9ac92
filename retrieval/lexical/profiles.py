"""The profiles of the documents of a corpus, matched with what a question names."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from math import log
from typing import NamedTuple

from retrieval.lexical.profile import Profile

_PREFIX = 4  # characters from which the beginning of a name stands for it: Pepsi, PepsiCo
_TAIL = 3  # characters that may follow it


class Match(NamedTuple):
    """How a question fits a document.

    All run from 0 to 1; `title` and `names` are the rarity among the documents of the rarest key
    that the question shares with these fields.
    """

    title: float
    names: float
    year: float
    quarter: float
    newest: float


class Profiles:
    """Profiles by the keys in them."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.profiles = profiles
        self._fields = (_by_key([p.title for p in profiles]), _by_key([p.names for p in profiles]))

    def __len__(self) -> int:
        return len(self.profiles)

    def matches(
        self, names: Sequence[str], years: Sequence[str], quarters: Sequence[str], latest: bool
    ) -> list[Match]:
        """How each document fits the names and periods of a question (see Query)."""
        titles, called = self._rarest(names)
        year = max(years, default="")
        return [
            Match(
                titles[number],
                called[number],
                profile.years.get(year, 0.0),
                max((profile.quarters.get(q, 0.0) for q in quarters), default=0.0),
                latest * self._newness[number],
            )
            for number, profile in enumerate(self.profiles)
        ]

    def _rarest(self, keys: Sequence[str]) -> list[list[float]]:
        best = [[0.0] * len(self) for _ in self._fields]
        for key in keys:
            holders = [self._holders(key, field) for field in range(len(self._fields))]
            rarity = self._rarity(len(set().union(*holders)))
            for rarest, numbers in zip(best, holders, strict=True):
                for number in numbers:
                    rarest[number] = max(rarest[number], rarity)
        return best

    def _rarity(self, holders: int) -> float:
        """1 for what one document has, near 0 for what all have."""
        return log((len(self) + 1) / (max(1, holders) + 0.5)) / log((len(self) + 1) / 1.5)

    def _holders(self, key: str, field: int) -> set[int]:
        """The documents with this key; if there are none, with one that begins with it."""
        places = self._fields[field]
        if key in places or len(key) < _PREFIX:
            return set(places.get(key, ()))
        ordered = self._ordered[field]
        longer = takewhile(lambda k: k.startswith(key), ordered[bisect_left(ordered, key) :])
        return {n for k in longer if len(k) <= len(key) + _TAIL for n in places[k]}

    @cached_property
    def _ordered(self) -> list[list[str]]:
        return [sorted(places) for places in self._fields]

    @cached_property
    def _newness(self) -> list[float]:
        """The share of the other documents that are older, by the period each speaks of most."""
        periods = [period(p) for p in self.profiles]
        ordered = sorted(periods)
        return [bisect_left(ordered, period) / max(1, len(self) - 1) for period in periods]


def _by_key(fields: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(fields):
        for key in keys:
            places[key].append(number)
    return dict(places)


def period(profile: Profile) -> tuple[str, str]:
    """The year and the quarter that a document speaks of most, "" where it speaks of none."""
    return _most(profile.years), _most(profile.quarters)


def beginnings(key: str) -> list[str]:
    """What may stand for a longer name: "pepsi", "pepsic" for "pepsico"."""
    return [key[:size] for size in range(max(_PREFIX, len(key) - _TAIL), len(key))]


def _most(shares: dict[str, float]) -> str:
    return max(shares, key=lambda key: (shares[key], key), default="")
