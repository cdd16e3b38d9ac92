"""Exact match, F1 and containment, in several languages."""

from __future__ import annotations

import pytest

from docagent.evaluation.metrics import contained, exact_match, f1, without_markers, words


@pytest.mark.parametrize(
    ("answer", "gold", "language"),
    [
        ("The Eiffel Tower.", "Eiffel tower", "en"),
        ("„Die Brücke“", "Brücke", "de"),
        ("الكتاب", "كتاب", "ar"),
        ("四次。", "四次", "zh"),
        ("cafe\u0301", "café", "en"),
    ],
)
def test_the_same_up_to_case_punctuation_and_articles(
    answer: str, gold: str, language: str
) -> None:
    assert exact_match(answer, ["something else", gold], language) == 1
    assert f1(answer, [gold], language) == 1
    assert contained(f"x {answer} y", [gold], language) == 1


def test_articles_of_one_language_are_words_of_another() -> None:
    assert words("die the", "en") == ["die"]
    assert words("die the", "de") == ["the"]


def test_f1_takes_the_best_gold_answer() -> None:
    assert f1("in the year 1931", ["1931", "the spring of 1931"]) == pytest.approx(0.5)
    assert f1("in summer", ["1931"]) == 0
    assert f1("", ["1931"]) == 0


def test_chinese_characters_count_one_by_one() -> None:
    assert f1("他丢了308分", ["308分"], "zh") == pytest.approx(2 * 2 / (5 + 2))


def test_contained_are_whole_words_in_order() -> None:
    assert contained("built in 1941", ["4"]) == 0
    assert contained("the red, green flag", ["green red"]) == 0
    assert contained("it had 4 masts", ["five", "4"]) == 1
    assert contained("约什拦截了四次球", ["四次"], "zh") == 1
    assert contained("anything", ["..."]) == 0


@pytest.mark.parametrize(
    ("text", "gold", "stands"),
    [
        ("capital spending was (1,577)", "$1577.00", 1),
        ("it rose by 24.5 %", "24.5%", 1),
        ("a ratio of 0.66", "0.66.", 1),
        ("a ratio of 0.665", "0.66", 0),
        ("in 15,770", "1,577", 0),
        ("about 1577", "1577 crowns", 0),
    ],
)
def test_a_number_may_be_written_otherwise(text: str, gold: str, stands: float) -> None:
    assert contained(text, [gold]) == stands


def test_markers_are_no_words_of_an_answer() -> None:
    assert without_markers("It was 1931. [1] So it was [12].") == "It was 1931. So it was."
