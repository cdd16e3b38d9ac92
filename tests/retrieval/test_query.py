"""What a question asks for, apart from how the answer is to look."""

from __future__ import annotations

import pytest

from retrieval.errors import DocAgentError
from retrieval.query import parse_query, readable
from tests.test_examples import rows


@pytest.mark.parametrize(
    "question",
    [
        "What is the dividend of 2022? Answer in USD millions.",
        "What is the dividend of 2022? Please round your answer to two decimal places.",
        "I am preparing a talk for shareholders. What is the dividend of 2022?",
        "What is the dividend of 2022? If it is not paid, state that and explain why.",
    ],
)
def test_remarks_on_the_form_are_left_out(question: str) -> None:
    assert parse_query(question).core.rstrip("?") == "What is the dividend of 2022"


@pytest.mark.parametrize(
    "question",
    [
        "Round your answer to two decimals.",
        "Answer with yes or no",
        "Please assume you are a pilot.",
        "If this is not a letter, state what it is.",
        "?",
        "Ferry lights ? at Pennant Rock",
    ],
)
def test_a_question_is_never_emptied(question: str) -> None:
    core = parse_query(question).core
    assert core == question.strip() or len(core.split()) >= 3


def test_what_a_question_is_about_may_stand_in_another_sentence() -> None:
    query = parse_query("I am reading PepsiCo's report for FY2022. How high was the dividend?")
    assert query.core == "How high was the dividend?"
    assert "pepsico" in query.names
    assert query.years == ("2022",)


def test_words_behind_the_question_are_kept() -> None:
    assert parse_query("When was she lost? Perpetua, Bramsay").core.endswith("Perpetua, Bramsay")


def test_ordinary_questions_are_left_alone() -> None:
    questions = [one["question"] for one in rows()]
    told = [parse_query(question) for question in questions]
    assert [one.core for one in told] == [question.rstrip(" .,;:") for question in questions]
    assert not any(one.places for one in told)


@pytest.mark.parametrize(
    ("question", "references"),
    [
        ("What does Section 4.2(b) say about fees, and table 3?", ["section 4.2(b)", "table 3"]),
        ("see page 12, p. 7 and Fig. 2", ["page 12", "page 7", "figure 2"]),
        ("What are the risks of Item 7A and Appendix B?", ["item 7A", "appendix B"]),
        ("Article XIV of the treaty", ["article XIV"]),
        ("Was steht in Ziffer 4.2, § 7 und Tabelle 3?", ["ziffer 4.2", "section 7", "tabelle 3"]),
        ("Que dit la clause 4.2?", ["clause 4.2"]),
        ("Which figure a reader finds in a table a day later", []),
        ("What does a section say of pages?", []),
    ],
)
def test_places_the_question_names(question: str, references: list[str]) -> None:
    assert [" ".join(one) for one in parse_query(question).references] == references


def test_last_year_is_a_year() -> None:
    def search_text(question: str) -> str:
        return parse_query(question).search_text

    assert search_text("How did sales in 2022 compare with last year?").endswith(" 2021")
    assert search_text("Year-over-year change of 2021 and 2022").endswith(" 2020")
    assert "2021" not in search_text("What were the sales of 2022?")
    assert search_text("Who came last year?") == "Who came last year?"


@pytest.mark.parametrize(
    ("question", "titles", "words"),
    [
        ("What is the quick ratio of Acme?", ["Balance Sheets"], "inventories"),
        ("What was the capex of 2022?", ["Statement of Cash Flows"], "purchases of property"),
        (
            "What is the return on assets?",
            ["Balance Sheet", "Consolidated Statements of Earnings"],
            "net income",
        ),
    ],
)
def test_where_such_answers_stand(question: str, titles: list[str], words: str) -> None:
    told = parse_query(question)
    assert all(words in query for query in told.likely)
    assert len(told.likely) == len(told.places) == len(titles)
    for place, title in zip(told.places, titles, strict=True):
        assert place.title.search(title)


def test_a_readable_question() -> None:
    assert readable(" fer\x00ry \ud83d ") == "fer ry ?"
    with pytest.raises(DocAgentError, match="empty"):
        readable(" \x00\n")
