"""Pictures of measurements: one style, each in a light and a dark version, PNG and SVG.

The same data give the same files to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which all kinds of colour blindness tell apart; on dark paper the light
# ones come first.
_COLOURS = {
    "light": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"],
    "dark": ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#0072b2"],
}
_MARKS = ["o", "s", "^", "D", "v", "P"]
_THEMES = {
    "light": {"paper": "#ffffff", "ink": "#24292f", "grid": "#d0d7de"},
    "dark": {"paper": "#0d1117", "ink": "#e6edf3", "grid": "#30363d"},
}
_MAP = "cividis"  # made for colour-blind readers: blue to yellow, brightness even
_DARKEST = 0.15  # of the map; below it the blue is lost on dark paper

Points = Sequence[tuple[float, float]]
"""x and y of each point of a line."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One heat map: `rows` hold a share from 0 to 1 for each length, None for none; top first."""

    title: str
    rows: Sequence[Sequence[float | None]]


def heat_maps(
    panels: Sequence[Sequence[Panel]],
    lengths: Sequence[str],
    depths: Sequence[str],
    folder: Path,
    name: str,
) -> list[Path]:
    """Depth by length, the panels as laid out; those of a single row have no depths."""
    heights = [len(line[0].rows) for line in panels]

    def draw(figure: Figure) -> None:
        grid = figure.subplots(
            len(panels), len(panels[0]), squeeze=False, height_ratios=heights, sharex="col"
        )
        for y, line in enumerate(panels):
            for x, panel in enumerate(line):
                _heat(grid[y][x], panel, lengths, depths if x == 0 and heights[y] > 1 else ())
                if y == len(panels) - 1:
                    grid[y][x].set_xlabel("tokens of text")

    width = max(4.6, 1.1 + len(panels[0]) * (0.62 * len(lengths) + 0.5))
    titles = sum(0.36 + 0.16 * line[0].title.count("\n") for line in panels)
    return _saved(draw, (width, 0.55 + titles + 0.34 * sum(heights)), folder, name)


def _heat(axes: Axes, panel: Panel, lengths: Sequence[str], depths: Sequence[str]) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colours = colormaps[_MAP]
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
    for side in axes.spines.values():
        side.set_visible(False)
    if depths:
        axes.set_ylabel("depth of the needle")


def cost_by_length(series: dict[str, Points], folder: Path, name: str = "cost") -> list[Path]:
    """Tokens that the model computes for a question, against the document's tokens."""
    labels = "tokens of the document", "tokens computed for an answer"
    return _lines(series, labels, folder, name)


def first_answer(series: dict[str, Points], folder: Path, name: str = "first_answer") -> list[Path]:
    """Seconds until the first answer on a document not seen before, against its tokens."""
    labels = "tokens of the document", "seconds of waiting"
    return _lines(series, labels, folder, name)


def recall_by_budget(series: dict[str, Points], folder: Path, name: str = "recall") -> list[Path]:
    """Share of questions whose evidence is read, against the tokens of evidence allowed."""
    labels = "tokens of evidence", "questions with their evidence"
    return _lines(series, labels, folder, name, share=True)


def _lines(
    series: dict[str, Points],
    labels: tuple[str, str],
    folder: Path,
    name: str,
    *,
    share: bool = False,
) -> list[Path]:
    def draw(figure: Figure) -> None:
        from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

        axes = figure.subplots()
        for title, points in series.items():
            axes.plot([x for x, _ in points], [y for _, y in points], label=title)
        axes.set(xlabel=labels[0], ylabel=labels[1], xscale="log")
        # Marked are the lengths that were measured.
        measured = sorted({x for points in series.values() for x, _ in points})
        axes.set_xticks(measured, [_tokens(x, None) for x in measured])
        axes.xaxis.set_minor_locator(NullLocator())
        if share:
            axes.set_ylim(0, 1.02)
            axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
        else:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(_tokens))
            axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        if len(series) > 1:
            axes.legend(loc="lower right" if share else "upper left")

    return _saved(draw, (6.2, 3.8), folder, name)


def _tokens(value: float, _: object) -> str:
    """4096 as 4K, 1,000,000 as 1M."""
    for step in (1024, 1000):
        for unit, letter in ((step**2, "M"), (step, "K")):
            if value >= unit and value % unit == 0:
                return f"{value / unit:g}{letter}"
    return f"{value:g}"


def _saved(
    draw: Callable[[Figure], None], size: tuple[float, float], folder: Path, name: str
) -> list[Path]:
    """Both themes of a figure: `name-light.svg`, `name-light.png` and the dark ones."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for theme in _THEMES:
        with _style(theme) as figures:
            figure = figures(figsize=size, layout="constrained")
            draw(figure)
            for kind, told in (("svg", {"Date": None}), ("png", {"Software": None})):
                file = folder / f"{name}-{theme}.{kind}"
                figure.savefig(file, dpi=160, metadata=told)
                files.append(file)
    return files


@contextmanager
def _style(theme: str) -> Iterator[type[Any]]:
    """matplotlib's figures in one theme. Raises DocAgentError where it is missing."""
    try:
        import matplotlib as mpl
        from cycler import cycler
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DocAgentError(
            "Pictures need matplotlib: pip install 'docagent[eval]', or give --no-plots."
        ) from error
    colour = _THEMES[theme]
    chosen: dict[Any, Any] = {
        "svg.hashsalt": "docagent",  # else every run gives its parts other names
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
        "font.size": 10,
        "axes.titlesize": 10,
        "figure.titlesize": 11,
        "figure.facecolor": colour["paper"],
        "savefig.facecolor": colour["paper"],
        "axes.facecolor": colour["paper"],
        "axes.edgecolor": colour["grid"],
        "axes.labelcolor": colour["ink"],
        "text.color": colour["ink"],
        "xtick.color": colour["ink"],
        "ytick.color": colour["ink"],
        "axes.prop_cycle": cycler(color=_COLOURS[theme]) + cycler(marker=_MARKS),
        "axes.grid": True,
        "grid.color": colour["grid"],
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": True,
        "legend.facecolor": colour["paper"],
        "legend.edgecolor": "none",
        "legend.framealpha": 1,
        "lines.linewidth": 2,
        "lines.markersize": 6,
    }
    with mpl.rc_context():
        mpl.rcdefaults()  # a user's own style must not change the pictures
        mpl.rcParams.update(chosen)
        yield Figure
