"""Which passages the model reads: the best that fit, in document order."""

from __future__ import annotations

from docagent.reading.evidence import select
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
    assert source.title == "a.pdf, page 2, Heading"


def test_documents_keep_the_order_of_their_best_passages() -> None:
    ranked = [passage(3, 30, document="b.pdf"), passage(1, 10), passage(1, 10, document="b.pdf")]
    sources = select(ranked, 100, one_each)
    assert [(s.passages[0].document, s.passages[0].page) for s in sources] == [
        ("b.pdf", 1),
        ("b.pdf", 3),
        ("a.pdf", 1),
    ]


def test_no_more_sources_than_markers_of_one_digit() -> None:
    sources = select([passage(page, page) for page in range(1, 40)], 10_000, one_each)
    assert [source.number for source in sources] == list(range(1, 10))


def test_nothing_ranked() -> None:
    assert select([], 100, one_each) == []
