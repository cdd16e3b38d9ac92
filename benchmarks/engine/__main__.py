"""The engine: docagent's own forward pass and decode loop against plain transformers.

Sections: yarn, agent, decode, quote, batch, tools, and gpu and gpu-small, which need torch and
transformers alone; all without a name. --model is embedded or a Qwen2 folder. Without --text the
text is the Python language reference.
"""

from __future__ import annotations

import logging
from importlib import import_module

from benchmarks import harness
from benchmarks.engine.bench import Bench

SECTIONS = {
    **dict.fromkeys(("yarn", "agent", "decode", "quote", "batch"), "sections"),
    "tools": "tools",
    **dict.fromkeys(("gpu", "gpu-small"), "gpu"),
}
"""The module of each section; it is imported when it is asked for."""


def section(name: str, bench: Bench) -> harness.Table:
    """Measure one section and print its table."""
    module = import_module(f"benchmarks.engine.{SECTIONS[name]}")
    table: harness.Table = getattr(module, name.replace("-", "_"))(bench)
    return table


def main() -> None:
    options = harness.arguments(__doc__, "sections*", str, model="embedded", text=[], device="cpu")
    if unknown := set(options.sections) - set(SECTIONS):
        raise SystemExit(
            f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    logging.disable(logging.WARNING)
    bench = Bench(options.model, options.text, options.device, options.quick)
    harness.tell(f"{harness.measured_on()} Model: {options.model}.")
    for name in options.sections or SECTIONS:
        section(name, bench)


if __name__ == "__main__":
    main()
