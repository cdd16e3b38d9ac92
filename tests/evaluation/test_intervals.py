"""Bootstrap intervals."""

from __future__ import annotations

import math
import random

import pytest

from docagent.evaluation.intervals import difference, mean


def test_the_interval_of_a_share_is_the_known_one() -> None:
    values = [1.0] * 80 + [0.0] * 20
    estimate = mean(values)
    assert estimate is not None
    assert (estimate.n, estimate.value) == (100, 0.8)
    wide = 1.96 * math.sqrt(0.8 * 0.2 / 100)
    assert estimate.low == pytest.approx(0.8 - wide, abs=0.015)
    assert estimate.high == pytest.approx(0.8 + wide, abs=0.015)
    assert mean(values) == estimate


def test_what_does_not_apply_is_left_out() -> None:
    estimate = mean([1.0, None, 0.0, None])
    assert estimate is not None
    assert (estimate.n, estimate.value) == (2, 0.5)
    assert mean([None, None]) is None
    assert mean([]) is None


def test_a_paired_difference_is_surer_than_two_means() -> None:
    draw = random.Random(3)
    first = [float(draw.random() < 0.5) for _ in range(200)]
    # Better in twenty cases and worse in none: sure, though both means alone are not.
    second = [1.0 if n < 40 else value for n, value in enumerate(first)]
    estimate = difference(first, second)
    assert estimate is not None
    assert estimate.value == pytest.approx((sum(second) - sum(first)) / 200)
    assert 0 < estimate.low < estimate.value < estimate.high
    alone = mean(first)
    assert alone is not None
    assert estimate.high - estimate.low < (alone.high - alone.low) / 1.5
    nothing = difference(first, first)
    assert nothing is not None
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)


def test_a_difference_of_measures_that_apply_to_other_questions() -> None:
    estimate = difference([1.0, None, None, 1.0], [None, 0.0, None, 1.0])
    assert estimate is not None
    assert (estimate.n, estimate.value) == (3, -0.5)
    assert difference([None], [1.0]) is None
