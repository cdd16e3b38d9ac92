"""The engine beside llama.cpp: the same file, the same token ids, one run, two processes.

    python -m venv /tmp/rival && /tmp/rival/bin/pip install xllamacpp==2026.10.11549
    python -m benchmarks.engine.rival --python /tmp/rival/bin/python      # half an hour

llama.cpp is its server, as it comes but for two threads, greedy, with its prompt cache; ours is
`Engine`, told to guess only where answers quote. Their turns alternate.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.engine.bench import Bench
from benchmarks.engine.plain import TimedAnswer, write
from benchmarks.engine.sections import copy_prompts
from benchmarks.harness import (
    Row,
    Table,
    Worker,
    arguments,
    leave_out,
    measured_on,
    seconds,
    serve,
    tell,
    timed,
)
from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine
from docagent.engine.loading.load import load, locate
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


class Ours(Worker):
    """`Engine` in a process of its own."""

    def __init__(self, model: str) -> None:
        super().__init__(sys.executable, "benchmarks.engine.rival", "--serve", "--model", model)

    def answer(self, ids: list[int], new: int, quote: bool = False) -> TimedAnswer:
        return TimedAnswer(**self.ask(ids=ids, new=new, quote_from=0 if quote else None))

    def many(self, prompts: list[list[int]], new: int) -> float:
        return float(self.ask(many=prompts, new=new))

    def forget(self) -> None:
        """Nothing that was read is remembered."""
        self.ask(forget=True)


def engine(model: str) -> Callable[[Row], Any]:
    """What answers the requests of `Ours`."""
    ours = Engine(replace(load(model, cache_folder(), "cpu"), eos_ids=frozenset()))

    def reply(request: Row) -> Any:
        if "forget" in request:
            ours.prefix_cache.clear()
            return True
        if "many" in request:
            requests = [Request(ids, request["new"]) for ids in request["many"]]
            return seconds(lambda: list(ours.answer_all(requests)))
        return asdict(write(ours, **request))

    return reply


class LlamaCpp:
    """llama.cpp's server in a process of its own."""

    def __init__(self, python: str, file: Path, context: int, slots: int) -> None:
        command = [python, "-c", SERVER, str(file), str(context), str(slots), str(THREADS)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True)
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith("http"):
            if not line:
                raise SystemExit("llama.cpp did not start")
        self._url = line.strip()

    def answer(self, ids: list[int], new: int, quote: bool = False) -> TimedAnswer:
        reply = self._completion(ids, new)
        timings = reply["timings"]
        read, wrote = timings["prompt_ms"] / 1000, timings["predicted_ms"] / 1000
        return TimedAnswer(reply["tokens"], read, read + wrote)

    def many(self, prompts: list[list[int]], new: int) -> float:
        with ThreadPoolExecutor(len(prompts)) as pool:
            return seconds(lambda: list(pool.map(lambda ids: self._completion(ids, new), prompts)))

    def _completion(self, ids: list[int], new: int) -> Any:
        flags = dict.fromkeys(("ignore_eos", "cache_prompt", "return_tokens"), True)
        body = {"prompt": ids, "n_predict": new, "temperature": 0, **flags}
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/completion", json.dumps(body).encode(), head)
        with urllib.request.urlopen(request, timeout=3600) as reply:
            return json.load(reply)


Side = Ours | LlamaCpp


class Comparison:
    """Both sides at work on one text, and the table, whose rows each method adds."""

    def __init__(self, bench: Bench, model: str, python: str, longest: int) -> None:
        file = locate(model, cache_folder())
        self.bench, self._first = bench, bench.part(0, longest + 4000)[:8]
        title = f"The engine beside llama.cpp, {file.name}"
        # The first start of a day reads the file from the disk: the second counts.
        for attempt in range(2):
            self.ours, ours = self._started(lambda: Ours(model))
            self.rival, rival = self._started(lambda: LlamaCpp(python, file, longest + 8192, 16))
            if not attempt:
                self.close()
        self.table = Table("", "ours", "llama.cpp", "ratio", title=title)
        self.add("from nothing until eight tokens are read", ours, rival, "s")

    def _started(self, start: Callable[[], Any]) -> tuple[Any, float]:
        def begin() -> Any:
            side = start()
            side.answer(self._first, 1)
            return side

        return timed(begin)

    def close(self) -> None:
        for side in (self.ours, self.rival):
            side.process.kill()

    def add(self, what: str, ours: float, rival: float, unit: str) -> None:
        """A row. A ratio over 1 is in our favour: of seconds and GB less is better, else more."""
        ratio = rival / ours if unit in ("s", "GB") else ours / rival
        self.table.add(what, f"{ours:.2f} {unit}", f"{rival:.2f} {unit}", f"{ratio:.2f}")

    def writing(self) -> None:
        """Greedy, the best of three; then answers that quote what was read before."""
        sides: tuple[Side, Side] = (self.ours, self.rival)
        prompt = self.bench.part(3000, 600)
        answers = [[side.answer(prompt, 48) for side in sides] for _ in range(3)]
        rates = [
            max((len(a.tokens) - 1) / a.rest for a in side) for side in zip(*answers, strict=True)
        ]
        self.add("writing, greedy, 600 tokens before", rates[0], rates[1], "/s")
        took = [0.0, 0.0]
        for ids in copy_prompts(self.bench, 4, 100):
            for number, side in enumerate(sides):
                side.answer(ids, 1)
                took[number] += side.answer(ids, 100, quote=True).rest
        self.add("writing answers that quote", 400 / took[0], 400 / took[1], "tokens/s")

    def turns(self) -> None:
        """Eight growing turns of an agent, prompts alike: each side with what it remembers."""
        ids, part = self.bench.part(9000, 300), self.bench.part
        replies = []
        for turn in range(8):
            ids = ids + part(9300 + turn * 200, 200)
            replies.append((self.ours.answer(ids, 24), self.rival.answer(ids, 24)))
            ids = ids + replies[-1][0].tokens
        ids, anew = part(9000, 300), []
        for turn in range(8):
            ids = ids + part(9300 + turn * 200, 200 + 24)
            self.ours.forget()
            anew.append(self.ours.answer(ids, 24))
        ours, rival = zip(*replies, strict=True)
        names = ("eight turns of an agent", "the same beside ours reading anew")
        for name, other in zip(names, (rival, anew), strict=True):
            until = [sum(answer.first for answer in side) for side in (ours, other)]
            whole = [sum(answer.total for answer in side) for side in (ours, other)]
            self.add(f"{name}, until first tokens", until[0], until[1], "s")
            self.add(f"{name}, in all", whole[0], whole[1], "s")

    def questions(self) -> None:
        """Sixteen questions on one text: together, and ours one by one."""
        text = self.bench.part(20_000, 400)
        prompts = [text + self.bench.part(25_000 + number * 40, 24) for number in range(16)]
        self.ours.forget()
        one_by_one = sum(self.ours.answer(ids, 32).total for ids in prompts)
        self.ours.forget()
        together = self.ours.many(prompts, 32)
        rival = self.rival.many(prompts, 32)
        self.add("16 questions on one text of 400 tokens", together, rival, "s")
        self.add("the same beside ours one by one", together, one_by_one, "s")

    def reading(self, number: int, length: int) -> None:
        """A text that neither has read."""
        ids = self.bench.part(number * 500 + 7, length)
        ours, rival = self.ours.answer(ids, 2), self.rival.answer(ids, 2)
        tell(f"same first tokens: {ours.tokens == rival.tokens[: len(ours.tokens)]}")
        rates = length / ours.first, length / rival.first
        self.add(f"reading {length:,} tokens", *rates, "tokens/s")

    def memory(self) -> None:
        """The most main memory of each process, the mapped file's pages included."""
        peaks = []
        for side in (self.ours, self.rival):
            status = Path(f"/proc/{side.process.pid}/status").read_text()
            line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            peaks.append(int(line.split()[1]) * 1024 / 1e9)
        self.add("most memory of the process", peaks[0], peaks[1], "GB")


def main() -> None:
    lengths = [1_000, 4_000, 16_000]
    options = arguments(__doc__, python=str, model="embedded", lengths=lengths, serve=False)
    if options.serve:
        serve(lambda: engine(options.model))
        return
    if not options.python:
        leave_out("--python must name the Python that has xllamacpp")
    bench = Bench(options.model)
    compared = Comparison(bench, options.model, options.python, max(options.lengths))
    try:
        compared.writing()
        compared.turns()
        compared.questions()
        for number, length in enumerate(options.lengths):
            compared.reading(number, length)
        compared.memory()
    finally:
        compared.close()
    compared.table.note(f"{THREADS} threads each. A ratio over 1 is in our favour.")
    print(measured_on())


if __name__ == "__main__":
    main()
