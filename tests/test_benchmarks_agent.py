"""The count of the agent's runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.agent import Totals, column, run
from docagent import DocAgent
from tests.calling_model import CallingModel, call


@pytest.mark.usefixtures("loaded")
def test_calls_answers_and_refusals_are_counted(town: Path) -> None:
    search = call("search", query="ice house")
    replies = ["It was rebuilt by the mason Ulla Brandt [1].", "The document does not say."]
    model = CallingModel(script=[call("find"), search, replies[0], search, replies[1]])
    agent = DocAgent(model, strategy="agent")
    row = {"question": "Who rebuilt the ice house?", "answers": ["ulla  brandt"]}
    totals = Totals()
    run(agent, town, {**row, "answerable": True, "evidence_pages": [1]}, totals)
    run(agent, town, {**row, "answerable": False}, totals)
    assert (totals.runs, totals.ended, totals.steps) == (2, 2, 5)
    assert (totals.calls.total(), totals.invalid) == (2, 1)
    assert (totals.answerable, totals.found, totals.right, totals.page) == (1, 1, 1, 0)
    assert (totals.unanswerable, totals.refused) == (1, 1)
    told = column(totals)
    assert told["calls that were no call of an offered tool"] == "1 of 3"
    assert told["unanswerable refused"] == "1 of 1"


def test_a_strategy_without_calls_has_none_in_its_column() -> None:
    told = column(Totals(runs=2, ended=2))
    assert told["calls of tools"] == told["calls that were no call of an offered tool"] == "-"
