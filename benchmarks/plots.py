"""The pictures of BENCHMARKS.md from JSON files of measurements, light and dark.

    python -m benchmarks.plots measured.json --folder pictures

The file maps a picture to its lines: {"cost": {"read": [[4096, 4500], ...], "retrieve": [...]},
"first_answer": {...}, "recall": {...}}, each line a list of [x, y]. Heat maps are drawn by
`docagent eval needle` itself.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from docagent.evaluation.plots import Points, cost_by_length, first_answer, recall_by_budget

Draw = Callable[[dict[str, Points], Path], list[Path]]
PICTURES: dict[str, Draw] = {
    "cost": cost_by_length,
    "first_answer": first_answer,
    "recall": recall_by_budget,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path, nargs="+")
    parser.add_argument("--folder", type=Path, default=Path("pictures"))
    options = parser.parse_args()
    for file in options.measured:
        for name, series in json.loads(file.read_text("utf-8")).items():
            if name not in PICTURES:
                raise SystemExit(f"{file}: {name!r} is none of {', '.join(PICTURES)}.")
            for picture in PICTURES[name](series, options.folder):
                print(picture)


if __name__ == "__main__":
    main()
