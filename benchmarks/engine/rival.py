"""The engine beside llama.cpp: the same file, the same token ids, one run, two processes.

    python -m venv /tmp/rival && /tmp/rival/bin/pip install xllamacpp==2026.10.11549
    python -m benchmarks.engine.rival --python /tmp/rival/bin/python      # half an hour

llama.cpp is its server, as it comes but for two threads, greedy, with its prompt cache; ours is
`Engine`, told to guess only where answers quote. Their turns alternate. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from benchmarks.engine.bench import Bench
from benchmarks.engine.quote import prompts
from benchmarks.engine.table import Table
from benchmarks.report import measured_on
from docagent.engine.loading.embedded import embedded_file, embedded_model
from retrieval.folders import cache_folder

THREADS = 2
SERVER = """
import sys, time, xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.port, p.n_ctx, p.n_parallel = sys.argv[1], 0, int(sys.argv[2]), int(sys.argv[3])
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = int(sys.argv[4])
p.kv_unified = True
server = xllamacpp.Server(p)
print(server.listening_address, flush=True)
time.sleep(10**6)
"""
"""Run by the Python that has xllamacpp."""

Answer = tuple[float, float, list[int]]
"""Seconds to the first token, seconds in all, tokens."""


class Side(Protocol):
    """One of the two."""

    process: subprocess.Popen[str]

    def ask(self, ids: list[int], new: int, quote: bool = False) -> Answer: ...

    def many(self, prompts: list[list[int]], new: int) -> float: ...


class Rival:
    """llama.cpp's server in a process of its own."""

    def __init__(self, python: str, file: Path, context: int, slots: int) -> None:
        command = [python, "-c", SERVER, str(file), str(context), str(slots), str(THREADS)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith("http"):
            if not line:
                raise SystemExit("llama.cpp did not start")
        self._url = line.strip()

    def ask(self, ids: list[int], new: int, quote: bool = False) -> Answer:
        found = self._completion(ids, new)
        timings = found["timings"]
        read, wrote = timings["prompt_ms"] / 1000, timings["predicted_ms"] / 1000
        return read, read + wrote, found["tokens"]

    def many(self, prompts: list[list[int]], new: int) -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(len(prompts)) as pool:
            list(pool.map(lambda ids: self._completion(ids, new), prompts))
        return time.perf_counter() - start

    def _completion(self, ids: list[int], new: int) -> Any:
        body = {
            "prompt": ids,
            "n_predict": new,
            "temperature": 0,
            "ignore_eos": True,
            "cache_prompt": True,
            "return_tokens": True,
        }
        request = urllib.request.Request(
            f"{self._url}/completion",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=3600) as reply:
            return json.load(reply)


class Ours:
    """`Engine` in a process of its own, which reads requests from its standard input."""

    def __init__(self, model: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.engine.child", model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said()

    def ask(self, ids: list[int], new: int, quote: bool = False) -> Answer:
        first, total, tokens = self._asked({"ask": ids, "new": new, "quote": quote})
        return first, total, tokens

    def many(self, prompts: list[list[int]], new: int) -> float:
        return float(self._asked({"many": prompts, "new": new}))

    def forget(self) -> None:
        """Nothing that was read is remembered."""
        self._asked({"forget": True})

    def _asked(self, request: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._said()

    def _said(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the engine's process ended")
        return json.loads(line)


def peak(side: Side) -> float:
    """The most main memory a process has had, in GB, the mapped file's pages included."""
    text = Path(f"/proc/{side.process.pid}/status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e9


def started(make: Callable[[], Side], ids: list[int]) -> tuple[Side, float]:
    """A side, and the seconds from nothing until it has read eight tokens."""
    start = time.perf_counter()
    side = make()
    side.ask(ids[:8], 1)
    return side, time.perf_counter() - start


def table(bench: Bench, model: str, python: str, lengths: list[int]) -> Table:
    """All rows; each is printed as it is measured."""
    embedded = embedded_model(model)
    assert embedded is not None
    file = embedded_file(embedded, cache_folder())
    found = Table(
        f"The engine beside llama.cpp, {embedded.file}",
        ("", "ours", "llama.cpp", "ratio"),
        f"{THREADS} threads each. A ratio over 1 is in our favour.",
    )

    def add(what: str, ours: float, theirs: float, unit: str, more_is_better: bool) -> None:
        ratio = ours / theirs if more_is_better else theirs / ours
        found.add(what, f"{ours:.2f} {unit}", f"{theirs:.2f} {unit}", f"{ratio:.2f}")
        print(found.rows[-1], flush=True)

    ids = bench.part(0, max(lengths) + 4000)
    sides: list[tuple[Side, float]] = []
    for _ in range(2):
        # The first start of a day reads the file from the disk: the second counts.
        for side, _seconds in sides:
            side.process.kill()
        sides = [
            started(lambda: Ours(model), ids),
            started(lambda: Rival(python, file, max(lengths) + 8192, 16), ids),
        ]
    (ours, ours_start), (rival, rival_start) = sides
    assert isinstance(ours, Ours)
    add("from nothing until eight tokens are read", ours_start, rival_start, "s", False)
    rates: dict[str, list[float]] = {"ours": [], "rival": []}
    prompt = ids[3000:3600]
    for _ in range(3):
        for name, side in (("ours", ours), ("rival", rival)):
            first, total, tokens = side.ask(prompt, 48)
            rates[name].append((len(tokens) - 1) / (total - first))
    add("writing, greedy, 600 tokens before", max(rates["ours"]), max(rates["rival"]), "/s", True)
    taken = {"ours": 0.0, "rival": 0.0}
    for asked in prompts(bench, 4, 100):
        for name, side in (("ours", ours), ("rival", rival)):
            side.ask(asked, 1)
            first, total, _ = side.ask(asked, 100, quote=True)
            taken[name] += total - first
    add("writing answers that quote", 400 / taken["ours"], 400 / taken["rival"], "tokens/s", True)
    _turns(bench, ours, rival, add)
    _questions(bench, ours, rival, add)
    for number, length in enumerate(lengths):
        part = ids[number * 500 + 7 : number * 500 + 7 + length]
        first, _, mine = ours.ask(part, 2)
        theirs_first, _, theirs = rival.ask(part, 2)
        print("same first tokens:", mine == theirs[: len(mine)], flush=True)
        what = f"reading {length:,} tokens"
        add(what, length / first, length / theirs_first, "tokens/s", True)
    add("most memory of the process", peak(ours), peak(rival), "GB", False)
    for side in (ours, rival):
        side.process.kill()
    return found


def _turns(bench: Bench, ours: Ours, rival: Side, add: Any) -> None:
    """Eight growing turns of an agent, prompts alike: each side with what it remembers."""
    first = {"ours": 0.0, "rival": 0.0, "anew": 0.0}
    total = dict(first)
    ids = bench.part(9000, 300)
    for turn in range(8):
        ids = ids + bench.part(9300 + turn * 200, 200)
        written: list[int] = []
        for name, side in (("ours", ours), ("rival", rival)):
            until, whole, tokens = side.ask(ids, 24)
            first[name] += until
            total[name] += whole
            written = written or tokens
        ids = ids + written
    ids = bench.part(9000, 300)
    ours.forget()
    for turn in range(8):
        ids = ids + bench.part(9300 + turn * 200, 200 + 24)
        until, whole, _ = ours.ask(ids, 24)
        first["anew"] += until
        total["anew"] += whole
        ours.forget()
    add("eight turns of an agent, until first tokens", first["ours"], first["rival"], "s", False)
    add("eight turns of an agent, in all", total["ours"], total["rival"], "s", False)
    add("the same beside ours reading anew, until first", first["ours"], first["anew"], "s", False)
    add("the same beside ours reading anew, in all", total["ours"], total["anew"], "s", False)


def _questions(bench: Bench, ours: Ours, rival: Side, add: Any) -> None:
    """Sixteen questions on one text: together, and ours one by one."""
    text = bench.part(20_000, 400)
    asked = [text + bench.part(25_000 + number * 40, 24) for number in range(16)]
    ours.forget()
    one_by_one = sum(ours.ask(ids, 32)[1] for ids in asked)
    ours.forget()
    together = ours.many(asked, 32)
    add("16 questions on one text of 400 tokens", together, rival.many(asked, 32), "s", False)
    add("the same beside ours one by one", together, one_by_one, "s", False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", required=True, help="the Python that has xllamacpp")
    parser.add_argument("--model", default="embedded", help="embedded or embedded:0.5b")
    parser.add_argument("--lengths", type=int, nargs="+", default=[1_000, 4_000, 16_000])
    options = parser.parse_args()
    made = table(Bench(options.model), options.model, options.python, options.lengths)
    print(f"\n{made.markdown()}\n{measured_on()}")


if __name__ == "__main__":
    main()
