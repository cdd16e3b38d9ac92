"""A question that names its document by company and period is answered from that one."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval import Corpus
from retrieval.lexical.profile import (
    TextProfile,
    profile,
    quarters,
    question_keys,
    text_profile,
    years,
)
from retrieval.lexical.profiles import Profiles
from retrieval.query import parse_query
from retrieval.ranking.which_document import probabilities

# Reports of the same words and figures, which name their company and year at the top alone.
REPORT = """{company}

Annual report for the year ended December 31, {year}

The board of {company} is glad to report on {year}.

Statement of income

Net sales were {sales} million dollars, after {before} million in {last}.

Depreciation of property was 12 million dollars, and the board of {company} expects no less.
"""
REPORTS = {
    "a.txt": ("Johnson & Johnson", 2021, 412),
    "b.txt": ("Johnson & Johnson", 2022, 433),
    "c.txt": ("PepsiCo", 2021, 281),
    "d.txt": ("PepsiCo", 2022, 297),
    "e.txt": ("Best Buy", 2022, 518),
}


@pytest.fixture
def reports(tmp_path: Path, loaded: None) -> Corpus:
    for name, (company, year, sales) in REPORTS.items():
        text = REPORT.format(
            company=company, year=year, sales=sales, before=sales - 9, last=year - 1
        )
        (tmp_path / name).write_text(text, "utf-8")
    return Corpus.open(tmp_path)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What were the net sales of J&J in FY2021?", "a.txt"),
        ("What were the net sales of JnJ in FY22?", "b.txt"),
        ("What were Pepsi's net sales in 2021?", "c.txt"),
        ("what were the net sales of pepsico in 2022?", "d.txt"),
        ("What were the net sales in the latest report of PepsiCo?", "d.txt"),
        ("How high were the net sales of BestBuy?", "e.txt"),
    ],
)
def test_the_report_that_a_question_names(reports: Corpus, question: str, document: str) -> None:
    best = reports.search(question, 3)[0]
    assert best.document == document
    assert "Net sales" in best.text


def test_a_question_on_two_reports_keeps_both(reports: Corpus) -> None:
    found = reports.search("Compare PepsiCo's net sales in 2021 and 2022.", 4)
    assert {"c.txt", "d.txt"} <= {passage.document for passage in found[:2]}


def test_a_short_document_that_is_meant_is_followed_by_others(reports: Corpus) -> None:
    found = reports.search("What were the net sales of PepsiCo in 2022?", 20)
    assert found[0].document == "d.txt"
    assert {passage.document for passage in found} == set(REPORTS)


def test_what_names_no_document_favours_none(reports: Corpus) -> None:
    query = parse_query("What was the depreciation of property?")
    profiles = Profiles([profile(text_profile(REPORT), "", name) for name in REPORTS])
    matches = profiles.matches(query.names, query.years, query.quarters, query.latest)
    assert max(probabilities(dict(enumerate(matches))).values()) < 0.01
    assert len({p.document for p in reports.search(query.text, 10)}) == len(REPORTS)


def test_a_profile_of_names_and_periods() -> None:
    text = "The Harbour Trust met. The Harbour Trust sold its boats in 2019. In 2019 it rained."
    told = text_profile(f"{text} A trust is a form.")
    found = profile(told, "", "HarbourTrust_2020Q3")
    assert {"harbour", "trust", "harbourtrust"} <= {*found.title}
    assert "harbourtrust" in found.names and "form" not in found.names
    assert found.years == {"2020": 1.0, "2019": 0.5}
    assert found.quarters == {"3": 1.0}
    assert TextProfile(**told.as_json()) == told


def test_periods_and_names_in_the_spelling_of_a_question() -> None:
    assert years("FY2022, Q3 23 and fiscal '21; 2,019 boats, 12.2018") == ["2022", "2023", "2021"]
    assert quarters("Q2 of 2022, 3Q23, the fourth fiscal quarter") == ["2", "3", "4"]
    assert {"best", "buy", "bestbuy"} <= set(question_keys("What did Best Buy sell?"))
    assert "jj" in question_keys("What did J&J sell?")
    assert "pepsi" in question_keys("What did Pepsi's bottlers sell?")
    assert "pepsico" in question_keys("what did pepsico sell?")
