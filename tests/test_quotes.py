"""The words nearest to a question, where they stand in a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.grounding.quotes import quotes
from retrieval import Corpus

STATEMENT = """# Annual report

## Consolidated statement of cash flows of the Harbour Company

| Cash flows of the year | 2023 | 2022 |
| --- | --- | --- |
| Net income including noncontrolling interest | 5,363 | 4,869 |
| Depreciation and amortization | 1,488 | 1,544 |
| Accounts receivable | (305) | (245) |
| Inventories | (509) | (387) |
| Purchases of property, plant and equipment | (1,577) | (1,373) |
| Proceeds from sale of ships | 262 | 49 |
| Dividends paid to shareholders | (3,193) | (2,803) |
| Cash and cash equivalents at end of period | 2,853 | 3,053 |

## The year

The Harbour Company had a mild winter and the ferries ran on time.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    file = tmp_path / "report.md"
    file.write_text(STATEMENT, "utf-8")
    return Corpus.open([file], cache=tmp_path / "cache")


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ("What was the capital expenditure in the statement of cash flows of 2023?", "1,577"),
        ("How much did the Harbour Company pay out to its shareholders in 2023?", "3,193"),
        ("In the cash flow statement of 2023, what did depreciation amount to?", "1,488"),
    ],
)
def test_the_row_asked_for_and_not_the_first_under_the_title(
    corpus: Corpus, asked: str, row: str
) -> None:
    near = quotes(corpus, asked, corpus.search(asked, 10))
    assert row in near[0].text


def test_a_quote_is_its_documents_own_text(corpus: Corpus) -> None:
    asked = "What was the cash at the end of the period?"
    for quote in quotes(corpus, asked, corpus.search(asked, 10)):
        assert corpus.text(quote.passage.document)[quote.start : quote.end] == quote.text
