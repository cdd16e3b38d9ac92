"""A summary of a very long document: seconds and memory, and what a second run costs.

    python -m benchmarks.summary FILE... --tokens 100000 1000000

The text of the files (any that docagent reads) is joined to one Markdown document, each file under
a heading of its own, and cut to each number of tokens of the model. `docagent summarize` reads it
in a process of its own with an empty cache, then again. Memory is that of the process and all it
started, at its peak. Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.memory import PeakMemory
from retrieval.parse.open import read
from retrieval.progress import finish
from tests.process import environment


@dataclass(frozen=True)
class Run:
    """One `docagent summarize`: its output, wall seconds and peak bytes."""

    told: dict[str, Any]
    seconds: float
    peak: int


def joined(files: list[Path], tokens: int) -> str:
    """About `tokens` tokens of the files' texts, as the embedded model counts them."""
    from docagent.engine.chat import ChatQwen2

    model = ChatQwen2.from_pretrained("embedded")
    pieces, left = [], tokens
    for file in files:
        text = finish(read(file)).text
        count = model.count(text)
        pieces.append(f"# {file.stem}\n\n{text[: int(len(text) * min(1.0, left / count))]}\n\n")
        left -= count
        if left <= 0:
            break
    if left > 0:
        print(f"the files hold only {tokens - left:,} tokens", file=sys.stderr)
    return "".join(pieces)


def run(file: Path, cache: Path, model: str) -> Run:
    """Summarise a file with this cache."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "docagent", "summarize", str(file), "--json", "--model", model],
        env=environment(cache),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with PeakMemory(process.pid) as memory:
        out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"docagent summarize ended with {process.returncode}")
    return Run(json.loads(out), time.perf_counter() - begun, memory.peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--tokens", nargs="+", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--model", default="embedded")
    options = parser.parse_args()
    print("| tokens | parts | first run s | of it reading | peak MB | second run s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for tokens in options.tokens:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "joined.md"
            file.write_text(joined(options.files, tokens), "utf-8")
            cache = Path(folder) / "cache"
            first, second = (run(file, cache, options.model) for _ in range(2))
            same = first.told["summary"] == second.told["summary"]
            print(
                f"| {tokens:,} | {first.told['steps']} | {first.seconds:.0f} | "
                f"{first.told['seconds']['read']:.0f} | {first.peak / 1e6:.0f} | "
                f"{second.seconds:.0f}{'' if same else ' (another text!)'} | "
                f"{second.peak / 1e6:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
