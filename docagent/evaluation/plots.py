"""The heat maps of a run of needles, and the style of all figures.

Each figure comes in a light and a dark version, PNG and SVG; the same data give the same files to
the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError
from docagent.evaluation.needle import LONG_CONTEXT, length_name
from docagent.evaluation.results import Case

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which all kinds of colour blindness tell apart; on dark paper the light
# ones come first.
_COLOURS = {
    "light": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"],
    "dark": ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#0072b2"],
}
_MARKERS = ["o", "s", "^", "D", "v", "P"]
_THEMES = {
    "light": {"paper": "#ffffff", "ink": "#24292f", "grid": "#d0d7de"},
    "dark": {"paper": "#0d1117", "ink": "#e6edf3", "grid": "#30363d"},
}
_FORMATS = {"svg": {"Date": None}, "png": {"Software": None}}  # metadata that would differ
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


def save_figure(
    draw: Callable[[Figure], None], size: tuple[float, float], folder: Path, name: str
) -> list[Path]:
    """Both themes of a figure: `name-light.svg`, `name-light.png` and the dark ones.

    `size` is in inches. Raises DocAgentError where matplotlib is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for theme in _THEMES:
        with _style(theme) as figures:
            figure = figures(figsize=size, layout="constrained")
            draw(figure)
            for suffix, metadata in _FORMATS.items():
                file = folder / f"{name}-{theme}.{suffix}"
                figure.savefig(file, dpi=160, metadata=metadata)
                files.append(file)
    return files


@contextmanager
def _style(theme: str) -> Iterator[type[Any]]:
    """matplotlib's figures in one theme."""
    try:
        import matplotlib as mpl
        from cycler import cycler
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DocAgentError(
            "Pictures need matplotlib: pip install 'docagent[eval]', or give --no-plots."
        ) from error
    paper, ink, grid = _THEMES[theme].values()
    settings: dict[Any, Any] = {
        "svg.hashsalt": "docagent",  # else every run gives its parts other names
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
        "font.size": 10,
        "axes.titlesize": 10,
        "figure.titlesize": 11,
        **dict.fromkeys(("figure.facecolor", "savefig.facecolor", "axes.facecolor"), paper),
        **dict.fromkeys(("axes.labelcolor", "text.color", "xtick.color", "ytick.color"), ink),
        **dict.fromkeys(("axes.edgecolor", "grid.color"), grid),
        "axes.prop_cycle": cycler(color=_COLOURS[theme]) + cycler(marker=_MARKERS),
        "axes.grid": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": True,
        "legend.facecolor": paper,
        "legend.edgecolor": "none",
        "legend.framealpha": 1,
        "lines.linewidth": 2,
        "lines.markersize": 6,
    }
    with mpl.rc_context():
        mpl.rcdefaults()  # a user's own style must not change the pictures
        mpl.rcParams.update(settings)
        yield Figure
