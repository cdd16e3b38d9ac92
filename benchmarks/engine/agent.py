"""Agent turns: a conversation that grows, with and without remembering what was read."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from benchmarks.engine.timed import Timed, write

NEW = 24


def agent(bench: Bench) -> Table:
    """Turns that each add a tool's result; every way gets the same prompts, with our answers."""
    turns, result, system = (3, 40, 20) if bench.quick else (8, 700, 300)
    session = system + turns * (result + NEW)
    kept, anew = bench.engine(), bench.engine(prefix_cache=False)
    ways: dict[str, Callable[[list[int]], Timed]] = {
        "ours": lambda ids: write(kept, ids, NEW, session_tokens=session),
        "ours, prefix_cache=False": lambda ids: write(anew, ids, NEW, session_tokens=session),
        "transformers": lambda ids: bench.plain.write(ids, NEW),
    }
    first = {name: [0.0] * bench.rounds for name in ways}
    total = {name: [0.0] * bench.rounds for name in ways}
    same = dict.fromkeys(ways, 0)
    for number in range(bench.rounds):
        kept.prefix_cache.clear()
        ids = bench.part(0, system)
        for turn in range(turns):
            ids = ids + bench.part(system + turn * result, result)
            answers = {name: way(ids) for name, way in ways.items()}
            for name, answer in answers.items():
                first[name][number] += answer.first
                total[name][number] += answer.total
                same[name] += answer.tokens == answers["ours"].tokens
            ids = ids + answers["ours"].tokens
    table = Table(
        "Agent turns",
        ("way", "first tokens s", "ratio", "whole turns s", "ratio", "same tokens"),
        f"{turns} turns, each with {result} new tokens of prompt and {NEW} of answer, up to "
        f"{session:,} in all; {bench.precision}. Seconds are summed over the turns, the least of "
        f"{bench.rounds} conversations; a ratio says how much longer than ours. Same tokens: turns "
        "answered as ours, of all conversations.",
    )
    for name in ways:
        until, whole = min(first[name]), min(total[name])
        table.add(
            name,
            f"{until:.2f}",
            f"{until / min(first['ours']):.1f}",
            f"{whole:.2f}",
            f"{whole / min(total['ours']):.1f}",
            f"{same[name]}/{turns * bench.rounds}",
        )
    return table
