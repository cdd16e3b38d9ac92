"""Two runs on the same questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.errors import DocAgentError
from docagent.evaluation.compare import Comparison
from docagent.evaluation.results import Results


def run(folder: Path, model: str, contained: list[float], question: str = "Q") -> Path:
    with Results(folder, {"model": model}) as results:
        for number, value in enumerate(contained):
            case = {"id": number, "question": f"{question}{number}", "document": "a.txt"}
            results.add({**case, "scores": {"contained": value, "f1": None}}, {"seconds": number})
    return folder


def test_differences_and_the_cases_that_changed(tmp_path: Path) -> None:
    a = run(tmp_path / "a", "small", [1, 0, 0, 1])
    b = run(tmp_path / "b", "large", [0, 1, 0])
    comparison = Comparison(a, b / "results.jsonl")
    assert (comparison.ids, comparison.unpaired) == ([0, 1, 2], 1)
    assert comparison.settings_changed() == ["model: small -> large"]
    differences = comparison.differences()
    assert set(differences) == {"contained", "seconds"}
    before, after, change = differences["contained"]
    assert (before, after) == pytest.approx((1 / 3, 1 / 3))
    assert (change.value, change.n) == (0, 3)
    assert change.low < 0 < change.high
    changed = [(case["id"], lines) for case, lines in comparison.changed()]
    assert changed == [(0, ["contained: 1 -> 0"]), (1, ["contained: 0 -> 1"])]


def test_runs_that_cannot_be_paired(tmp_path: Path) -> None:
    a = run(tmp_path / "a", "m", [1])
    with pytest.raises(DocAgentError, match="ask different questions"):
        Comparison(a, run(tmp_path / "b", "m", [1], question="R"))
    with pytest.raises(DocAgentError, match="no case in common"):
        Comparison(a, run(tmp_path / "c", "m", []))
    with pytest.raises(DocAgentError, match=r"no results\.jsonl"):
        Comparison(a, tmp_path)
