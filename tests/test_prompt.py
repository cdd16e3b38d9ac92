"""The messages a model reads: passages are material, numbered by docagent alone."""

from __future__ import annotations

import pytest

from docagent.answering.messages import (
    REFUSAL,
    answer_messages,
    answerable_messages,
    is_refusal,
)
from docagent.grounding.source import Source
from prompts import render
from retrieval.passage import Passage


def source(
    number: int, text: str, context: str = "", heading: str = "Fees", document: str = "a.pdf"
) -> Source:
    passage = Passage(document, 7, "5", heading, text, 1.0, 0, len(text), 1.0, context)
    return Source(number, (passage,))


def told(*sources: Source, question: str = "What is it?", brief: bool = False) -> str:
    (human,) = answer_messages(list(sources), question, brief)
    assert human.type == "human"
    return str(human.content)


def test_passages_with_their_headings_then_the_question() -> None:
    prompt = told(source(1, "Alpha."), source(2, "Beta."))
    assert "Fees\nAlpha." in prompt
    assert prompt.index("Alpha.") < prompt.index("Beta.") < prompt.index("What is it?")
    assert "a.pdf" not in prompt


def test_documents_are_named_where_there_are_several() -> None:
    prompt = told(source(1, "Alpha."), source(2, "Beta.", document="b.pdf"))
    assert "a.pdf, Fees\nAlpha." in prompt
    assert "b.pdf, Fees\nBeta." in prompt


def test_no_refusal_is_offered() -> None:
    """Small models take it: 11 of 16 questions of SQuAD whose answer they had read."""
    assert REFUSAL not in told(source(1, "Alpha."))


def test_a_table_comes_with_its_header() -> None:
    assert "(table: Station | Height)\nQuill 33" in told(source(1, "Quill 33", "Station | Height"))


def test_all_prompts_begin_with_the_same_passages() -> None:
    sources = [source(1, "Alpha " * 50)]
    asked = str(answerable_messages(sources, "What is it?")[0].content)
    for brief in (False, True):
        prompt = told(*sources, brief=brief)
        assert prompt[:300] == asked[:300]


def test_braces_of_a_document_or_question_are_text() -> None:
    prompt = told(source(1, "{question} {x} {0}"), question="{passages} {refusal}?")
    assert "{question} {x} {0}" in prompt
    assert "{passages} {refusal}?" in prompt


def test_a_slot_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("answer", passages="x")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (REFUSAL, True),
        ("The document does not say", True),
        ("the document does not say.\n", True),
        ("**The document does not say.**", True),
        ("The text does not mention who paid for the ferry.", True),
        ("There is no information about the fee.", True),
        ("The fee is 4 florins [1].", False),
        ("The fee is not paid on Sundays.", False),
        (
            "The document does not say who, but it gives the fee: 4 florins a day for each [1].",
            False,
        ),
        ("", False),
    ],
)
def test_is_refusal(text: str, wanted: bool) -> None:
    assert is_refusal(text) is wanted
