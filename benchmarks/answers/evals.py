"""The tables and pictures of BENCHMARKS.md from folders that `docagent eval` has written.

Folders of one kind at a time: of `eval qa`, of `eval needle`, or of `eval needle --engine-only`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.harness import ROOT, Row, Table, arguments
from docagent.evaluation.intervals import mean
from docagent.evaluation.needle import LONG_CONTEXT, length_name
from docagent.evaluation.results import Case, read_results

PICTURES = ROOT / "benchmarks/pictures"
Rows = list[list[str]]
_ASKED = {
    "own": ("own words: cited", "cited"),
    "paraphrased": ("other words, names kept: cited", "cited"),
    "together": ("all needles at once: cited", "cited"),
    "absent": ("names nowhere: refused", "refused"),
    "like": ("one name of a distractor: refused", "refused_like"),
}
_ENGINE = {"likeliest": "value likeliest", "found": "value in a free answer"}
_SETS = {
    "hit_first": "first citation on a gold page",
    "hit_any": "any citation on one",
    "evidence": "gold pages cited",
    "contained": "gold answer in answer or quotes",
    "answered": "answerable and answered",
    "refusal_recall": "unanswerable and refused",
    "quotes_verified": "quotes verified",
}
_NONE = "-"  # a column of these is left out
_INTERVALS = ("hit_first", "contained")


def main() -> None:
    options = arguments(__doc__, "folders+", pictures="")
    runs = [read_results(folder) for folder in options.folders]
    settings = runs[0][0]
    rows_of: Callable[[Row, list[Case]], Rows] = needles
    head = ["tokens", "strategy", *(title for title, _ in _ASKED.values())]
    if "set" in settings:
        rows_of, head = sets, ["set", "n", *_SETS.values()]
    elif settings.get("engine_only"):
        rows_of, head = engine, ["", *map(length_name, settings["lengths"])]
    rows = [row for chosen, cases in runs for row in rows_of(chosen, list(cases.values()))]
    columns = [n for n in range(len(head)) if any(row[n] != _NONE for row in rows)]
    table = Table(*(head[n] for n in columns))
    for row in rows:
        table.add(*(row[n] for n in columns))
    for file in sorted(options.folders[0].glob("needle-*.*")) if options.pictures else ():
        if file.suffix in (".svg", ".png"):
            shutil.copy(file, PICTURES / file.name.replace("needle", options.pictures, 1))


def sets(settings: Row, cases: Sequence[Case]) -> Rows:
    """One row: means, some with their 95% intervals."""
    every = f", every {settings['every']}th" if settings["every"] > 1 else ""
    row = [Path(settings["set"]).stem + every, str(len(cases))]
    for score in _SETS:
        estimate = mean([case["scores"].get(score) for case in cases])
        cell = f"{estimate.value:.3f}" if estimate else _NONE
        if estimate and score in _INTERVALS:
            cell += f" [{estimate.low:.2f}, {estimate.high:.2f}]"
        row.append(cell)
    return [row]


def engine(settings: Row, cases: Sequence[Case]) -> Rows:
    """A row for each way beyond the trained window and each measure, a cell for each length."""
    return [
        [f"{LONG_CONTEXT[mode]}: {title}"]
        + [_share(cases, score, mode=mode, length=length) for length in settings["lengths"]]
        for mode in settings["long_context"]
        for score, title in _ENGINE.items()
    ]


def needles(settings: Row, cases: Sequence[Case]) -> Rows:
    """A row for each length, a cell for each way of asking."""
    return [
        [length_name(length), settings["strategy"]]
        + [_share(cases, score, kind=kind, length=length) for kind, (_, score) in _ASKED.items()]
        for length in settings["lengths"]
    ]


def _share(cases: Sequence[Case], score: str, **of: object) -> str:
    chosen = [case["scores"].get(score) for case in cases if of.items() <= case.items()]
    values = [value for value in chosen if value is not None]
    return f"{sum(values):g} of {len(values)}" if values else _NONE


if __name__ == "__main__":
    main()
