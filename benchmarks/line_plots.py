"""Line plots of measurements, in the style of `docagent eval`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.evaluation.plots import save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
"""x and y of each point of a line."""


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

    return save_figure(draw, (6.2, 3.8), folder, name)


def _tokens(value: float, _: object) -> str:
    """4096 as 4K, 1,000,000 as 1M."""
    for step in (1024, 1000):
        for unit, letter in ((step**2, "M"), (step, "K")):
            if value >= unit and value % unit == 0:
                return f"{value / unit:g}{letter}"
    return f"{value:g}"
