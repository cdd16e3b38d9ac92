"""Qwen-Agent's document search with its defaults: its parser, chunks of 500 tokens, BM25.

No language model writes keywords here, so the question's own words are searched.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from benchmarks.rivals.system import DEPTH, Hit, Index, Search

_MARK = re.compile(r"\[page: (\d+)\]\s*")


def load(model: Path, scratch: Path) -> Index:
    """Its default search has no embedding model; parsed documents are stored under `scratch`."""
    os.environ["QWEN_AGENT_DEFAULT_WORKSPACE"] = str(scratch)  # read when it is imported
    from qwen_agent.tools.doc_parser import DocParser, Record
    from qwen_agent.tools.search_tools.keyword_search import KeywordSearch

    logging.disable(logging.INFO)
    # Below max_ref_token a document is one chunk without pages; here every document is cut.
    parser = DocParser({"path": str(scratch), "max_ref_token": 1})
    keywords = KeywordSearch()

    def index(pdf: Path) -> Search:
        raw = parser.call({"url": str(pdf)})
        record = Record(**raw)

        def search(question: str) -> list[Hit]:
            ranked = keywords.sort_by_scores(question, [record])[:DEPTH]
            return [hit for _, number, _ in ranked for hit in paged(record.raw[number].content)]

        return search

    return index


def paged(chunk: str) -> list[Hit]:
    """A chunk's text by the pages it marks with "[page: N]"."""
    parts = _MARK.split(chunk)
    return [
        (int(page), text)
        for page, text in zip(parts[1::2], parts[2::2], strict=True)
        if text.strip()
    ]
