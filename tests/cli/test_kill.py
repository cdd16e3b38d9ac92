"""A short run of the kill test; `python -m benchmarks.retrieval.kill` is the long one."""

from __future__ import annotations

import sys

import pytest

from benchmarks.retrieval.kill import Kill, Left, row, run


def test_what_a_killed_run_had_to_do() -> None:
    whole = Left(documents=2, vectors=2, half=0, words=frozenset("ab"), announced=False)
    assert whole._replace(documents=1, vectors=0).missing(whole) == "reading"
    assert whole._replace(words=frozenset("a"), vectors=0).missing(whole) == "word index"
    assert whole._replace(announced=True).missing(whole) == "word index"
    assert whole._replace(vectors=1).missing(whole) == "vectors"
    assert whole.missing(whole) == "nothing"


def test_other_results_are_not_counted_as_the_same() -> None:
    kills = [Kill("reading", True, False, True), Kill("reading", False, False, False)]
    assert row("reading", kills) == ("reading", 2, 1, 0, 1)
    assert row("vectors", []) == ("vectors", 0, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_at_random_moments() -> None:
    assert [kill.same for kill in run(kills=5, seed=7)] == [True] * 5
