"""Traces read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docagent import Answer, Citation, DocAgent, DocAgentError
from docagent.events import Event, event_as_json
from docagent.replay import replay
from tests.calling_model import CallingModel, call


@pytest.mark.usefixtures("loaded")
def test_events_come_back_as_they_were(town: Path, tmp_path: Path) -> None:
    looks = [call("search", query=words) for words in ("mason",)]
    reply = "The ice house was rebuilt by the mason Ulla Brandt [1]."
    model = CallingModel(script=[*looks, reply])
    events: list[Event] = list(
        DocAgent(model, strategy="agent", max_steps=1).stream(town, "Who rebuilt the ice house?")
    )
    trace = tmp_path / "trace.jsonl"
    trace.write_text("".join(f"{json.dumps(event_as_json(one))}\n" for one in events), "utf-8")
    back = list(replay(trace))
    assert back[:-1] == events[:-1]
    assert event_as_json(back[-1]) == event_as_json(events[-1])
    assert isinstance(back[-1], Answer)
    assert back[-1].note == "Stopped after 1 steps; answered from what was read."


def test_slides_stay_slides(tmp_path: Path) -> None:
    cited = Citation(1, "talk.pptx", 3, None, "the words", True, 5, 14, unit="slide")
    answer = Answer("What?", "The words [1].", True, (cited,), "a model")
    trace = tmp_path / "trace.jsonl"
    trace.write_text(json.dumps(event_as_json(answer)), "utf-8")
    assert list(replay(trace)) == [answer]


@pytest.mark.parametrize("text", ["no json", "[]", '{"event": "step"}', '{"event": "bang"}', "{}"])
def test_what_is_no_trace(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(DocAgentError, match="line 1 is not an event"):
        list(replay(file))
    with pytest.raises(DocAgentError, match="Cannot read"):
        list(replay(tmp_path / "none.jsonl"))
