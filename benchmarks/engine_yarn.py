"""Long context: YaRN's factor chosen by length against fixed factors, and dual chunk attention."""

from __future__ import annotations

from statistics import mean

from benchmarks.engine_bench import Bench
from benchmarks.engine_table import Table

LAST = 512
TEXTS = 1


def yarn(bench: Bench) -> Table:
    """Loss of the last tokens at growing lengths; the same tokens are predicted at every length."""
    native = bench.loaded.network.shape.native
    lengths = [native // 8, native // 2, native, 2 * native, 4 * native]
    texts = TEXTS
    if bench.quick:
        lengths, texts = lengths[:2], 2
    longest = lengths[-1]
    last = min(LAST, lengths[0] // 2)
    spread = max(len(bench.ids) - longest, 0) // max(texts - 1, 1)
    ends = [longest + number * spread for number in range(texts)]
    engine, dual = bench.engine(), bench.engine(long_context="dca")
    table = Table(
        "Loss by length of context",
        ("tokens", "no YaRN", "static 2", "static 4", "ours", "DCA"),
        f"Mean loss in nats of the last {last} tokens, the same in every row, of {texts} texts; "
        f'trained on {native:,} tokens; {bench.precision}. "ours" takes the least factor that '
        "holds the text.",
    )
    for length in lengths:
        parts = [bench.part(end - length, length) for end in ends]
        cells = [
            mean(engine.loss(ids, last, factor) for ids in parts)
            for factor in (1.0, 2.0, 4.0, None)
        ]
        cells.append(mean(dual.loss(ids, last) for ids in parts))
        table.add(f"{length:,}", *(f"{cell:.3f}" for cell in cells))
    return table
