"""Which passages the model reads: the best that fit, in document order."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from docagent.answering.evidence import budget, portions, select
from retrieval.passage import Passage


def passage(page: int, start: int, text: str = "ten words", document: str = "a.pdf") -> Passage:
    return Passage(document, page, str(page), "Heading", text, 0.5, start, start + len(text))


def one_each(text: str) -> int:
    return 10


def test_document_order_and_numbers_from_one() -> None:
    sources = select([passage(9, 900), passage(2, 200), passage(5, 500)], 100, one_each)
    assert [(s.number, s.passages[0].page) for s in sources] == [(1, 2), (2, 5), (3, 9)]


def test_the_best_that_fit_the_budget() -> None:
    ranked = [passage(9, 900), passage(2, 200), passage(5, 500)]
    kept = select(ranked, 25, one_each)
    assert [source.passages[0].page for source in kept] == [2, 9]


def test_at_least_one_passage_whatever_the_budget() -> None:
    assert len(select([passage(1, 0)], 1, one_each)) == 1


def test_passages_of_a_page_are_one_source_with_gaps_shown() -> None:
    ranked = [passage(2, 300, "third"), passage(2, 200, "first"), passage(2, 206, "second")]
    (source,) = select(ranked, 100, one_each)
    assert source.text == "first\nsecond\n...\nthird"


def test_documents_keep_the_order_of_their_best_passages() -> None:
    ranked = [passage(3, 30, document="b.pdf"), passage(1, 10), passage(1, 10, document="b.pdf")]
    sources = select(ranked, 100, one_each)
    assert [(s.passages[0].document, s.passages[0].page) for s in sources] == [
        ("b.pdf", 1),
        ("b.pdf", 3),
        ("a.pdf", 1),
    ]


def test_the_next_best_passages_are_read_once() -> None:
    ranked = [passage(page, 100 * page) for page in (9, 2, 5, 7, 1)]
    read = [[s.passages[0].page for s in sources] for sources in portions(ranked, 20, one_each)]
    assert read == [[2, 9], [5, 7]]
    assert len(list(portions(ranked, 100, one_each))) == 1
    assert list(portions([], 100, one_each)) == []


@pytest.mark.parametrize(
    ("asked", "speed", "on_cpu", "wanted"),
    [
        (900, 40.0, True, 900),  # what the user asks for
        (None, 40.0, True, 700),
        (None, 300.0, True, 1400),
        (None, 5000.0, False, 4000),
        (None, None, True, 700),
        (None, None, False, 4000),
    ],
)
def test_what_is_read_in_five_seconds(
    asked: int | None, speed: float | None, on_cpu: bool, wanted: int
) -> None:
    model = SimpleNamespace(reading_speed=speed, on_cpu=on_cpu)
    assert budget(asked, model) == wanted  # type: ignore[arg-type]


def test_nothing_ranked() -> None:
    assert select([], 100, one_each) == []
