"""Whether passages answer is a probability, made of the reader's word."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage

from docagent.answering.answerability import (
    ANSWERS,
    LEFT_OPEN,
    STATED,
    by_reader,
    by_search,
    scale,
)
from docagent.answering.search import SearchResult
from docagent.grounding.verdict import Verdict
from docagent.reply_cache import ReplyCache


def test_a_reader_is_believed() -> None:
    assert by_reader(1.0) > ANSWERS > by_reader(-1.0)
    assert by_reader(2.0) > by_reader(1.0)


@pytest.mark.parametrize("yes", [-4.0, 4.0])
def test_a_reader_that_is_wholly_sure_leaves_a_doubt(yes: float) -> None:
    assert 0 < by_reader(yes) < 1


def test_search_alone_tells_what_is_far_off() -> None:
    far, near = (by_search(SearchResult([], [], Verdict(False, score, ""))) for score in (0.4, 2.0))
    assert far < 0.2 < 0.5 < near


class FakeModel:
    """A model of known log odds, which counts how often it is asked."""

    identity = "a model"

    def __init__(self, stated: float, left_open: float, tells_odds: bool = True) -> None:
        self.tells_odds = tells_odds
        self.asked = 0
        self._odds = {**dict.fromkeys(STATED, stated), **dict.fromkeys(LEFT_OPEN, left_open)}

    def log_odds(self, messages: list[BaseMessage]) -> float:
        self.asked += 1
        told = str(messages[-1].content)
        return next(odds for question, odds in self._odds.items() if question in told)


def test_what_a_yes_is_worth_is_asked_once_for_each_model(tmp_path: Path) -> None:
    model = FakeModel(4.0, -2.0)
    for _ in range(2):
        assert scale(model, ReplyCache(tmp_path)) == (1.0, 3.0)  # type: ignore[arg-type]
    assert model.asked == len(STATED + LEFT_OPEN)


def test_small_differences_of_a_model_are_not_made_large_ones(tmp_path: Path) -> None:
    middle, half = scale(FakeModel(-0.8, -1.0), ReplyCache(tmp_path))  # type: ignore[arg-type]
    assert middle == pytest.approx(-0.9)
    assert half == 1.5


def test_a_model_that_tells_only_words_is_not_asked(tmp_path: Path) -> None:
    model = FakeModel(3.0, -3.0, tells_odds=False)
    assert scale(model, ReplyCache(tmp_path)) == (0.0, 1.5)  # type: ignore[arg-type]
    assert model.asked == 0
