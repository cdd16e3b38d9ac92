"""What a question costs: model calls and tokens of each strategy, and of Qwen-Agent's.

The files' texts are joined, and repeated with changed names and figures, to documents of so many
tokens with facts hidden in them. A counting model plays a capable one, which knows the answers.
Each group of rows begins with nothing cached; its questions are asked one after the other.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.answers.counting import Cost, CountingModel, Meter, Player, served
from benchmarks.harness import Table, Worker, arguments, leave_out
from docagent import DocAgent
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.load import locate
from docagent.engine.tokens import ChatTokens
from docagent.errors import DocAgentError
from docagent.evaluation.haystack import boundary, cut, insert, repeat
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
    *((n / 7, f"A danger to the harbour of Ennisvale is {d}.") for n, d in enumerate(_DANGERS)),
]
"""Depth and sentence of what is hidden."""

ONE, OTHER, ALL, ABSENT = "one place", "another place", "all of it", "not in it"
QUESTIONS: dict[str, tuple[str, list[str]]] = {
    ONE: ("When does the vault of the Larkspur Bank in Ennisvale open?", ["4:52 in the morning"]),
    OTHER: ("When will the comet Delacroix-Mbeki pass closest to Earth?", ["9 March 2178"]),
    ALL: (
        "List all dangers to the harbour of Ennisvale.",
        [f"harbour of Ennisvale is {danger}" for danger in _DANGERS],
    ),
    ABSENT: ("Why did chess master Ilse Ravnkilde lose the final of Tarn City?", []),
}
"""What is asked for: the question and the words of its answers."""

Group = tuple[str, list[str]]
"""A way of answering, and what it is asked in turn."""

OURS: list[Group] = [
    ("retrieve", [ONE, OTHER]),
    ("direct", [ONE, OTHER]),
    ("read", [ONE, OTHER, ONE]),
    ("read", [ALL, ALL]),
    ("read", [ABSENT]),
    ("agent", [ONE, OTHER]),
    ("agent", [ABSENT]),
    ("auto", [ONE, OTHER]),
    ("auto", [ALL]),
    ("auto", [ABSENT]),
]
RIVAL: list[Group] = [
    ("ParallelDocQA", [ONE, OTHER]),
    ("ParallelDocQA", [ALL]),
    ("ParallelDocQA", [ABSENT]),
    ("Assistant", [ONE, OTHER]),
]
COLUMNS = ("way", "asked for", "calls", "prompt tokens", "computed", "written", "right")

Row = tuple[str, str, Cost, str]
"""Way, what was asked for, cost, and how many of the answers were right."""


def document(texts: Sequence[str], tokens: int, count: Callable[[str], int]) -> str:
    """So many tokens of the texts with the facts that are asked for."""
    text = cut(repeat("\n\n".join(texts)), tokens, count)
    return insert(text, [(boundary(text, depth), fact) for depth, fact in _FACTS])[0]


def player() -> Player:
    """Who knows the answers."""
    return Player(dict(QUESTIONS.values()))


def measured(
    meter: Meter, plan: Sequence[Group], ask: Callable[[str, str], str], begin: Callable[[], object]
) -> Iterator[Row]:
    """A row for each question, answered by `ask`; `begin` is called before each group of them."""
    for way, group in plan:
        meter.forget()
        begin()
        for place, name in enumerate(group):
            question, answers = QUESTIONS[name]
            before = meter.total
            try:
                reply = ask(way, question)
            except DocAgentError:
                yield way, name, Cost(), "does not fit"
                break
            right = sum(words in reply for words in answers)
            correct = f"{right}/{len(answers)}" if answers else ("no", "yes")["not say" in reply]
            title = f"then {name}" + " again" * (name in group[:place]) if place else name
            yield way, title, meter.total.since(before), correct


def ours(file: Path, meter: Meter, cache: Path) -> Iterator[Row]:
    """docagent's strategies; a model of a new name has nothing kept from before."""
    models: list[CountingModel] = []

    def begin() -> None:
        models[:] = [CountingModel(player=player(), meter=meter, run=secrets.token_hex(8))]

    def ask(strategy: str, question: str) -> str:
        agent = DocAgent(models[0], strategy=strategy, cache=cache)
        agent.prepare(file)
        text = agent.ask(file, question).text
        agent.close()
        return text

    yield from measured(meter, OURS, ask, begin)


def rival(file: Path, meter: Meter, python: str, scratch: Path) -> Iterator[Row]:
    """Qwen-Agent's agents, in a process of their own, with the same model behind a server."""
    with served(player(), meter) as server:
        module = "benchmarks.rivals.parallel_doc_qa"
        with Worker(python, module, server, str(file), str(scratch)) as worker:

            def ask(agent: str, question: str) -> str:
                return str(worker.ask(agent=agent, question=question)["answer"])

            yield from measured(meter, RIVAL, ask, lambda: None)


def main() -> None:
    sizes = [10_000, 100_000, 1_000_000]
    options = arguments(__doc__, "files+", quick={"sizes": sizes[:1]}, sizes=sizes, rival="none")
    if not options.rival:
        leave_out("it needs BENCH_RIVALS, the Python that has Qwen-Agent")
    tokens = ChatTokens(read_tokenizer(GgufModel(locate("embedded:0.5b", cache_folder()))))
    meter = Meter(tokens.plain)
    texts = [file.read_text("utf-8") for file in options.files]
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "document.txt"
            file.write_text(document(texts, size, tokens.count), "utf-8")
            print()
            title = f"{tokens.count(file.read_text('utf-8')):,} tokens"
            table = Table(*COLUMNS, title=title)
            rows = [ours(file, meter, Path(folder) / "cache")]
            if options.rival != "none":
                rows.append(rival(file, meter, options.rival, Path(folder) / "qwen-agent"))
            for way, asked, cost, right in (row for some in rows for row in some):
                table.add(way, asked, *(f"{figure:,}" for figure in cost), right)


if __name__ == "__main__":
    main()
