"""Lines of a trace file."""

from __future__ import annotations

from docagent import Answer, Citation, Step
from docagent.events import event_as_json


def test_a_step_and_its_name() -> None:
    step = {"event": "step", "name": "search", "text": "3 passages"}
    assert event_as_json(Step("search", "3 passages")) == step


def test_an_answer_with_its_note_and_what_pages_are_called() -> None:
    cited = Citation(1, "talk.pptx", 3, None, "the words", True, 5, 14, unit="slide")
    answer = Answer("What?", "The words [1].", True, (cited,), "a model", note="Broken off.")
    told = {"event": "answer", "note": "Broken off.", "units": ["slide"]}
    assert event_as_json(answer) == {**answer.as_json(), **told}
