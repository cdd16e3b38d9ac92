"""Many windows of one text asked alike: at once, or one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from benchmarks.engine.timing import least, seconds
from docagent.engine.engine import Engine

Answers = dict[int, Any]


def batch(bench: Bench) -> Table:
    """`Engine.batch` against a loop of `Engine.write`, with and without remembered prefixes."""
    windows, size, shared, new = (4, 24, 20, 4) if bench.quick else (64, 512, 300, 24)
    prefix = bench.part(0, shared)
    prompts = [prefix + bench.part(shared + number * size, size) for number in range(windows)]
    answers: dict[str, Answers] = {}

    def timed(name: str, way: Callable[[Engine], Answers], *, prefix_cache: bool) -> float:
        engine = bench.engine(prefix_cache=prefix_cache)
        return seconds(lambda: answers.update({name: way(engine)}))

    def together(engine: Engine) -> Answers:
        return dict(engine.batch(prompts, max_new_tokens=new))

    def one_by_one(engine: Engine) -> Answers:
        return {
            number: list(engine.write(ids, max_new_tokens=new, quote_from=None))
            for number, ids in enumerate(prompts)
        }

    found = least(
        {
            "batch": lambda: timed("batch", together, prefix_cache=True),
            "one by one": lambda: timed("one by one", one_by_one, prefix_cache=True),
            "one by one, prefix_cache=False": lambda: timed(
                "one by one, prefix_cache=False", one_by_one, prefix_cache=False
            ),
        },
        rounds=1,
    )
    table = Table(
        "Batches",
        ("way", "seconds", "ratio", "same answers"),
        f"{windows} prompts of {shared} common and {size} own tokens, {new} new tokens each, "
        f"nothing guessed; {bench.precision}, one round. A ratio "
        "says how much longer than the batch. Same answers: as one by one without a prefix cache, "
        "where bfloat16 may decide near ties differently.",
    )
    wanted = answers["one by one, prefix_cache=False"]
    for name, taken in found.items():
        same = sum(answers[name][number] == wanted[number] for number in wanted)
        table.add(name, f"{taken:.2f}", f"{taken / found['batch']:.2f}", f"{same}/{windows}")
    return table
