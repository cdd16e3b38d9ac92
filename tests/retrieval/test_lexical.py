"""The word index, in memory and on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.tokens import terms

TEXTS = ["The ice house of Ostby", "The harbour office of Ostby", "Nets on the meadow"]
ROWS = [(" ".join(terms(text)), "") for text in TEXTS]


@pytest.fixture(params=["memory", "disk"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> LexicalIndex:
    if request.param == "memory":
        return LexicalIndex.build(ROWS)
    LexicalIndex.build(ROWS, tmp_path)
    return LexicalIndex.open(tmp_path)


def test_best_match_first(index: LexicalIndex) -> None:
    found = index.search("ice house Ostby", 3)
    assert [number for number, _ in found] == [0, 1]
    assert found[0][1] > found[1][1]


def test_words_of_headings_count_less_than_those_of_the_text() -> None:
    rows = [("filler words here", "tide"), ("tide words here", "filler")]
    found = LexicalIndex.build(rows).search("tide", 2)
    assert [number for number, _ in found] == [1, 0]


def test_rare_words_weigh_more(index: LexicalIndex) -> None:
    rarity = index.rarity(terms("ice Ostby whale"))
    assert rarity[terms("whale")[0]] > rarity[terms("ice")[0]] > rarity[terms("Ostby")[0]] > 0


@pytest.mark.parametrize("query", ["whale", "", "?!", '"(ice AND', "text:ice OR *", "\x00"])
def test_no_query_is_an_error(index: LexicalIndex, query: str) -> None:
    assert len(index.search(query, 3)) <= 3


def test_syntax_of_the_search_engine_means_nothing(index: LexicalIndex) -> None:
    assert index.search("text:*", 3) == []
    assert [n for n, _ in index.search("ice -house", 3)] == [0]
