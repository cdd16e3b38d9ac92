"""How a passage holds the question's words."""

from __future__ import annotations

import pytest

from retrieval.ranking.proximity import in_order, together

RARITY = {"quick": 3.0, "ratio": 1.0}


def test_rarer_terms_count_for_more() -> None:
    assert together(["quick", "ratio"], RARITY) == 1.0
    assert together(["quick"], RARITY) == 0.75
    assert together(["ratio", "other", "ratio"], RARITY) == 0.25
    assert together(["other"], RARITY) == 0.0


@pytest.mark.parametrize(("between", "share"), [(23, 1.0), (24, 0.75), (200, 0.75)])
def test_terms_far_apart_are_not_together(between: int, share: float) -> None:
    """25 terms are one window, wherever in the passage it lies."""
    passage = ["other"] * 40 + ["ratio"] + ["other"] * between + ["quick"] + ["other"] * 40
    assert together(passage, RARITY) == share


def test_the_best_window_counts() -> None:
    scattered = ["quick", *["other"] * 60, "ratio", *["other"] * 60]
    assert together([*scattered, "ratio", "of", "the", "quick"], RARITY) == 1.0


def test_neighbours_in_the_questions_order() -> None:
    asked = ["acid", "test", "ratio"]
    rarity = {"acid": 2.0, "test": 1.0, "ratio": 1.0}
    assert in_order(["the", *asked, "is"], asked, rarity) == 1.0
    assert in_order(["acid", "test", "of", "ratio"], asked, rarity) == 0.6
    assert in_order(["ratio", "test", "acid"], asked, rarity) == 0.0


def test_nothing_asked_is_nothing_held() -> None:
    assert together(["quick"], {}) == in_order(["quick"], [], {}) == 0.0
    assert in_order(["quick", "ratio"], ["quick"], RARITY) == 0.0
