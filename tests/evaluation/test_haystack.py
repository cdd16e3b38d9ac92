"""Haystacks, needles and the report they are hidden in."""

from __future__ import annotations

import itertools
import re
from random import Random

import pytest

from benchmarks.retrieval.page_questions import content_words
from docagent.errors import DocAgentError
from docagent.evaluation.facts import FORMS, Facts
from docagent.evaluation.haystack import boundary, changed, cut, inserted, repeated
from docagent.evaluation.needle import Needles, length_name, length_of
from docagent.evaluation.prose import report


def counted(text: str) -> int:
    return len(text.split())


def test_needles_stand_where_they_are_said_to() -> None:
    text = "One is here. Two is there. Three is gone. Four."
    offsets = [boundary(text, depth) for depth in (0.0, 0.3, 1.0)]
    assert offsets == [0, 27, len(text)]
    whole, spans = inserted(text, [(offsets[2], "Last."), (0, "Zero."), (27, "Mid.")])
    assert [whole[start:end] for start, end in spans] == ["Last.", "Zero.", "Mid."]
    assert whole == "Zero.\n\nOne is here. Two is there. Mid. Three is gone. Four. Last. "


def test_copies_of_a_document_have_other_names_and_figures() -> None:
    text = "In 1984 the painter Winston met Julia in London. "
    told = changed(text, 1)
    assert told != text and "Winston" not in told and "1984" not in told
    assert changed(text, 1) == told != changed(text, 2)
    assert next(repeated(text)) == text
    with pytest.raises(DocAgentError, match="no text"):
        next(repeated(" \n"))


@pytest.mark.parametrize("tokens", [50, 3000, 40_000])
def test_a_text_is_cut_to_its_length_at_a_sentence(tokens: int) -> None:
    text = cut(report(Random(1), None), tokens, counted)
    assert tokens - 40 <= counted(text) <= tokens
    assert text.endswith(".")


@pytest.mark.parametrize("form", range(len(FORMS)))
def test_forms_ask_with_names_and_never_with_the_value(form: int) -> None:
    fact, like = Facts(Random(5)).draw_two(form)
    assert fact.sentence.count(fact.value) == 1 and fact.value not in like.sentence
    assert fact.sentence.startswith(fact.lead) and fact.value not in fact.lead
    for question in (fact.own, fact.paraphrased, FORMS[form].ask_all([fact, like])):
        assert fact.value not in question
    named = [
        name
        for name in re.findall(r"[A-Z][a-z]{5,}", fact.name)
        if name not in {"Captain", "Doctor"}
    ]
    assert len(named) == 2
    # The paraphrase keeps what names it and shares hardly any other word.
    assert all(name in fact.own and name in fact.paraphrased for name in named)
    told = set(content_words(fact.sentence)) - {name.lower() for name in named}
    assert len(told & set(content_words(fact.paraphrased))) < len(
        told & set(content_words(fact.own))
    )


def test_a_haystack_holds_each_needle_at_its_depth_and_others_like_it() -> None:
    needles = Needles(5, 1, "0")
    hay = needles.text(6000, counted, None)
    assert 5800 <= counted(hay.text) <= 6000
    for depth, (fact,) in zip(needles.depths, needles.cells, strict=True):
        start, end = hay.spans[fact]
        assert hay.text[start:end] == fact.sentence
        assert start / len(hay.text) == pytest.approx(depth, abs=0.05)
        at, to = hay.value(fact)
        assert hay.text[at:to] == fact.value
    for fact in needles.distractors:
        assert hay.text.count(fact.sentence) == 1
    assert hay.text.count("melted candlesticks.") > 3  # distractors of the report itself


def test_what_is_to_be_refused_is_nowhere() -> None:
    needles = Needles(5, 1, "0")
    hay = needles.text(6000, counted, None)
    for fact in [*needles.absent, *needles.alike]:
        assert fact.sentence not in hay.text
    for kind, facts in (("absent", needles.absent), ("like", needles.alike)):
        for fact in facts:
            invented = needles.facts.names & set(re.findall(r"[A-Z][a-z]+", fact.name))
            assert len(invented) == 2
            assert [name in hay.text for name in invented].count(True) == (kind == "like")
    kinds = [one.kind for one in needles.questions()]
    assert [kinds.count(kind) for kind in ("own", "paraphrased", "absent", "like")] == [5] * 4
    ids = [one.id for one in needles.questions()]
    assert len(set(ids)) == len(ids)


def test_the_same_seed_gives_the_same_text() -> None:
    first, second = (Needles(3, 1, "7").text(2000, counted, None) for _ in range(2))
    assert first == second
    assert Needles(3, 1, "8").text(2000, counted, None).text != first.text


def test_several_needles_are_asked_for_together() -> None:
    needles = Needles(2, 3, "0")
    asked = [one for one in needles.questions() if one.facts]
    assert [one.kind for one in asked] == ["together", "together"]
    for one in asked:
        assert len(one.facts) == 3
        assert all(fact.name in one.question for fact in one.facts)
    hay = needles.text(3000, counted, "A sentence about nothing. " * 50)
    starts = [hay.spans[fact][0] / len(hay.text) for fact in needles.cells[0]]
    assert starts == pytest.approx([0, 1 / 3, 2 / 3], abs=0.05)


def test_too_many_needles_for_a_length() -> None:
    with pytest.raises(DocAgentError, match="100 tokens are too few"):
        Needles(11, 1, "0").text(100, counted, None)


def test_a_report_does_not_end_and_has_no_needles_of_its_own() -> None:
    facts = Facts(Random(2))
    fact = facts.draw(0)
    text = "".join(itertools.islice(report(facts.random, facts), 400))
    assert fact.value not in text
    assert not any(name in text for name in facts.names)
    assert text.count("in the morning.") > 2


@pytest.mark.parametrize(("text", "tokens"), [("4K", 4096), ("1m", 1024**2), ("500", 500)])
def test_lengths(text: str, tokens: int) -> None:
    assert length_of(text) == tokens
    assert length_name(tokens) == text.upper()


@pytest.mark.parametrize("text", ["", "K", "4G", "0", "-4K", "4.5K"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError):
        length_of(text)
