"""The heat maps of a run of needles: depth by length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.evaluation.needle import LONG_CONTEXT, length_name
from docagent.evaluation.plots import save_figure
from docagent.evaluation.results import Case

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOUR_MAP = "cividis"  # made for colour-blind readers: blue to yellow, brightness even
_DARKEST = 0.15  # of the map; below it the blue is lost on dark paper

_FOUND = {"found": "value in answer or quotes", "cited": "value cited"}
_REFUSED = {"refused": "no needle: refused", "refused_like": "only one like it: refused"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One heat map: `rows` hold a share from 0 to 1 for each length, None for none; top first."""

    title: str
    rows: Sequence[Sequence[float | None]]


def plot(cases: Sequence[Case], folder: Path) -> list[Path]:
    """`needle-light.svg` and its kin, for a run through the agent or of the engine alone."""
    lengths = sorted({case["length"] for case in cases})
    depths = sorted({case["depth"] for case in cases if case["depth"] is not None})
    modes = [mode for mode in LONG_CONTEXT if any(case.get("mode") == mode for case in cases)]

    def panel(title: str, score: str, depths: Sequence[float | None], mode: str | None) -> Panel:
        group = [case for case in cases if case.get("mode") == mode]
        rows = [[_mean(group, length, depth, score) for length in lengths] for depth in depths]
        return Panel(title, rows)

    if modes:
        titles = {
            "found": "value in the answer",
            "completed": "sentence completed",
            "likeliest": f"value likeliest of {len(cases[0]['candidates'])}",
        }
        panels = [
            [panel(f"{LONG_CONTEXT[mode]}\n{title}", score, depths, mode) for mode in modes]
            for score, title in titles.items()
        ]
    else:
        panels = [
            [panel(title, score, depths, None) for score, title in _FOUND.items()],
            [panel(title, score, [None], None) for score, title in _REFUSED.items()],
        ]
    names = [f"{depth:.0%}" for depth in depths]
    return heat_maps(panels, [length_name(length) for length in lengths], names, folder, "needle")


def _mean(cases: Sequence[Case], length: int, depth: float | None, score: str) -> float | None:
    scores = [
        case["scores"].get(score)
        for case in cases
        if case["length"] == length and case["depth"] == depth
    ]
    values = [float(value) for value in scores if value is not None]
    return sum(values) / len(values) if values else None


def heat_maps(
    panels: Sequence[Sequence[Panel]],
    lengths: Sequence[str],
    depths: Sequence[str],
    folder: Path,
    name: str,
) -> list[Path]:
    """The panels as laid out; those of a single row have no depths."""
    heights = [len(line[0].rows) for line in panels]

    def draw(figure: Figure) -> None:
        grid = figure.subplots(
            len(panels), len(panels[0]), squeeze=False, height_ratios=heights, sharex="col"
        )
        for y, line in enumerate(panels):
            for x, panel in enumerate(line):
                _draw(grid[y][x], panel, lengths, depths if x == 0 and heights[y] > 1 else ())
                if y == len(panels) - 1:
                    grid[y][x].set_xlabel("tokens of text")

    width = max(4.6, 1.1 + len(panels[0]) * (0.62 * len(lengths) + 0.5))
    titles = sum(0.36 + 0.16 * line[0].title.count("\n") for line in panels)
    return save_figure(draw, (width, 0.55 + titles + 0.34 * sum(heights)), folder, name)


def _draw(axes: Axes, panel: Panel, lengths: Sequence[str], depths: Sequence[str]) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colours = colormaps[_COLOUR_MAP]
    for y, row in enumerate(panel.rows):
        for x, value in enumerate(row):
            if value is None:
                continue
            colour = colours(_DARKEST + (1 - _DARKEST) * value)
            axes.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, color=colour))
            ink = "#000000" if value > 0.35 else "#ffffff"
            axes.text(x + 0.5, y + 0.5, f"{value:.0%}", color=ink, ha="center", va="center")
    axes.set(xlim=(0, len(lengths)), ylim=(len(panel.rows), 0), title=panel.title)
    axes.set_xticks([n + 0.5 for n in range(len(lengths))], lengths)
    axes.set_yticks([n + 0.5 for n in range(len(depths))], depths)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if depths:
        axes.set_ylabel("depth of the needle")
