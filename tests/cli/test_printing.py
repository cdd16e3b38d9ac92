"""Where a quote stands, in the words of its format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docagent.answer import Citation
from docagent.cli import run
from docagent.cli.printing import page_text
from tests.make_office import workbook


def test_pages_slides_and_sheets() -> None:
    assert page_text(37, "35") == "p. 37 (printed 35)"
    assert page_text(3, None, "slide") == "slide 3"
    assert page_text(2, "Budget", "sheet") == "sheet 2 (Budget)"


def test_json_has_no_key_for_the_unit() -> None:
    citation = Citation(1, "a.xlsx", 2, "Budget", "words", True, 0, 5, unit="sheet")
    assert "unit" not in citation.as_json()
    assert citation.as_json()["page_label"] == "Budget"


def test_search_in_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert run(["search", str(path), "dredging amount", "-k", "1"]) == 0
    assert "sheet 1 (Budget)" in capsys.readouterr().out
    assert run(["search", str(path), "dredging amount", "-k", "1", "--json"]) == 0
    passage = json.loads(capsys.readouterr().out)["passages"][0]
    assert passage["page"] == 1
    assert "1,234,567.89" in passage["text"]
