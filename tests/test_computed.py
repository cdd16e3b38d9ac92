"""Figures as values, and the sums an answer does with them."""

from __future__ import annotations

import pytest

from docagent.grounding.computed import computations
from docagent.grounding.figures import figures, missing


def computed(claim: str, quoted: str) -> list[str]:
    """The computations of a claim whose operands stand in the quoted words."""
    return [one.shown for one in computations(claim, missing(figures(claim), quoted))]


@pytest.mark.parametrize(
    ("claim", "quoted", "shown"),
    [
        ("It fell by 17.2 = 41.6 - 24.4.", "41.6 24.4", "17.2 = 41.6 - 24.4"),
        ("41.6 − 24.4 = 17.2", "41.6 24.4", "41.6 − 24.4 = 17.2"),
        ("24.4 less than 41.6, a difference of 17.2", "24.4 41.6", "17.2 = 41.6 - 24.4"),
        ("Together 41.6 and 24.4 make 66.0", "41.6 24.4", "66.0 = 41.6 + 24.4"),
        ("2 + 3 + 4 = 9", "2 3 4", "2 + 3 + 4 = 9"),
        ("1,577 / 1,004 = 1.57", "1577 1004", "1,577 / 1,004 = 1.57"),
        ("a ratio of 1.57, 1,577 to 1,004", "1577 1004", "1.57 = 1,577 / 1,004"),
        ("Revenue grew 70.5% from 24.4 to 41.6", "24.4 41.6", "70.5% = (41.6 - 24.4) / 24.4"),
        ("It fell 41% from 41.6 to 24.4", "24.4 41.6", "41% = (24.4 - 41.6) / 41.6"),
        ("30% of the crew, 12 of 40", "12 40", "30% = 12 / 40"),
        ("12 boats with 40 seats each, 480 seats", "12 40", "480 = 12 × 40"),
        ("10% of 250 are 25", "10% 250", "25 = 10% × 250"),
        ("$41.6 - $24.4 = $17.2 million", "41.6 24.4", "41.6 - $24.4 = $17.2 million"),
        ("1.5 billion + 500 million = 2 billion", "1.5 billion 500 million",
         "1.5 billion + 500 million = 2 billion"),
    ],
)  # fmt: skip
def test_what_holds_is_shown(claim: str, quoted: str, shown: str) -> None:
    assert computed(claim, quoted) == [shown]


@pytest.mark.parametrize(
    ("claim", "quoted"),
    [
        ("18.2 = 41.6 - 24.4", "41.6 24.4"),  # wrong
        ("17.3 is the difference of 41.6 and 24.4", "41.6 24.4"),  # not by rounding
        ("17.2 = 41.6 - 24.4", "41.6"),  # an operand that stands nowhere
        ("Costs of 17.2 beside 41.6 and 24.4", "41.6 24.4"),  # nothing says how
        ("a difference of 2 between 5 and 3", "5 3"),  # one digit comes out of too many sums
        ("12 / 0 = 12.5", "12 0"),
        ("2 + 3 * 4 = 14", "2 3 4"),  # mixed signs are not read
        ("__import__('os').system('x') = 41.6 - 24.4", "41.6 24.4"),
        (f"{'9' * 500} = 41.6 - 24.4", "41.6 24.4"),
        ("= 41.6 -", "41.6"),
    ],
)
def test_what_does_not_hold_is_none(claim: str, quoted: str) -> None:
    assert computed(claim, quoted) == []


@pytest.mark.parametrize(
    ("claim", "words", "wanted"),
    [
        ("$1,577 million", "(in millions) | 2018 2017 | Purchases 1,577", True),
        ("1.58 billion", "(Millions) | Purchases 1,577", True),
        ("1,577 million", "Purchases 1,577", True),
        ("1,577 thousand", "(in millions) | Purchases 1,577", False),
        ("1.59 billion", "(in millions) | Purchases 1,577", False),
        ("12.49", "(in millions, except per share) | Earnings per share 12.49", True),
        ("41.6%", "a share of 41.6 %", True),
        ("four florins", "a fare of 4", True),
        ("4 florins", "a fare of four", True),
        ("nine florins", "a fare of 4", False),
        ("one of the ferries", "the Petrel", True),
        ("1,234.50", "1234.5", True),
        ("in 2023.", "2021-2023", True),
        ("9", "19 and 9.5", False),
    ],
)
def test_figures_are_values_with_their_scale(claim: str, words: str, wanted: bool) -> None:
    assert (missing(figures(claim), words) == []) is wanted
