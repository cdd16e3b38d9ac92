"""Seconds of several ways to do one thing, taken in turns so that noise falls on all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def least(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The least seconds of each way: A, B, A, B, ... for so many rounds.

    A way returns its own seconds, so that preparations do not count. The least is what the work
    itself takes: other processes only ever add to it.
    """
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            found[name] = min(found[name], way())
    return found
