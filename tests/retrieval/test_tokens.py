"""Search terms: what is asked for in one form is found in the other."""

from __future__ import annotations

import pytest

from retrieval.lexical.tokens import query_terms, terms


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("1234.5", "net of 1,234.5 florins"),
        ("1,234.5", "net of 1234.5 florins"),
        ("2024Q3", "in 2024Q3 and after"),
        ("Section 4.2(b)", "under Section 4.2(b), members"),
        ("tenders@hifla.example", "write to tenders@hifla.example."),
        ("state-of-the-art", "a state-of-the-art mole"),
        ("HX-2041-B", "part HX-2041-B (bronze)"),
        ("Widow's Ledge", "at Widow’s Ledge"),
        ("10-K", "Form 10-K for 2023"),
        ("ferries", "one ferry"),
        ("Straße", "die STRASSE"),
        ("efficient", "e\ufb03cient pumps"),
        ("２０２３", "in 2023"),
        ("行李", "每人可免费携带两件行李，每件"),
        ("東京", "私は東京へ行く"),
        ("부산", "배는 부산에서 떠난다"),
        ("ท่าเรือ", "ไปที่ท่าเรือใหม่"),
        ("Пристань", "на пристань"),
    ],
)
def test_found(question: str, text: str) -> None:
    assert set(query_terms(question)) <= set(terms(text))


@pytest.mark.parametrize(
    ("question", "text"),
    [("1234.5", "1,234.6"), ("4.2(b)", "4.2(c)"), ("12", "1,200"), ("北京", "南京")],
)
def test_not_found(question: str, text: str) -> None:
    assert not set(terms(question)) <= set(terms(text))


def test_parts_of_a_compound_are_found_too() -> None:
    for part in ("state", "art"):
        assert set(terms(part)) <= set(terms("state-of-the-art"))
    assert set(terms("Q3")) <= set(terms("2024Q3"))


def test_question_words_do_not_count_unless_nothing_else_is_left() -> None:
    assert query_terms("What is the height of the light?") == query_terms("height light")
    assert query_terms("Who are you?") != []


def test_odd_characters_are_no_terms() -> None:
    assert terms("\x00 \x1b[31m — … \u200b !?") in ([], ["31m", "31", "m", "million"])
    assert terms("") == []
