"""The engine: docagent's own forward pass and decode loop against plain transformers.

    python -m benchmarks.engine                 # all sections, about an hour on two cores
    python -m benchmarks.engine decode layer    # some of them
    python -m benchmarks.engine yarn --text FOLDER_OF_TXT

Prints a Markdown table for each section. The text is Python's own language reference unless
--text names another; --quick measures little, to see that everything runs.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from benchmarks.engine.agent import agent
from benchmarks.engine.batch import batch
from benchmarks.engine.bench import Bench
from benchmarks.engine.decode import decode
from benchmarks.engine.gpu import gpu, gpu_small
from benchmarks.engine.layer import layer
from benchmarks.engine.quote import quote
from benchmarks.engine.table import Table
from benchmarks.engine.text import DEFAULT
from benchmarks.engine.tools import tools
from benchmarks.engine.yarn import yarn
from benchmarks.report import measured_on

SECTIONS: dict[str, Callable[[Bench], Table]] = {
    "yarn": yarn,
    "agent": agent,
    "decode": decode,
    "layer": layer,
    "quote": quote,
    "batch": batch,
    "tools": tools,
    "gpu": gpu,
    "gpu-small": gpu_small,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sections", nargs="*", metavar="section", help=f"{', '.join(SECTIONS)}; all"
    )
    parser.add_argument("--model", default="embedded", help="embedded, or a Qwen2 folder")
    parser.add_argument("--text", type=Path, nargs="+", default=[], help=".txt files or folders")
    parser.add_argument("--device", default="cpu", help="of the sections other than gpu")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    logging.disable(logging.WARNING)
    bench = Bench(options.model, text=options.text, device=options.device, quick=options.quick)
    text = ", ".join(map(str, options.text)) or DEFAULT
    print(f"{measured_on()} Model: {options.model}. Text: {text}.\n", flush=True)
    for name in options.sections or SECTIONS:
        print(SECTIONS[name](bench).markdown(), flush=True)


if __name__ == "__main__":
    main()
