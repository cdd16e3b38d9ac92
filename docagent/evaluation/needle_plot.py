"""The heat maps of a run of needles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docagent.evaluation.needle import length_name, share
from docagent.evaluation.plots import Panel, heat_maps
from docagent.evaluation.results import Case

Rows = list[list[float | None]]
MODES = {"none": "trained window only", "yarn": "YaRN", "dca": "dual chunk attention"}
"""Ways beyond the trained window, as a reader would call them."""


def plot(cases: Sequence[Case], folder: Path) -> list[Path]:
    """`needle-light.svg` and its kin, for either kind of run."""
    lengths = sorted({case["length"] for case in cases})
    depths = sorted({case["depth"] for case in cases if case["depth"] is not None})
    modes = [mode for mode in MODES if any(case.get("mode") == mode for case in cases)]

    names = [f"{depth:.0%}" for depth in depths]
    if modes:
        chance = len(cases[0]["candidates"])
        titles = {
            "found": "value in the answer",
            "completed": "sentence completed",
            "likeliest": f"value likeliest of {chance}",
        }
        panels = [
            [
                Panel(f"{MODES[mode]}\n{title}", _rows(cases, lengths, depths, score, mode))
                for mode in modes
            ]
            for score, title in titles.items()
        ]
    else:
        titles = {"found": "value in answer or quotes", "cited": "value cited"}
        absent = {"refused": "no needle: refused", "refused_like": "only one like it: refused"}
        panels = [
            [Panel(title, _rows(cases, lengths, depths, name)) for name, title in titles.items()],
            [Panel(title, [_row(cases, lengths, None, name)]) for name, title in absent.items()],
        ]
    return heat_maps(panels, [length_name(one) for one in lengths], names, folder, "needle")


def _rows(
    cases: Sequence[Case],
    lengths: Sequence[int],
    depths: Sequence[float],
    score: str,
    mode: str | None = None,
) -> Rows:
    held = [case for case in cases if case.get("mode") == mode]
    return [_row(held, lengths, depth, score) for depth in depths]


def _row(
    cases: Sequence[Case], lengths: Sequence[int], depth: float | None, score: str
) -> list[float | None]:
    return [
        share([one for one in cases if one["length"] == length and one["depth"] == depth], score)
        for length in lengths
    ]
