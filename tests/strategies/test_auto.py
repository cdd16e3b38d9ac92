"""Cheap first, and more only where that is not enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docagent import Answer, DocAgent, DocAgentError, Event, Step
from docagent.answering.messages import REFUSAL
from docagent.answering.scope import scope, subject
from tests.make_pdf import text_pdf
from tests.strategies.reading_model import ReadingModel, picks

pytestmark = pytest.mark.usefixtures("loaded")

PAGES = [
    "The ferry Petrel was re-engined in the spring of 2023.",
    "Gulls nest on the roof of the old customs house in Port Aldery.",
    "A bicycle ticket costs 4 florins on all ferries of the Authority.",
]
QUESTION = "What does a bicycle ticket cost?"


@pytest.fixture
def ferry(tmp_path: Path, cache: Path) -> Path:
    return text_pdf(tmp_path / "ferry.pdf", PAGES)


def run(model: ReadingModel, path: Path, question: str, **options: Any) -> tuple[Answer, str]:
    """The answer, and what was chosen."""
    events: list[Event] = list(DocAgent(model, **options).stream(path, question))
    assert isinstance(events[-1], Answer)
    chosen = [e.text for e in events if isinstance(e, Step) and e.name == "choose"]
    return events[-1], " ".join(chosen)


def test_one_call_where_the_passages_answer(ferry: Path) -> None:
    model = ReadingModel(reply=picks("florins"))
    answer, chosen = run(model, ferry, QUESTION)
    assert (answer.strategy, answer.steps, chosen, len(model.asked)) == ("retrieve", 1, "", 1)


def test_a_refusal_stands_and_nothing_is_read_unasked(ferry: Path) -> None:
    model = ReadingModel(reply=picks("florins"), answerable="No")
    answer, chosen = run(model, ferry, QUESTION)
    assert (answer.found, answer.text, chosen, model.asked) == (False, REFUSAL, "", [])


def test_a_question_on_the_whole_is_read_at_once(ferry: Path) -> None:
    model = ReadingModel(reply=picks("Gulls", "florins"))
    answer, chosen = run(model, ferry, "What is this report about?")
    assert answer.strategy == "read"
    assert chosen.startswith("read:")
    assert len(model.windows) == 1
    assert {citation.page for citation in answer.citations} == {2, 3}


def test_without_a_language_model_the_whole_is_answered_by_the_nearest_words(
    ferry: Path,
) -> None:
    answer = DocAgent("none").ask(ferry, "List all tickets and their florins")
    assert (answer.strategy, answer.model) == ("read", "none")
    assert PAGES[2] in [citation.quote for citation in answer.citations]


def test_a_foreign_question_costs_nothing(ferry: Path) -> None:
    model = ReadingModel(reply=picks("florins"))
    answer, _ = run(model, ferry, "Which enzyme unwinds DNA during replication?")
    assert (answer.found, model.asked) == (False, [])


def test_direct_reads_all_pages_in_order(ferry: Path) -> None:
    model = ReadingModel(reply=picks("florins"))
    answer, _ = run(model, ferry, QUESTION, strategy="direct")
    assert (answer.strategy, answer.citations[0].page) == ("direct", 3)
    (prompt,) = model.asked
    assert [prompt.index(page) for page in PAGES] == sorted(prompt.index(page) for page in PAGES)


def test_direct_says_when_a_text_is_too_long(handbook: Path) -> None:
    with pytest.raises(DocAgentError, match="--strategy read"):
        run(ReadingModel(reply=picks("florins")), handbook, QUESTION, strategy="direct")
    with pytest.raises(DocAgentError, match="30 fit into one prompt"):
        run(ReadingModel(reply=picks()), handbook, QUESTION, strategy="direct", budget=30)


def test_direct_groups_the_pages_of_a_longer_text(tmp_path: Path, cache: Path) -> None:
    pages = [f"Shed {number} holds {number * 7} barrels of salt." for number in range(150)]
    model = ReadingModel(reply=lambda _: "Shed 149 holds 1043 barrels of salt.")
    path = text_pdf(tmp_path / "sheds.pdf", pages)
    answer, _ = run(model, path, "How many barrels does shed 149 hold?", strategy="direct")
    assert [(one.page, one.quote) for one in answer.citations] == [(150, pages[149])]


def test_another_strategy() -> None:
    with pytest.raises(DocAgentError, match=r"no strategy 'guess'; choose one of auto, retrieve"):
        DocAgent(ReadingModel(reply=picks()), strategy="guess").ask("x.pdf", QUESTION)


@pytest.mark.parametrize(
    ("question", "whole", "ordered"),
    [
        ("What are the main risks?", True, False),
        ("List every ferry and its capacity.", True, False),
        ("Summarize the document.", True, False),
        ("What is this contract about?", True, False),
        ("How did the strategy change over time?", True, True),
        ("主要风险是什么?", True, False),
        ("Worum geht es in diesem Bericht?", True, False),
        ("What was the main risk in 2021?", False, False),
        ("Who wrote the Summary for Policymakers?", False, False),
        ("What are the main languages of Kenya?", False, False),
        ("How many ferries were there in 1931?", False, False),
    ],
)
def test_scope(question: str, whole: bool, ordered: bool) -> None:
    told = scope(question)
    assert (told.whole, told.ordered) == (whole, ordered)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many times is the ferry Petrel mentioned?", "ferry Petrel"),
        ('How often does the word "salt" appear?', "salt"),
        ("How often does the ferry sail?", ""),
        ("本文多少次提到“收入”?", "收入"),
    ],
)
def test_counted_words(question: str, words: str) -> None:
    assert scope(question).counted == words


def test_the_subject_of_a_question_on_the_whole() -> None:
    assert subject("What are the main risks?") == "risks"
    assert subject("List every ferry and its capacity") == "ferry and its capacity"
    assert subject("What is the?") == "What is the?"
