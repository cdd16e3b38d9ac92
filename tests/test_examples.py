"""The example handbook: what it claims of itself, and questions on it without a language model.

All its questions are asked in tests/test_guard.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docagent import DocAgent
from retrieval.corpus import Corpus
from retrieval.parse.formats.pdf import read_pdf
from tests.conftest import ROOT

SCRIPT = ROOT / "examples" / "make_handbook.py"
QUESTIONS = ROOT / "examples" / "handbook_questions.jsonl"
SAMPLE = ("hb-01", "hb-02", "hb-04", "hb-21", "hb-33")


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


def test_the_handbook_is_what_its_script_makes(tmp_path: Path, handbook: Path) -> None:
    made = script("--out", str(tmp_path / "made.pdf"))
    assert made.returncode == 0, made.stderr
    new, kept = read_pdf(tmp_path / "made.pdf"), read_pdf(handbook)
    assert new.text == kept.text
    assert new.pages == kept.pages


def test_its_questions_agree_with_its_pages() -> None:
    checked = script("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_labels_differ_from_physical_pages(handbook: Path) -> None:
    pages = read_pdf(handbook).pages
    assert pages[0].label == "i"
    labels = [page.label for page in pages]
    first = labels.index("1")
    assert first > 1
    assert labels[first:] == [str(n) for n in range(1, len(pages) - first + 1)]


@pytest.fixture(scope="module")
def agent(shared_cache: Path) -> DocAgent:
    return DocAgent(model="none", cache=shared_cache, budget=120)


@pytest.mark.parametrize("name", SAMPLE)
def test_questions_end_to_end(
    agent: DocAgent, handbook: Path, handbook_corpus: Corpus, name: str
) -> None:
    row = next(row for row in rows() if row["id"] == name)
    answer = agent.ask(handbook, row["question"])
    assert answer.found
    text = handbook_corpus.text("handbook.pdf")
    for citation in answer.citations:
        assert citation.verified
        assert text[citation.start : citation.end].split() == citation.quote.split()
    assert {citation.page for citation in answer.citations} & set(row["evidence_pages"])
    said = " ".join([answer.text, *(citation.quote for citation in answer.citations)])
    assert any(wanted in " ".join(said.split()) for wanted in row["answers"])


def test_orders_in_the_handbook_are_not_followed(agent: DocAgent, handbook: Path) -> None:
    answer = agent.ask(handbook, "What are the wind limits of the ferries?")
    assert "BANANA" not in answer.text
    assert answer.citations
