"""Prompt lookup: answers that quote, with guesses from the prompt and without."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from benchmarks.engine.timing import seconds
from docagent.engine.engine import Engine
from docagent.engine.loading.load import LoadedModel

ASK = "Copy this passage word for word, and write nothing else:\n\n{passage}"


@dataclass
class Way:
    """Answers of one way over all prompts."""

    name: str
    quote_from: int | None
    answers: list[list[int]]
    forwards: int = 0
    seconds: float = 0.0

    def run(self, engine: Engine, ids: list[int], new: int) -> None:
        """One more prompt. Its reading counts for neither: the engine has read it already."""
        writing = engine.write(ids, max_new_tokens=new, quote_from=self.quote_from)
        answer: list[int] = []
        self.seconds += seconds(lambda: answer.extend(writing))
        self.answers.append(answer)
        self.forwards += writing.generation.forwards


def quote(bench: Bench) -> Table:
    """Passages to be copied, in the model's precision and in float32."""
    count, length, new = (2, 24, 16) if bench.quick else (8, 120, 160)
    table = Table(
        "Quoting",
        (
            "precision",
            "way",
            "tokens",
            "forward passes",
            "ratio",
            "seconds",
            "ratio",
            "same tokens",
        ),
        f"{count} prompts that ask to copy a passage of {length} tokens, answers of up to {new}; "
        "reading the prompt does not count. Ratios: without lookup over with it.",
    )
    for loaded in (bench.loaded, bench.exact):
        measure(bench, loaded, prompts(bench, count, length), new, table)
    return table


def prompts(bench: Bench, count: int, length: int) -> list[list[int]]:
    """Conversations that ask to copy parts of the text."""
    apart = (len(bench.ids) - length) // count
    found: list[list[int]] = []
    for number in range(count):
        passage = bench.loaded.tokenizer.decode(bench.part(number * apart, length))
        message = {"role": "user", "content": ASK.format(passage=passage)}
        found.append(bench.tokens.encode([message]))
    return found


def measure(
    bench: Bench, loaded: LoadedModel, asked: list[list[int]], new: int, table: Table
) -> None:
    """Two rows of the table."""
    engine = bench.engine(loaded)
    without, with_it = Way("without lookup", None, []), Way("with lookup", 0, [])
    for ids in asked:
        list(engine.write(ids, max_new_tokens=1))
        for way in (without, with_it):
            way.run(engine, ids, new)
    same = sum(a == b for a, b in zip(without.answers, with_it.answers, strict=True))
    for way in (without, with_it):
        table.add(
            str(loaded.network.dtype).removeprefix("torch."),
            way.name,
            f"{sum(map(len, way.answers)):,}",
            f"{way.forwards:,}",
            f"{without.forwards / max(way.forwards, 1):.2f}",
            f"{way.seconds:.2f}",
            f"{without.seconds / way.seconds:.2f}",
            f"{same}/{len(asked)} answers",
        )
