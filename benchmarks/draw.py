"""The pictures of BENCHMARKS.md from the tables in it, light and dark: `make bench` draws them.

Drawn are the tables of answers/cost.py (what a question about one place costs with nothing cached),
retrieval/waiting.py (reports by length) and retrieval/pages.py (a picture a set). Heat maps are
drawn by `docagent eval needle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.line_plots import Points, cost_by_length, first_answer, recall_by_budget
from docagent.evaluation.needle import length_of

PICTURES = {"cost": cost_by_length, "first_answer": first_answer, "recall": recall_by_budget}
_NAMES = {
    "ours": "docagent",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "qwen-agent": "Qwen-Agent",
}


def draw(file: Path, folder: Path) -> None:
    """Every picture whose tables stand in a file."""
    for name, series in lines(file.read_text("utf-8")).items():
        PICTURES[name.partition("-")[0]](series, folder, name)


def lines(text: str) -> dict[str, dict[str, Points]]:
    """The points of every line of every picture whose tables stand in a text."""
    pictures: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for title, row in rows(text):
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


def rows(text: str) -> Iterator[tuple[str, dict[str, str]]]:
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


def _points(title: str, row: dict[str, str]) -> Iterator[tuple[str, str, float, float]]:
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
    elif {"system", "first page", "within 4K"} <= set(row):
        for column, cell in row.items():
            if column.startswith("within "):
                budget = 1000 * _number(column.removeprefix("within ").rstrip("K"))
                picture = f"recall-{title.partition(':')[0]}"
                yield picture, _NAMES[row["system"]], budget, _number(cell)


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))
