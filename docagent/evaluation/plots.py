"""Figures in one style, each in a light and a dark version, PNG and SVG.

The same data give the same files to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError

if TYPE_CHECKING:
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
