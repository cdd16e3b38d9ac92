"""Long context: YaRN's factor chosen by length against fixed factors, and dual chunk attention."""

from __future__ import annotations

import sys
from statistics import mean

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from docagent.engine.engine import Engine

LAST = 512
TEXTS = 1


def yarn(bench: Bench) -> Table:
    """Loss of the last tokens at growing lengths; the same tokens are predicted at every length.

    Rows are told as they come: the longest take hours on a CPU.
    """
    native = bench.loaded.network.config.native
    lengths = [native // 4, native, 2 * native, 4 * native]
    texts = TEXTS
    if bench.quick:
        lengths, texts = [native // 8, native // 4], 2
    longest = lengths[-1]
    last = min(LAST, lengths[0] // 2)
    spread = max(len(bench.ids) - longest, 0) // max(texts - 1, 1)
    ends = [longest + number * spread for number in range(texts)]
    engine, dual = bench.engine(), bench.engine(long_context="dca")
    table = Table(
        "Loss by length of context",
        ("tokens", "no YaRN", "least factor", "static 4", "DCA"),
        f"Mean loss in nats of the last {last} tokens, the same in every row, of {texts} texts; "
        f"trained on {native:,} tokens; {bench.precision}. The least factor that holds the text is "
        "what docagent takes.",
    )
    for length in lengths:
        parts = [bench.part(end - length, length) for end in ends]

        def measured(engine: Engine, factor: float | None, parts: list[list[int]] = parts) -> float:
            return mean(engine.loss(ids, last, factor) for ids in parts)

        none = measured(engine, 1.0)
        # Within the native window the least factor is 1.
        least = none if length <= native else measured(engine, None)
        cells = (none, least, measured(engine, 4.0), measured(dual, None))
        table.add(f"{length:,}", *(f"{cell:.3f}" for cell in cells))
        print(table.rows[-1], file=sys.stderr, flush=True)
    return table
