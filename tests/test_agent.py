"""The Python surface."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

import docagent
from docagent import Answer, DocAgent, DocAgentError, Progress, Settings
from docagent.engine import ChatQwen2
from docagent.events import event_as_json
from tests.fake_model import FakeModel

QUESTION = "Who rebuilt the ice house?"
REPLY = "The ice house was rebuilt by the mason Ulla Brandt [1]."


def test_real_weights_answer(town: Path, qwen: ChatQwen2) -> None:
    answer = DocAgent(model=qwen).ask(town, "When does the harbour office of Ostby open?")
    assert answer.found
    assert "6:45" in answer.text
    first = answer.citations[0]
    assert (first.page, first.page_label, first.verified) == (None, None, True)
    assert town.read_text("utf-8")[first.start : first.end] == first.quote
    assert "6:45" in first.quote
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.completion_tokens > 0


def test_any_langchain_model(town: Path) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("Yes"), AIMessage(REPLY)]))
    answer = DocAgent(model=model).ask(str(town), QUESTION)
    assert answer.text == "The ice house was rebuilt by the mason Ulla Brandt. [1]"
    assert (
        answer.citations[0].quote == "The ice house was rebuilt in 1931 by the mason Ulla Brandt."
    )


@pytest.mark.usefixtures("loaded")
def test_paths_of_every_kind(town: Path) -> None:
    paths: list[str | Path | Sequence[str | Path]] = [town, str(town), [town], (str(town),)]
    for path in [*paths, town.parent]:
        assert DocAgent(FakeModel(replies=[REPLY])).ask(path, QUESTION).found


@pytest.mark.usefixtures("loaded")
def test_what_a_pattern_matches_is_looked_at_again(town: Path) -> None:
    agent = DocAgent(model=FakeModel(replies=[REPLY] * 2))
    boats = town.with_name("boats.md")
    boats.write_text("The ice house was rebuilt by the mason Ulla Brandt in a boat.", "utf-8")
    for pattern, name in (("*.txt", "town.txt"), ("*.md", "boats.md")):
        answer = agent.ask(town.with_name(pattern), QUESTION)
        assert {citation.document for citation in answer.citations} == {name}


def test_documents_stay_open_until_they_change(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = DocAgent(FakeModel(replies=[REPLY] * 3))
    agent.ask(town, QUESTION)
    kept = next(iter(agent._open.values()))
    agent.ask(town, QUESTION)
    assert next(iter(agent._open.values())) is kept
    town.write_text(town.read_text("utf-8").replace("Ulla Brandt", "Ole Lund"), encoding="utf-8")
    answer = agent.ask(town, QUESTION)
    assert "Ole Lund" in answer.citations[0].quote
    town.unlink()
    with pytest.raises(DocAgentError, match="does not exist"):
        agent.ask(town, QUESTION)


@pytest.mark.parametrize("question", ["", " \n\t", "\x00"])
def test_an_empty_question(town: Path, question: str) -> None:
    with pytest.raises(DocAgentError, match="The question is empty"):
        DocAgent(FakeModel(replies=[])).ask(town, question)


def test_errors_are_one_line(tmp_path: Path) -> None:
    nothing: list[str] = []
    for paths in (tmp_path / "none.pdf", tmp_path, nothing):
        with pytest.raises(DocAgentError) as caught:
            DocAgent(FakeModel(replies=[])).ask(paths, QUESTION)
        assert "\n" not in str(caught.value)


def test_progress_is_told_while_a_document_is_read(town: Path, cache: Path) -> None:
    def stages() -> list[str]:
        events = DocAgent(FakeModel(replies=[REPLY])).stream(town, QUESTION)
        return [event.stage for event in events if isinstance(event, Progress)]

    assert "embed" in stages()
    assert stages() == []  # the second time nothing is left to do


def test_the_cache_can_be_given(town: Path, tmp_path: Path) -> None:
    DocAgent(FakeModel(replies=[REPLY]), cache=tmp_path / "own").ask(town, QUESTION)
    assert list((tmp_path / "own").glob("*/documents/*"))


def test_unknown_options_are_refused() -> None:
    with pytest.raises(TypeError):
        DocAgent(colour="blue")


def test_a_model_that_is_not_there(town: Path) -> None:
    with pytest.raises(DocAgentError) as caught:
        DocAgent(model="nobody/nothing").ask(town, QUESTION)
    assert "\n" not in str(caught.value)


def test_events_as_json(town: Path) -> None:
    events = [*DocAgent(FakeModel(replies=[REPLY])).stream(town, QUESTION)]
    names = [event_as_json(event)["event"] for event in events]
    assert set(names) <= {"progress", "step", "token", "answer"}
    last = events[-1]
    assert isinstance(last, Answer)
    assert event_as_json(last) == {"event": "answer", **last.as_json()}


def test_every_exported_name_is_there() -> None:
    assert all(getattr(docagent, name) for name in docagent.__all__)
    with pytest.raises(AttributeError):
        _ = docagent.nothing


@pytest.mark.usefixtures("loaded")
async def test_without_holding_up_the_event_loop(town: Path) -> None:
    agent = DocAgent(FakeModel(replies=[REPLY] * 2))
    answer = await agent.aask(town, QUESTION)
    events = [event async for event in agent.astream(town, QUESTION)]
    assert isinstance(events[-1], Answer)
    assert events[-1].citations == answer.citations


@pytest.mark.usefixtures("loaded")
def test_many_threads_and_documents_at_once(tmp_path: Path) -> None:
    """One agent, several documents and threads: each gets its own answer and its own usage."""
    names = ["Ulla Brandt", "Ole Lund", "Ida Falk"]
    files = []
    for number, name in enumerate(names):
        files.append(tmp_path / f"town{number}.txt")
        files[-1].write_text(f"The ice house was rebuilt in 1931 by {name}.", encoding="utf-8")
    agent = DocAgent(FakeModel(replies=["The ice house was rebuilt [1]."] * 12))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(agent.ask, files * 4, [QUESTION] * 12))
    for number, answer in enumerate(answers):
        assert names[number % 3] in answer.citations[0].quote
        assert answer.usage.prompt_tokens == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"strategy": "reed"},
        {"pages": "10-20"},
        {"pages": (20, 10)},
        {"budget": -5},
        {"k": 0},
        {"max_tokens": None},
    ],
)
def test_wrong_settings_are_refused_where_they_are_given(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(DocAgentError, match=rf"\b{name}\b"):
        DocAgent("none", **wrong)
    with pytest.raises(DocAgentError, match=rf"\b{name}\b"):
        Settings(**wrong)
    with pytest.raises(DocAgentError, match=rf"\b{name}\b"):
        DocAgent("none").ask("absent.txt", "Who?", **wrong)


def test_settings_of_one_question(tmp_path: Path, shared_cache: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_text("Ulla keeps the light. The light stands on Lund.", "utf-8")
    with DocAgent("none", settings=Settings(k=3), cache=str(shared_cache)) as agent:
        assert agent.settings.k == 3
        steps: list[object] = []
        assert agent.ask(file, "Who keeps the light?", strategy="retrieve", emit=steps.append).found
        assert steps
        with pytest.raises(DocAgentError, match="no language model"):
            agent.ask(file, "Who keeps the light?", strategy="agent")
        with pytest.raises(TypeError, match="colour"):
            agent.ask(file, "Who keeps the light?", colour="blue")  # type: ignore[call-arg]


def test_an_agent_says_what_it_is() -> None:
    agent = DocAgent("none", password="secret", k=4)
    assert repr(agent) == "DocAgent(model='none', password='...', k=4)"
