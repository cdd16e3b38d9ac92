"""Line plots of measurements."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.line_plots import cost_by_length, first_answer, recall_by_budget

pytest.importorskip("matplotlib")

SERIES = {"retrieve": [(4096, 900.0), (131072, 950.0)], "read": [(4096, 4500.0), (131072, 1.5e5)]}


@pytest.mark.parametrize("draw", [cost_by_length, first_answer])
def test_lines_of_cost(tmp_path: Path, draw: object) -> None:
    assert callable(draw)
    assert all(file.stat().st_size > 1000 for file in draw(SERIES, tmp_path))


def test_recall_by_budget(tmp_path: Path) -> None:
    files = recall_by_budget({"ours": [(500, 0.4), (4000, 1.0)]}, tmp_path)
    assert "recall-light.svg" in {file.name for file in files}
