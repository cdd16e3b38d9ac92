"""Check that the questions on the example handbook agree with its pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypdfium2

KEYS = {"id", "doc", "question", "answer", "answers", "answerable", "evidence_pages"}


def squeeze(text: str) -> str:
    """Text for comparing: one space for all white space, no case, no soft line ends."""
    text = re.sub(r"[\ufffe\x02\u00ad]\s*|(?<=[a-z])-\s*\n\s*(?=[a-z])", "", text)
    return re.sub(r"\s+", " ", text).lower()


def page_texts(path: Path) -> list[str]:
    """The extracted text of each page."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [squeeze(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def holds(page: str, answer: str) -> bool:
    """Whether the page has the answer, not as a part of a longer word or number."""
    edge = r"(?<![\w.,])" if answer[0].isdigit() else r"(?<!\w)"
    end = r"(?!\w|[.,:]\d)"
    if re.search(r"[\u3400-\u9fff]", answer):
        edge = end = ""
    return re.search(edge + re.escape(squeeze(answer)) + end, page) is not None


def faults_of(row: dict[str, Any], pages: list[str]) -> list[str]:
    """What is wrong with one question.

    An answer must stand on a page of its evidence. One longer than five characters claims to be
    unique: no other page may have it, except the contents, which repeat the headings.
    """
    name = row.get("id", "?")
    if set(row) != KEYS:
        return [f"{name}: keys {sorted(row)}"]
    evidence = row["evidence_pages"]
    if not row["answerable"]:
        return [f"{name}: unanswerable, yet has evidence"] if evidence or row["answers"] else []
    if not evidence or row["answer"] not in row["answers"]:
        return [f"{name}: no evidence, or the answer is not among the answers"]
    if not all(1 <= page <= len(pages) for page in evidence):
        return [f"{name}: a page that does not exist"]
    found = [i for i, page in enumerate(pages, start=1) if holds(page, row["answer"])]
    if not set(found) & set(evidence):
        return [f"{name}: {row['answer']!r} is not on pages {evidence} but on {found}"]
    extra = sorted(set(found) - set(evidence))
    if extra and len(row["answer"]) > 5:
        return [f"{name}: {row['answer']!r} is also on pages {extra}"]
    return []


def check(pdf: Path, questions: Path) -> list[str]:
    """All faults of the questions, none if they agree with the document."""
    pages = page_texts(pdf)
    with questions.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    faults = [fault for row in rows for fault in faults_of(row, pages)]
    if len({row["id"] for row in rows}) != len(rows):
        faults.append("an id is used twice")
    return faults
