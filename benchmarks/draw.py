"""The line plots of BENCHMARKS.md from its tables, light and dark: `make bench` draws them.

Drawn are the tables of answers/cost.py (what a question about one place costs with nothing cached),
retrieval/waiting.py (reports by length), retrieval/large_store.py (questions by the size of a
store) and retrieval/pages.py (a picture a set).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.evaluation.needle import length_of
from docagent.evaluation.plots import save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
"""x and y of each point of a line."""

_LABELS = {
    "cost": ("tokens of the document", "tokens computed for an answer"),
    "first_answer": ("tokens of the document", "seconds of waiting"),
    "recall": ("tokens of evidence", "questions with their evidence"),
    "store": ("passages in the store", "milliseconds, or MB of memory"),
}
_NAMES = {
    "ours": "docagent",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "qwen-agent": "Qwen-Agent",
}


def draw(file: Path, folder: Path) -> None:
    """Every picture whose tables stand in a file."""
    for name, series in lines(file.read_text("utf-8")).items():
        _picture(name, series, folder)


def lines(text: str) -> dict[str, dict[str, Points]]:
    """The points of every line of every picture whose tables stand in a text."""
    pictures: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for title, row in _rows(text):
        for picture, line, x, y in _points(title, row):
            pictures.setdefault(picture, {}).setdefault(line, []).append((x, y))
    merged: dict[str, dict[str, Points]] = {}
    for picture, series in pictures.items():
        # Lines with the same points become one: the upper would hide the other.
        names: dict[tuple[tuple[float, float], ...], list[str]] = {}
        for name, points in series.items():
            names.setdefault(tuple(points), []).append(name)
        merged[picture] = {", ".join(same): list(points) for points, same in names.items()}
    return merged


def _rows(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of all tables: the last line of text above the table, and the cells by their column."""
    title, columns = "", list[str]()
    for line in text.splitlines():
        if not line.startswith("|"):
            title, columns = line.strip("# ") or title, []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if columns and not line.startswith("| ---"):
            yield title, dict(zip(columns, cells, strict=False))
        columns = columns or cells


def _points(title: str, row: Mapping[str, str]) -> Iterator[tuple[str, str, float, float]]:
    """Picture, line, x and y of what a row of a table tells."""
    if {"way", "asked for", "computed"} <= set(row):
        # Ways that were left for want of room computed nothing.
        if row["asked for"] == "one place" and (computed := _number(row["computed"])):
            # "99,908 tokens" was asked for as 100K, and is to be called so on the axis.
            yield "cost", row["way"], float(f"{_number(title.split()[-2]):.1e}"), computed
    elif {"length", "first passages s"} <= set(row):
        length, first = length_of(row["length"]), _number(row["first passages s"])
        if row["system"] == "ours":
            yield "first_answer", "all vectors", length, _number(row["all vectors s"])
            yield "first_answer", "first passages", length, first
        else:
            yield "first_answer", _NAMES[row["system"]], length, first
    elif {"passages", "p50 ms"} <= set(row):
        for column in ("p50 ms", "p95 ms", "MB of memory"):
            yield "store", column, _number(row["passages"]), _number(row[column])
    elif {"system", "first page", "within 4K"} <= set(row):
        picture = f"recall-{title.partition(':')[0]}"
        for column, cell in row.items():
            if column.startswith("within "):
                budget = 1000 * _number(column.removeprefix("within ").rstrip("K"))
                yield picture, _NAMES[row["system"]], budget, _number(cell)


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))


def _picture(name: str, series: Mapping[str, Points], folder: Path) -> None:
    kind = name.partition("-")[0]
    share = kind == "recall"

    def plot(figure: Figure) -> None:
        from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

        axes = figure.subplots()
        for title, points in series.items():
            axes.plot([x for x, _ in points], [y for _, y in points], label=title)
        axes.set(xlabel=_LABELS[kind][0], ylabel=_LABELS[kind][1], xscale="log")
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

    save_figure(plot, (6.2, 3.8), folder, name)


def _tokens(value: float, _: object) -> str:
    """4096 as 4K, 2,500,000 as 2.5M."""
    for step in (1024, 1000):
        for unit, letter in ((step**2, "M"), (step, "K")):
            if value >= unit and 10 * value % unit == 0:
                return f"{value / unit:g}{letter}"
    return f"{value:g}"
