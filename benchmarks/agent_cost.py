r"""What a question costs: model calls and tokens of each strategy, and of Qwen-Agent's.

    python -m benchmarks.agent_cost ../shared/data/squad/articles ../shared/data/multihop \
        --rival ../rivals/bin/python

The files' texts are joined, and repeated with changed names and figures, to documents of 10K, 100K
and 1M tokens with facts hidden in them. A counting model plays a capable one (it knows which words
answer) for docagent as a LangChain chat model and for Qwen-Agent behind an OpenAI-compatible server
on this machine. Tokens are the embedded model's. "computed" is what a server has to compute whose
prefix cache forgets nothing. Each group of rows begins with nothing cached; its questions are asked
one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cost_meter import Cost, Meter
from benchmarks.cost_model import CountingModel, served
from benchmarks.cost_player import Player
from benchmarks.needle_facts import NEEDLES
from benchmarks.needles import boundary, haystack, inserted, spread
from docagent import DocAgent
from docagent.engine.loading.embedded import embedded_folder
from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.engine.tokens import ChatTokens
from docagent.errors import DocAgentError
from docagent.settings import cache_folder

_DANGERS = [
    "drift ice",
    "shipworm",
    "fog",
    "silt",
    "looters",
    "spring tides",
    "rotten piles",
    "fire",
]
_PLACE, _OTHER, _ABSENT = NEEDLES[0], NEEDLES[6], NEEDLES[9]
QUESTIONS = {
    "one place": (_PLACE.worded, [_PLACE.value]),
    "another place": (_OTHER.worded, [_OTHER.value]),
    "all of it": ("List all dangers to the harbour of Ennisvale.", _DANGERS),
    "not in it": (_ABSENT.worded, []),
}
"""What is asked for: the question and the words of its answers."""

OURS = [
    ("retrieve", ["one place", "another place"]),
    ("direct", ["one place", "another place"]),
    ("read", ["one place", "another place", "one place"]),
    ("read", ["all of it", "all of it"]),
    ("read", ["not in it"]),
    ("auto", ["one place", "another place"]),
    ("auto", ["all of it"]),
    ("auto", ["not in it"]),
]
RIVAL = [
    ("ParallelDocQA", ["one place", "another place"]),
    ("ParallelDocQA", ["all of it"]),
    ("ParallelDocQA", ["not in it"]),
    ("Assistant", ["one place", "another place"]),
]
HEAD = """\
| way | asked for | calls | prompt tokens | computed | written | right |
| --- | --- | --- | --- | --- | --- | --- |"""

Ask = Callable[[str, str], str]
"""Answers (way, question)."""


@dataclass(frozen=True, slots=True)
class Row:
    way: str
    asked: str
    cost: Cost
    right: str

    def __str__(self) -> str:
        cost = self.cost
        figures = (f"{n:,}" for n in (cost.calls, cost.prompt, cost.computed, cost.completion))
        return f"| {self.way} | {self.asked} | {' | '.join(figures)} | {self.right} |"


def document(paths: list[Path], tokens: int, count: Callable[[str], int]) -> str:
    """So many tokens of the files' text with the facts that are asked for."""
    text = haystack(paths, tokens, count)
    dangers = [f"A danger to the harbour of Ennisvale is {danger}." for danger in _DANGERS]
    placed = [(boundary(text, d), s) for d, s in zip(spread(8), dangers, strict=True)]
    placed += [(boundary(text, 0.4), _PLACE.sentence), (boundary(text, 0.8), _OTHER.sentence)]
    return inserted(text, placed)[0]


def player() -> Player:
    """Who knows the answers."""
    return Player(dict(QUESTIONS.values()))


def measured(
    meter: Meter, plan: Sequence[tuple[str, list[str]]], ask: Ask, begin: Callable[[], object]
) -> Iterator[Row]:
    """A row for each question; `begin` is called before each group of them."""
    plays = player()
    for way, group in plan:
        meter.forget()
        begin()
        for place, asked in enumerate(group):
            question, answers = QUESTIONS[asked]
            before = meter.total
            try:
                said = ask(way, question)
            except DocAgentError:
                yield Row(way, asked, Cost(), "does not fit")
                break
            right = plays.right(question, said)
            correct = f"{right}/{len(answers)}" if answers else ("no", "yes")["not say" in said]
            told = f"then {asked}" + " again" * (asked in group[:place]) if place else asked
            yield Row(way, told, meter.total - before, correct)


def ours(
    file: Path, meter: Meter, encode: Callable[[str], list[int]], cache: Path
) -> Iterator[Row]:
    """docagent's strategies; a model of a new name has nothing kept from before."""
    models: list[CountingModel] = []

    def begin() -> None:
        model = CountingModel(player=player(), meter=meter, encode=encode, run=secrets.token_hex(8))
        models[:] = [model]

    def ask(strategy: str, question: str) -> str:
        agent = DocAgent(models[0], strategy=strategy, cache=cache)
        for _ in agent.open([file], wait=True):
            pass
        text = agent.ask(file, question).text
        agent.close()
        return text

    yield from measured(meter, OURS, ask, begin)


def rival(file: Path, meter: Meter, python: str, scratch: Path) -> Iterator[Row]:
    """Qwen-Agent's agents, in a process of their own, with the same model behind a server."""
    with served(player(), meter) as server, _worker(python) as say:
        say({"server": server, "file": str(file), "scratch": str(scratch)}, False)

        def ask(agent: str, question: str) -> str:
            return str(json.loads(say({"agent": agent, "question": question}, True))["answer"])

        yield from measured(meter, RIVAL, ask, lambda: None)


@contextmanager
def _worker(python: str) -> Iterator[Callable[[dict[str, str], bool], str]]:
    with subprocess.Popen(
        [python, "-m", "benchmarks.rivals.parallel_doc_qa"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout

        def say(told: dict[str, str], answered: bool) -> str:
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
            return process.stdout.readline() if answered else ""

        try:
            yield say
        finally:
            process.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="texts, PDFs and folders of them")
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rival", help="the Python that has Qwen-Agent; see benchmarks/rivals")
    parser.add_argument("--only-rival", action="store_true")
    options = parser.parse_args()
    tokens = ChatTokens(ModelTokenizer(embedded_folder(cache_folder())))
    meter = Meter(tokens.plain)
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "document.txt"
            file.write_text(document(options.files, size, tokens.count), "utf-8")
            print(f"\n### {tokens.count(file.read_text('utf-8')):,} tokens\n\n{HEAD}", flush=True)
            if not options.only_rival:
                for row in ours(file, meter, tokens.plain, Path(folder) / "cache"):
                    print(row, flush=True)
            if options.rival:
                for row in rival(file, meter, options.rival, Path(folder) / "qwen-agent"):
                    print(row, flush=True)


if __name__ == "__main__":
    main()
