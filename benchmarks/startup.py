"""How long a user waits: `docagent --help`, and a second question on a cached document.

python -m benchmarks.startup examples/handbook.pdf "Who audited the accounts?"
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from statistics import median

COMMAND = [sys.executable, "-c", "from docagent.cli import main; main()"]


def run(*arguments: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document")
    parser.add_argument("question")
    options = parser.parse_args()
    helps = [run("--help")[0] for _ in range(5)]
    print(f"--help: {median(helps):.2f} s (median of 5)")
    ask = ("ask", options.document, options.question, "--json", "--model", "embedded")
    run(*ask)  # builds the index
    for _ in range(3):
        wall, told = run(*ask)
        seconds = json.loads(told)["seconds"]
        loading = seconds["total"] - seconds["open"] - seconds["search"] - seconds["answer"]
        stages = ", ".join(
            f"{stage} {seconds[stage]:.2f} s" for stage in ("open", "search", "answer")
        )
        print(f"ask again: {stages}, loading models {loading:.2f} s, whole process {wall:.2f} s")


if __name__ == "__main__":
    main()
