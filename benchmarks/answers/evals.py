r"""The tables and pictures of BENCHMARKS.md from folders that `docagent eval` has written.

    python -m benchmarks.answers.evals eval-squad eval-finance           # sets of questions, a row each
    python -m benchmarks.answers.evals eval-needle --pictures needle     # also benchmarks/pictures/needle-*

Folders of one kind at a time: of `eval qa`, of `eval needle`, or of `eval needle --engine-only`.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docagent.evaluation.intervals import mean
from docagent.evaluation.needle import LONG_CONTEXT, length_name
from docagent.evaluation.results import Case, read_results

PICTURES = Path(__file__).parents[1] / "pictures"
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pictures", metavar="NAME", help="copy the heat maps as NAME-*")
    options = parser.parse_args()
    runs = [read_results(folder) for folder in options.folders]
    settings = runs[0][0]
    table: Callable[[dict[str, Any], list[Case]], Rows]
    if "set" in settings:
        table, head = sets, ["set", "n", *_SETS.values()]
    elif settings.get("engine_only"):
        table, head = engine, ["", *map(length_name, settings["lengths"])]
    else:
        head = ["tokens", "strategy", *(title for title, _ in _ASKED.values())]
        table = needles
    rows = [row for told, cases in runs for row in table(told, list(cases.values()))]
    kept = [n for n in range(len(head)) if any(row[n] != _NONE for row in rows)]
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row[n] for n in kept)} |")
    if options.pictures:
        for file in sorted(options.folders[0].glob("needle-*.*")):
            if file.suffix in (".svg", ".png"):
                shutil.copy(file, PICTURES / file.name.replace("needle", options.pictures, 1))


def sets(settings: dict[str, Any], cases: Sequence[Case]) -> Rows:
    """One row: means, some with their 95% intervals."""
    name = Path(settings["set"]).stem
    if settings["every"] > 1:
        name += f", every {settings['every']}th"
    row = [name, str(len(cases))]
    for score in _SETS:
        found = mean([case["scores"].get(score) for case in cases])
        if found is None:
            row.append(_NONE)
        elif score in _INTERVALS:
            row.append(f"{found.value:.3f} [{found.low:.2f}, {found.high:.2f}]")
        else:
            row.append(f"{found.value:.3f}")
    return [row]


def engine(settings: dict[str, Any], cases: Sequence[Case]) -> Rows:
    """A row for each way beyond the trained window and each measure, a cell for each length."""
    return [
        [f"{LONG_CONTEXT[mode]}: {title}"]
        + [
            _share([one for one in cases if (one["mode"], one["length"]) == (mode, length)], score)
            for length in settings["lengths"]
        ]
        for mode in settings["long_context"]
        for score, title in _ENGINE.items()
    ]


def needles(settings: dict[str, Any], cases: Sequence[Case]) -> Rows:
    """A row for each length, a cell for each way of asking."""
    return [
        [length_name(length), settings["strategy"]]
        + [
            _share([one for one in cases if (one["kind"], one["length"]) == (kind, length)], score)
            for kind, (_, score) in _ASKED.items()
        ]
        for length in settings["lengths"]
    ]


def _share(cases: Sequence[Case], score: str) -> str:
    held = [one["scores"][score] for one in cases if one["scores"].get(score) is not None]
    return f"{sum(held):g} of {len(held)}" if held else _NONE


if __name__ == "__main__":
    main()
