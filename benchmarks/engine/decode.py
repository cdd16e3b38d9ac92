"""Writing tokens one by one: against transformers' generate, and against the memory's limit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.engine.bench import Bench
from benchmarks.engine.machine import read_bandwidth
from benchmarks.engine.table import Table
from benchmarks.engine.timed import Timed, write
from benchmarks.engine.timing import least
from docagent.engine.loading.load import LoadedModel

NEW = 32
READ_BYTES = 1024**3
"""More than a last-level cache holds."""


def decode(bench: Bench) -> Table:
    """Tokens a second after the prompt was read, at short and long contexts."""
    network = bench.loaded.network
    native = network.config.native
    lengths = [32, native // 2] if bench.quick else [64, native // 2, native - 2 * NEW]
    bandwidth = read_bandwidth(READ_BYTES // (64 if bench.quick else 1))
    engine = bench.engine()
    table = Table(
        "Writing",
        (
            "context",
            "ours/s",
            "transformers/s",
            "ratio",
            "memory limit/s",
            "of limit",
            "same tokens",
        ),
        f"Tokens a second over {NEW} tokens after the prompt was read, nothing guessed; "
        f"{bench.precision}, the best of {2 * bench.rounds} rounds. The limit is "
        f"{bandwidth / 1e9:.1f} GB/s, measured by a sum in the same run, over "
        f"{token_bytes(bench.loaded, 0) / 1e6:.0f} MB of weights and the keys and values.",
    )
    for length in lengths:
        ids = bench.part(0, length)
        past = bench.plain.read(ids)
        ours = partial(write, engine, ids, NEW + 1, quote_from=None)
        theirs = partial(bench.plain.write, ids, NEW + 1, past)
        same = ours().tokens == theirs().tokens
        found = least(
            {"ours": partial(_rest, ours), "theirs": partial(_rest, theirs)}, 2 * bench.rounds
        )
        limit = bandwidth / token_bytes(bench.loaded, length)
        table.add(
            f"{length:,}",
            f"{NEW / found['ours']:.1f}",
            f"{NEW / found['theirs']:.1f}",
            f"{found['theirs'] / found['ours']:.2f}",
            f"{limit:.1f}",
            f"{NEW / found['ours'] / limit:.0%}",
            "yes" if same else "no",
        )
    return table


def token_bytes(loaded: LoadedModel, context: int) -> int:
    """Bytes that must be read for one token: all weights, keys and values.

    Of an embedding that is not the head as well, a token reads one row; it is taken to have as many
    bytes a number as the rest.
    """
    config = loaded.network.config
    looked_up = 0 if config.tied else config.vocabulary * config.hidden
    weights = round(loaded.weight_bytes * (1 - looked_up / loaded.parameters))
    return weights + context * config.kv_bytes(loaded.network.dtype.itemsize)


def _rest(way: Callable[[], Timed]) -> float:
    return way().rest
