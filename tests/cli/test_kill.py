"""A short run of the kill test; `python -m benchmarks.kill` is the long one."""

from __future__ import annotations

import sys

import pytest

from benchmarks.kill import run


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_at_random_moments() -> None:
    assert [kill.same for kill in run(kills=5, seed=7)] == [True] * 5
