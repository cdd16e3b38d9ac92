"""Pictures: both themes, both formats, the same bytes every time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from docagent.errors import DocAgentError
from docagent.evaluation.plots import Panel, heat_maps

pytest.importorskip("matplotlib")


def heat(folder: Path) -> list[Path]:
    rows: list[list[float | None]] = [[1.0, 0.5], [0.0, None]]
    return heat_maps([[Panel("found", rows)]], ["4K", "1M"], ["0%", "100%"], folder, "needle")


def test_two_runs_give_the_same_files(tmp_path: Path) -> None:
    first, second = heat(tmp_path / "a"), heat(tmp_path / "b")
    assert [file.name for file in first] == [
        "needle-light.svg",
        "needle-light.png",
        "needle-dark.svg",
        "needle-dark.png",
    ]
    for file, same in zip(first, second, strict=True):
        assert file.read_bytes() == same.read_bytes()
    light, dark = (file.read_text("utf-8") for file in first[::2])
    assert light != dark
    assert "<date>" not in light.lower() and "dc:date" not in light


def test_without_matplotlib_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DocAgentError, match=r"docagent\[eval\]"):
        heat(tmp_path)
