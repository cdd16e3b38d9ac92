r"""Likely gold pages for questions that have long gold answers but no pages.

    python -m benchmarks.retrieval.proxy_pages ../shared/data/sec10q/sec10q.jsonl --out sec10q.jsonl

A page counts if it holds at least 60% of the figures of the answer (its amounts, percentages and
decimals of three characters or more; no years, no dates), as PDFium reads it. Questions whose
answers have no such figure, or whose figures stand on no page or on more than five, are left out.
"""

from __future__ import annotations

import argparse
import json
import re
from functools import cache
from pathlib import Path

from benchmarks.retrieval.pdf_pages import page_texts

SHARE = 0.6
MOST = 5  # pages
_FIGURE = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]*\d)")
_DATE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+\d{1,2}"
)


def figures(answer: str) -> set[str]:
    """The figures of an answer that tell where it stands; the list of sources is no part of it."""
    text = _DATE.sub(" ", answer.split("SOURCE(S)")[0])
    found = {figure.strip(",") for figure in _FIGURE.findall(text)}
    return {f for f in found if len(f) > 2 and not re.fullmatch(r"(?:19|20)\d\d", f)}


def proxy_pages(wanted: set[str], texts: list[str]) -> list[int]:
    """Pages (from 1) with at least SHARE of the wanted figures."""
    pages = []
    for number, text in enumerate(texts, 1):
        held = wanted & {figure.strip(",") for figure in _FIGURE.findall(text)}
        if wanted and len(held) >= SHARE * len(wanted):
            pages.append(number)
    return pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    read = cache(page_texts)
    kept = []
    lines = options.questions.read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        pdf = (options.questions.parent / row["doc"]).resolve()
        pages = proxy_pages(figures(row["answer"]), read(pdf))
        if 1 <= len(pages) <= MOST:
            kept.append({**row, "doc": str(pdf), "evidence_pages": pages})
    told = [json.dumps(row, ensure_ascii=False) + "\n" for row in kept]
    options.out.write_text("".join(told), "utf-8")
    print(f"{len(kept)} of {len(lines)} questions have likely pages")


if __name__ == "__main__":
    main()
