"""Whether passages answer is a probability, made of the reader's word and of the search."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from docagent.checking.answerability import ANSWERS, Features, answerable, by_search
from docagent.checking.found import Verdict
from docagent.strategies.search import Found

NEAR = Features(yes=2.0, near=1.4)


def test_a_reader_that_says_yes_of_near_passages_is_believed() -> None:
    assert answerable(NEAR) > ANSWERS
    assert answerable(replace(NEAR, yes=-3.0)) < ANSWERS


def test_the_surer_the_reader_and_the_nearer_the_words_the_likelier() -> None:
    assert answerable(replace(NEAR, yes=4.0)) > answerable(NEAR)
    assert answerable(replace(NEAR, near=0.8)) < answerable(NEAR)


@pytest.mark.parametrize("yes", [-math.inf, -20.0, 20.0, math.inf])
def test_a_reader_that_is_wholly_sure_leaves_a_doubt(yes: float) -> None:
    assert 0 < answerable(replace(NEAR, yes=max(-8.0, min(8.0, yes)))) < 1


def test_search_alone_tells_what_is_far_off() -> None:
    far, near = (by_search(Found([], [], Verdict(False, score, ""))) for score in (0.4, 2.0))
    assert far < 0.2 < 0.5 < near
