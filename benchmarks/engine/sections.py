"""Losses by length, turns of an agent, writing, quoting and batches: a table each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import mean
from typing import Any

from benchmarks.engine.bench import Bench, read_bandwidth, token_bytes
from benchmarks.engine.plain import TimedAnswer, write
from benchmarks.harness import Table, least, seconds
from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine

COPY = "Copy this passage word for word, and write nothing else:\n\n{passage}"


def yarn(bench: Bench) -> Table:
    """Long context: YaRN's factor chosen by length against fixed ones, and dual chunk attention.

    Losses of the last tokens, which are the same at every length. The longest take hours on a CPU.
    """
    native = bench.loaded.network.config.native
    lengths, texts = [native // 4, native, 2 * native, 4 * native], 1
    if bench.quick:
        lengths, texts = [native // 8, native // 4], 2
    last = min(512, lengths[0] // 2)
    spread = max(len(bench.ids) - lengths[-1], 0) // max(texts - 1, 1)
    ends = [lengths[-1] + number * spread for number in range(texts)]
    engine, dual = bench.engine(), bench.engine(long_context="dca")
    columns = ("tokens", "no YaRN", "least factor", "static 4", "DCA")
    table = Table(*columns, title="Loss by length of context")
    for length in lengths:
        parts = [bench.part(end - length, length) for end in ends]
        none, fixed = (
            mean(engine.loss(ids, last, factor) for ids in parts) for factor in (1.0, 4.0)
        )
        # Within the native window the least factor is 1.
        chosen = none if length <= native else mean(engine.loss(ids, last, None) for ids in parts)
        chunks = mean(dual.loss(ids, last, None) for ids in parts)
        table.add(f"{length:,}", *(f"{loss:.3f}" for loss in (none, chosen, fixed, chunks)))
    table.note(
        f"Mean loss in nats of the last {last} tokens, the same in every row, of {texts} texts; "
        f"trained on {native:,} tokens; {bench.precision}. The least factor that holds the text is "
        "what docagent takes."
    )
    return table


def agent(bench: Bench) -> Table:
    """Turns that each add a tool's result; every way gets the same prompts, with our answers."""
    turns, result, system, new = (3, 40, 20, 24) if bench.quick else (8, 700, 300, 24)
    session = system + turns * (result + new)
    cached, anew = bench.engine(), bench.engine(prefix_cache=False)
    ways: dict[str, Callable[[list[int]], TimedAnswer]] = {
        "ours": lambda ids: write(cached, ids, new, session_tokens=session),
        "ours, prefix_cache=False": lambda ids: write(anew, ids, new, session_tokens=session),
        "transformers": lambda ids: bench.plain.write(ids, new),
    }
    first = {name: [0.0] * bench.rounds for name in ways}
    total = {name: [0.0] * bench.rounds for name in ways}
    same = dict.fromkeys(ways, 0)
    for number in range(bench.rounds):
        cached.prefix_cache.clear()
        ids = bench.part(0, system)
        for turn in range(turns):
            ids = ids + bench.part(system + turn * result, result)
            answers = {name: way(ids) for name, way in ways.items()}
            for name, answer in answers.items():
                first[name][number] += answer.first
                total[name][number] += answer.total
                same[name] += answer.tokens == answers["ours"].tokens
            ids = ids + answers["ours"].tokens
    columns = ("way", "first tokens s", "ratio", "whole turns s", "ratio", "same tokens")
    table = Table(*columns, title="Agent turns")
    for name in ways:
        until, whole = min(first[name]), min(total[name])
        ratios = until / min(first["ours"]), whole / min(total["ours"])
        agree = f"{same[name]}/{turns * bench.rounds}"
        table.add(
            name, f"{until:.2f}", f"{ratios[0]:.1f}", f"{whole:.2f}", f"{ratios[1]:.1f}", agree
        )
    table.note(
        f"{turns} turns, each with {result} new tokens of prompt and {new} of answer, up to "
        f"{session:,} in all; {bench.precision}. Seconds are summed over the turns, the least of "
        f"{bench.rounds} conversations; a ratio says how much longer than ours. Same tokens: turns "
        "answered as ours, of all conversations."
    )
    return table


def decode(bench: Bench) -> Table:
    """Tokens a second after the prompt was read, against generate and against the memory."""
    new, native = 32, bench.loaded.network.config.native
    lengths = [32, native // 2] if bench.quick else [64, native // 2, native - 2 * new]
    # A GiB is more than a last-level cache holds.
    bandwidth = read_bandwidth(1024**3 // (64 if bench.quick else 1))
    engine = bench.engine()
    columns = ("context", "ours/s", "transformers/s", "ratio", "memory limit/s", "of limit")
    table = Table(*columns, "same tokens", title="Writing")
    for length in lengths:
        ids = bench.part(0, length)
        ours = partial(write, engine, ids, new + 1, quote_from=None)
        theirs = partial(bench.plain.write, ids, new + 1, bench.plain.read(ids))
        same = "yes" if ours().tokens == theirs().tokens else "no"
        ways = {"ours": lambda: ours().rest, "theirs": lambda: theirs().rest}  # noqa: B023
        best = least(ways, 2 * bench.rounds)
        rates, limit = (
            [new / took for took in best.values()],
            bandwidth / token_bytes(bench.loaded, length),
        )
        cells = f"{rates[0]:.1f}", f"{rates[1]:.1f}", f"{rates[0] / rates[1]:.2f}", f"{limit:.1f}"
        table.add(f"{length:,}", *cells, f"{rates[0] / limit:.0%}", same)
    table.note(
        f"Tokens a second over {new} tokens after the prompt was read, nothing guessed; "
        f"{bench.precision}, the best of {2 * bench.rounds} rounds. The limit is "
        f"{bandwidth / 1e9:.1f} GB/s, measured by a sum in the same run, over "
        f"{token_bytes(bench.loaded, 0) / 1e6:.0f} MB of weights and the keys and values."
    )
    return table


def quote(bench: Bench) -> Table:
    """Passages to be copied, with guesses from the prompt and without, also in float32."""
    count, length, new = (2, 24, 16) if bench.quick else (8, 120, 160)
    columns = ("precision", "way", "tokens", "forward passes", "ratio", "seconds", "ratio")
    table = Table(*columns, "same tokens", title="Quoting")
    for loaded in (bench.loaded, bench.exact):
        engine, precision = bench.engine(loaded), str(loaded.network.dtype).removeprefix("torch.")
        ways: dict[str, int | None] = {"without lookup": None, "with lookup": 0}
        answers: dict[str, list[list[int]]] = {name: [] for name in ways}
        forwards, took = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0.0)
        for ids in copy_prompts(bench, count, length):
            list(engine.write(Request(ids, 1)))  # the prompt's reading counts for neither
            for name, quote_from in ways.items():
                request = Request(ids, new, quote_from=quote_from)
                writing = engine.write(request)
                answer: list[int] = []
                took[name] += seconds(lambda: answer.extend(writing))  # noqa: B023
                answers[name].append(answer)
                forwards[name] += request.forwards
        same = sum(a == b for a, b in zip(*answers.values(), strict=True))
        for name in ways:
            passes = forwards["without lookup"] / max(forwards[name], 1)
            slower = took["without lookup"] / took[name]
            written = f"{sum(map(len, answers[name])):,}", f"{forwards[name]:,}", f"{passes:.2f}"
            times = f"{took[name]:.2f}", f"{slower:.2f}"
            table.add(precision, name, *written, *times, f"{same}/{count} answers")
    table.note(
        f"{count} prompts that ask to copy a passage of {length} tokens, answers of up to {new}; "
        "reading the prompt does not count. Ratios: without lookup over with it."
    )
    return table


def copy_prompts(bench: Bench, count: int, length: int) -> list[list[int]]:
    """Conversations that ask to copy parts of the text."""
    apart = (len(bench.ids) - length) // count
    passages = [bench.loaded.tokenizer.decode(bench.part(n * apart, length)) for n in range(count)]
    return [
        bench.tokens.encode([{"role": "user", "content": COPY.format(passage=passage)}])
        for passage in passages
    ]


def batch(bench: Bench) -> Table:
    """Windows of one text asked alike: `Engine.answer_all` against a loop of `Engine.write`."""
    windows, size, shared, new = (4, 24, 20, 4) if bench.quick else (64, 512, 300, 24)
    prefix = bench.part(0, shared)
    prompts = [prefix + bench.part(shared + number * size, size) for number in range(windows)]

    def together(engine: Engine) -> dict[int, Any]:
        requests = [Request(ids, new) for ids in prompts]
        list(engine.answer_all(requests))
        return {number: request.answer for number, request in enumerate(requests)}

    def one_by_one(engine: Engine) -> dict[int, Any]:
        return {
            number: list(engine.write(Request(ids, new, quote_from=None)))
            for number, ids in enumerate(prompts)
        }

    answers: dict[str, dict[int, Any]] = {}
    took: dict[str, float] = {}
    for name, way, prefix_cache in (
        ("batch", together, True),
        ("one by one", one_by_one, True),
        ("one by one, prefix_cache=False", one_by_one, False),
    ):
        engine = bench.engine(prefix_cache=prefix_cache)
        took[name] = seconds(lambda: answers.update({name: way(engine)}))  # noqa: B023
    table = Table("way", "seconds", "ratio", "same answers", title="Batches")
    reference = answers["one by one, prefix_cache=False"]
    for name, spent in took.items():
        same = sum(answers[name][number] == reference[number] for number in reference)
        table.add(name, f"{spent:.2f}", f"{spent / took['batch']:.2f}", f"{same}/{windows}")
    table.note(
        f"{windows} prompts of {shared} common and {size} own tokens, {new} new tokens each, "
        f"nothing guessed; {bench.precision}, one round. A ratio "
        "says how much longer than the batch. Same answers: as one by one without a prefix cache, "
        "where bfloat16 may decide near ties differently."
    )
    return table
