"""Without a language model: the words that answer, or that the document does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent import DocAgent
from docagent.answering import short
from docagent.strategies import extractive

QUESTION = "Who rebuilt the ice house in 1931?"
GERMAN = """Das Eishaus wurde im Jahr 1931 von der Maurerin Ulla Brandt neu gebaut. Die Netze
trocknen auf der Wiese hinter der Kapelle, und im Sommer ist das Haus am Hafen früh offen."""
CONTRACT = """# Contract

4.1 Goods come within ten days.

4.2 The buyer checks the goods within three days.

4.3 Late delivery costs two per cent.
"""


def test_the_shortest_answer_is_the_words_themselves(town: Path) -> None:
    agent = DocAgent("none")
    brief, whole = agent.ask(town, QUESTION, brief=True), agent.ask(town, QUESTION)
    assert brief.found
    assert brief.text.removeprefix("the ").removeprefix("mason ") == "Ulla Brandt"
    assert whole.text == '"The ice house was rebuilt in 1931 by the mason Ulla Brandt." [1]'
    text = agent.prepare(town).text(town.name)
    for answer in (brief, whole):
        first = answer.citations[0]
        assert first.answer is not None
        assert text[slice(*first.answer)] == brief.text
        assert first.verified
        assert text[first.start : first.end] == first.quote
        assert "Ulla Brandt" in first.quote
        assert 0.5 < answer.confidence <= 1


def test_another_subject_is_refused_unread(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short, "Reader", None)
    answer = DocAgent("none").ask(town, "Which enzyme unwinds DNA during replication?", brief=True)
    assert not answer.found


def test_less_than_enough_is_a_refusal(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractive, "ANSWERS", 1.0)
    answer = DocAgent("none").ask(town, QUESTION, brief=True)
    assert not answer.found
    assert answer.citations
    assert 0.5 < answer.confidence < 1


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (GERMAN, "Wer baute das Eishaus neu?", "Ulla Brandt"),
        (CONTRACT, "What does clause 4.2 say?", "checks the goods"),
    ],
)
def test_what_the_reader_has_not_learnt_is_quoted_as_a_sentence(
    tmp_path: Path, text: str, question: str, answer: str
) -> None:
    file = tmp_path / "text.md"
    file.write_text(text, encoding="utf-8")
    found = DocAgent("none").ask(file, question, brief=True)
    assert found.found
    assert answer in found.text
    assert found.citations[0].answer is None
