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


def test_a_citation_without_pages_names_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "yields.html"
    path.write_text(
        "<h1>Crops</h1><table><tr><th>Year<th>Field<th>Wheat<tr><td rowspan=2>2021<td>East<td>61"
        "<tr><td>West<td>57</table><h1>Boats</h1><p>The boat Ternen was sold to Quill.</p>"
    )
    assert run(["ask", str(path), "Who bought the boat Ternen?", "--model", "none"]) == 0
    assert '[1] yields.html, Boats "The boat Ternen' in capsys.readouterr().out
    question = "What was the wheat of the West field in 2021?"
    assert run(["ask", str(path), question, "--model", "none"]) == 0
    out = capsys.readouterr().out
    assert '] yields.html, Crops "2021 | West | 57" (Crops | Year | Field | Wheat)' in out
    assert run(["ask", str(path), question, "--model", "none", "--json"]) == 0
    cited = json.loads(capsys.readouterr().out)["citations"][0]
    assert {"place", "header", "unit"}.isdisjoint(cited)


def test_mails_are_counted() -> None:
    assert page_text(3, "4 March 2025", "mail") == "mail 3 (4 March 2025)"
