r"""What a question costs: model calls and tokens of each strategy, and of Qwen-Agent's.

    python -m benchmarks.answers.agent_cost ../shared/data/squad/articles/*.txt \
        ../shared/data/multihop/hotpot_train.txt --rival ../rivals/bin/python

The files' texts are joined, and repeated with changed names and figures, to documents of 10K, 100K
and 1M tokens with facts hidden in them. A counting model plays a capable one (it knows which words
answer) for docagent as a LangChain chat model and for Qwen-Agent behind an OpenAI-compatible server
on this machine. Tokens are Qwen's. "computed" is what a server has to compute whose
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
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers.cost_meter import Cost, Meter
from benchmarks.answers.cost_model import CountingModel, served
from benchmarks.answers.cost_player import Player
from docagent import DocAgent
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.load import locate
from docagent.engine.tokens import ChatTokens
from docagent.errors import DocAgentError
from docagent.evaluation.haystack import boundary, cut, insert, repeat
from docagent.strategy import names
from retrieval.folders import cache_folder

_DANGERS = [
    "drift ice",
    "shipworm",
    "fog",
    "silt",
    "looters",
    "spring tides",
    "rotten piles",
    "sparks",
]
_FACTS = [
    (0.4, "The vault of the Larkspur Bank in Ennisvale opens at 4:52 in the morning."),
    (0.8, "The comet Delacroix-Mbeki will pass closest to Earth on 9 March 2178."),
    *(
        (number / 7, f"A danger to the harbour of Ennisvale is {danger}.")
        for number, danger in enumerate(_DANGERS)
    ),
]
"""Depth and sentence of what is hidden."""

QUESTIONS: dict[str, tuple[str, list[str]]] = {
    "one place": (
        "When does the vault of the Larkspur Bank in Ennisvale open?",
        ["4:52 in the morning"],
    ),
    "another place": (
        "When will the comet Delacroix-Mbeki pass closest to Earth?",
        ["9 March 2178"],
    ),
    "all of it": (
        "List all dangers to the harbour of Ennisvale.",
        [f"harbour of Ennisvale is {danger}" for danger in _DANGERS],
    ),
    "not in it": ("Why did chess master Ilse Ravnkilde lose the final of Tarn City?", []),
}
"""What is asked for: the question and the words of its answers."""

Group = tuple[str, list[str]]
"""A way of answering, and what it is asked in turn."""

OURS: list[Group] = [
    ("retrieve", ["one place", "another place"]),
    ("direct", ["one place", "another place"]),
    ("read", ["one place", "another place", "one place"]),
    ("read", ["all of it", "all of it"]),
    ("read", ["not in it"]),
    ("agent", ["one place", "another place"]),
    ("agent", ["not in it"]),
    ("auto", ["one place", "another place"]),
    ("auto", ["all of it"]),
    ("auto", ["not in it"]),
]
RIVAL: list[Group] = [
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


def document(texts: Sequence[str], tokens: int, count: Callable[[str], int]) -> str:
    """So many tokens of the texts with the facts that are asked for."""
    text = cut(repeat("\n\n".join(texts)), tokens, count)
    return insert(text, [(boundary(text, depth), fact) for depth, fact in _FACTS])[0]


def player() -> Player:
    """Who knows the answers."""
    return Player(dict(QUESTIONS.values()))


def measured(
    meter: Meter, plan: Sequence[Group], ask: Ask, begin: Callable[[], object]
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
    file: Path,
    meter: Meter,
    encode: Callable[[str], list[int]],
    cache: Path,
    ways: Collection[str] = names(),
) -> Iterator[Row]:
    """docagent's strategies; a model of a new name has nothing kept from before."""
    models: list[CountingModel] = []

    def begin() -> None:
        model = CountingModel(player=player(), meter=meter, encode=encode, run=secrets.token_hex(8))
        models[:] = [model]

    def ask(strategy: str, question: str) -> str:
        agent = DocAgent(models[0], strategy=strategy, cache=cache)
        with agent:
            agent.prepare(file)
            return agent.ask(file, question).text

    yield from measured(meter, [group for group in OURS if group[0] in ways], ask, begin)


def rival(
    file: Path, meter: Meter, python: str, scratch: Path, ways: Collection[str]
) -> Iterator[Row]:
    """Qwen-Agent's agents, in a process of their own, with the same model behind a server."""
    with served(player(), meter) as server, _worker(python) as say:
        say({"server": server, "file": str(file), "scratch": str(scratch)}, False)

        def ask(agent: str, question: str) -> str:
            return str(json.loads(say({"agent": agent, "question": question}, True))["answer"])

        plan = [group for group in RIVAL if group[0] in ways]
        yield from measured(meter, plan, ask, lambda: None)


@contextmanager
def _worker(python: str) -> Iterator[Callable[[dict[str, str], bool], str]]:
    with subprocess.Popen(
        [python, "-m", "benchmarks.rivals.parallel_doc_qa"],
        cwd=Path(__file__).parents[2],
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
    parser.add_argument("files", nargs="+", type=Path, help="plain texts")
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rival", help="the Python that has Qwen-Agent; see benchmarks/rivals")
    ways = list(dict.fromkeys(way for way, _ in [*OURS, *RIVAL]))
    parser.add_argument("--ways", nargs="+", choices=ways, default=ways)
    options = parser.parse_args()
    tokens = ChatTokens(read_tokenizer(GgufModel(locate("embedded:0.5b", cache_folder()))))
    meter = Meter(tokens.plain)
    texts = [file.read_text("utf-8") for file in options.files]
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "document.txt"
            file.write_text(document(texts, size, tokens.count), "utf-8")
            print(f"\n### {tokens.count(file.read_text('utf-8')):,} tokens\n\n{HEAD}", flush=True)
            rows = ours(file, meter, tokens.plain, Path(folder) / "cache", options.ways)
            for row in rows:
                print(row, flush=True)
            if options.rival:
                scratch = Path(folder) / "qwen-agent"
                for row in rival(file, meter, options.rival, scratch, options.ways):
                    print(row, flush=True)


if __name__ == "__main__":
    main()
