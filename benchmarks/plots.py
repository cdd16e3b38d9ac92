"""The pictures of BENCHMARKS.md from the tables in it, light and dark.

    python -m benchmarks.plots BENCHMARKS.md --folder benchmarks/pictures
    python -m benchmarks.plots measured.json

Drawn are the tables of benchmarks.answers.agent_cost (what a question about one place costs with nothing
cached), benchmarks.retrieval.first_answer --lengths, and benchmarks.retrieval.systems (a picture a set), here or in
any file with what these printed. `make bench` does it. A JSON file maps pictures to their lines
itself: {"cost": {"read": [[4096, 4500], ...], "retrieve": [...]}, "first_answer": {...},
"recall-finance": {...}}, each line a list of [x, y]. Heat maps are drawn by `docagent eval needle`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from benchmarks.line_plots import Points, cost_by_length, first_answer, recall_by_budget
from benchmarks.report import FILE, Table, tables
from docagent.evaluation.needle import length_of

Lines = dict[str, Points]
"""Points of each line by its name."""


class Draw(Protocol):
    def __call__(self, series: dict[str, Points], folder: Path, name: str) -> list[Path]: ...


PICTURES: dict[str, Draw] = {
    "cost": cost_by_length,
    "first_answer": first_answer,
    "recall": recall_by_budget,
}
_NAMES = {
    "ours": "docagent",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "qwen-agent": "Qwen-Agent",
}
_BUDGET = "within "


def lines(text: str) -> dict[str, Lines]:
    """The lines of every picture whose tables stand in a text."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for table in tables(text):
        for picture, line, x, y in _points(table):
            found.setdefault(picture, {}).setdefault(line, []).append((x, y))
    return {picture: _together(drawn) for picture, drawn in found.items()}


def _points(table: Table) -> Iterator[tuple[str, str, float, float]]:
    """Picture, line, x and y of what a table tells."""
    heads = set(table.rows[0]) if table.rows else set()
    for row in table.rows:
        if {"way", "asked for", "computed"} <= heads:
            # Ways that were left for want of room computed nothing.
            if row["asked for"] == "one place" and (computed := _number(row["computed"])):
                # "99,908 tokens" was asked for as 100K, and is to be called so on the axis.
                yield "cost", row["way"], float(f"{_number(table.title.split()[-2]):.1e}"), computed
        elif {"length", "first passages s"} <= heads:
            length = length_of(row["length"])
            if row["system"] == "ours":
                yield "first_answer", "all vectors", length, _number(row["all vectors s"])
                yield "first_answer", "first passages", length, _number(row["first passages s"])
            else:
                rival = _NAMES.get(row["system"], row["system"])
                yield "first_answer", rival, length, _number(row["first passages s"])
        elif {"system", "first page", "within 4K"} <= heads:
            for head in row:
                if head.startswith(_BUDGET):
                    budget = 1000 * _number(head.removeprefix(_BUDGET).rstrip("K"))
                    name = f"recall-{table.title.partition(':')[0]}"
                    system = _NAMES.get(row["system"], row["system"])
                    yield name, system, budget, _number(row[head])


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))


def _together(drawn: Mapping[str, list[tuple[float, float]]]) -> Lines:
    """Lines with the same points as one: the upper would hide the other."""
    names: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for name, points in drawn.items():
        names.setdefault(tuple(points), []).append(name)
    return {", ".join(same): list(points) for points, same in names.items()}


def draw(file: Path, folder: Path) -> list[Path]:
    """Every picture of a JSON file or of the tables in any other one."""
    text = file.read_text("utf-8")
    pictures = json.loads(text) if file.suffix == ".json" else lines(text)
    drawn: list[Path] = []
    for name, series in pictures.items():
        kind = name.partition("-")[0]
        if kind not in PICTURES:
            raise SystemExit(f"{file}: {name!r} is none of {', '.join(PICTURES)}.")
        drawn += PICTURES[kind](series, folder, name)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measured", type=Path, nargs="*", default=[FILE])
    parser.add_argument("--folder", type=Path, default=Path("pictures"))
    options = parser.parse_args()
    for file in options.measured:
        for picture in draw(file, options.folder):
            print(picture)


if __name__ == "__main__":
    main()
