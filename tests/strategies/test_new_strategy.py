"""A strategy that this test adds: all it takes is a function and its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from docagent import DocAgent, DocAgentError, Settings, Step, strategy
from docagent.answering.context import Draft, QueryContext
from docagent.answering.evidence import select
from docagent.answering.search import search
from docagent.answering.write import write
from tests.fake_model import FakeModel

QUESTION = "Who rebuilt the ice house?"
pytestmark = pytest.mark.usefixtures("loaded")


def first_passage(context: QueryContext) -> Draft:
    """Answer from the best passage alone, whether or not it answers."""
    result = search(context)
    context.emit(Step("first", "one passage"))
    with context.timed("answer"):
        sources = select(result.ranked[:1], 700, context.model.count)
        return replace(write(context, sources, result.near), strategy="first_passage")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy, "_registered", {})
    strategy.register("first_passage", first_passage)


def test_a_registered_strategy_answers(town: Path) -> None:
    model = FakeModel(replies=["The mason Ulla Brandt rebuilt the ice house in 1931."])
    steps: list[object] = []
    answer = DocAgent(model, strategy="first_passage").ask(town, QUESTION, emit=steps.append)
    assert answer.found
    assert (answer.strategy, answer.text) == (
        "first_passage",
        "The mason Ulla Brandt rebuilt the ice house in 1931. [1]",
    )
    assert "Ulla Brandt" in answer.citations[0].quote
    assert Step("first", "one passage") in steps
    assert not model.judged


def test_for_one_question_alone(town: Path) -> None:
    model = FakeModel(replies=["The mason Ulla Brandt rebuilt it in 1931."] * 2)
    with DocAgent(model) as agent:
        assert agent.ask(town, QUESTION, strategy="first_passage").strategy == "first_passage"
        assert agent.ask(town, QUESTION).strategy == "retrieve"


def test_a_name_is_known_once_it_is_registered() -> None:
    assert strategy.names()[-1] == "first_passage"
    with pytest.raises(DocAgentError, match="no strategy 'second_passage'"):
        Settings(strategy="second_passage")
    with pytest.raises(DocAgentError, match="has a strategy 'read' already"):
        strategy.register("read", first_passage)
