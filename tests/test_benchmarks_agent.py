"""The table of the agent's runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.agent import asked, column

from docagent import DocAgent
from tests.calling_model import CallingModel, call


@pytest.mark.usefixtures("loaded")
def test_calls_answers_and_refusals_are_counted(town: Path) -> None:
    replies = ["It was rebuilt by the mason Ulla Brandt [1].", "The document does not say."]
    model = CallingModel(script=[call("find"), "Known.", replies[0], "Unknown.", replies[1]])
    agent = DocAgent(model, strategy="agent")
    row = {"question": "Who rebuilt the ice house?", "answers": ["ulla  brandt"]}
    rows = [
        asked(agent, town, {**row, "answerable": True}),
        asked(agent, town, {**row, "answerable": False}),
    ]
    told = column(rows)
    assert told["gold words in the answer's text"] == "1 of 1"
    assert told["answered"] == told["unanswerable refused"] == "1 of 1"
    assert told["turns a question"] == "1.5"
    assert told["calls"] == "search 2, invalid 1"
