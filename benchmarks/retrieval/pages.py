"""Gold page within a budget of evidence, indexing time and memory: docagent against three others.

Rows: {"id", "question", "evidence_pages" (physical, from 1), "doc" (absolute, or relative to the
file)}; rows without evidence pages are left out. A passage counts if it fits the budget. Every
system runs in a process of its own, one after another; each PDF is indexed once for all sets.
Systems that are not installed are left out; --rivals is the Python of LlamaIndex and Qwen-Agent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Row, Table, Worker, arguments, installed, tell
from benchmarks.retrieval.memory import PeakMemory
from docagent.jsonl import read_rows

TOKEN = 4  # characters
BUDGETS = (1000, 2000, 4000, 8000)  # tokens
LANGCHAIN = ("langchain_community", "langchain_text_splitters", "langchain_huggingface")


@dataclass(frozen=True)
class Result:
    """What a system needed to find the page of a question."""

    set: str
    rank: int | None  # of the first passage on a gold page, from 1
    tokens: float  # of the passages up to and with that one
    seconds: float


@dataclass(frozen=True)
class Run:
    """A system's results over all sets."""

    system: str
    indexing: dict[str, float]  # seconds a PDF
    results: list[Result]
    peak: int  # bytes


def first_gold(hits: Iterable[tuple[int, int]], gold: set[int]) -> tuple[int, float] | None:
    """Rank (from 1) of the first passage on a gold page, and the tokens read by its end.

    `hits` are pages and characters, best first. None if no passage is on a gold page.
    """
    read = 0
    for rank, (page, characters) in enumerate(hits, 1):
        read += characters
        if page in gold:
            return rank, read / TOKEN
    return None


def read_pages(file: Path) -> list[Row]:
    """The rows that name gold pages, with "set" and an absolute "doc"."""
    return [
        {**row, "set": file.stem, "doc": str((file.parent / row["doc"]).resolve())}
        for row in read_rows(file)
        if row.get("evidence_pages")
    ]


def run(system: str, python: str, model: Path, rows: list[Row]) -> Run:
    """Index every PDF and ask every question in a process of its own."""
    by_doc: dict[str, list[Row]] = {}
    for row in rows:
        by_doc.setdefault(row["doc"], []).append(row)
    indexing, results = dict[str, float](), list[Result]()
    worker = Worker(python, "benchmarks.rivals", system, str(model))
    with worker, PeakMemory(worker.process.pid) as memory:
        for pdf, asked in by_doc.items():
            reply = worker.ask(pdf=pdf, questions=[row["question"] for row in asked])
            indexing[pdf] = reply["seconds"]
            for row, answer in zip(asked, reply["results"], strict=True):
                place = first_gold(answer["hits"], set(row["evidence_pages"]))
                rank, tokens = place or (None, float("inf"))
                results.append(Result(row["set"], rank, tokens, answer["seconds"]))
    return Run(system, indexing, results, memory.peak)


def print_table(name: str, documents: set[str], runs: list[Run]) -> None:
    """One set's results; ratios are to the first system."""
    print(f"\n{name}: {len(documents)} documents\n")
    within = (f"within {budget // 1000}K" for budget in BUDGETS)
    heads = ("index s", "ratio", "peak MB", "ms a question")
    table = Table("system", "n", "first page", *within, *heads)
    first = sum(runs[0].indexing[doc] for doc in documents)
    for one in runs:
        results = [result for result in one.results if result.set == name]
        n, indexing = len(results), sum(one.indexing[doc] for doc in documents)
        hits = [sum(result.rank == 1 for result in results)]
        hits += [sum(result.tokens <= budget for result in results) for budget in BUDGETS]
        each = 1000 * sum(result.seconds for result in results) / n
        costs = f"{indexing:.1f}", f"{indexing / first:.1f}", f"{one.peak / 1e6:,.0f}"
        table.add(one.system, n, *(f"{hit / n:.3f}" for hit in hits), *costs, f"{each:.0f}")


def main() -> None:
    options = arguments(__doc__, "sets+", systems=["ours"], rivals="")
    from retrieval.embed.encoder import Encoder

    pythons = {"ours": sys.executable, "langchain": sys.executable if installed(*LANGCHAIN) else ""}
    rows = [row for file in options.sets for row in read_pages(file)]
    runs = []
    for system in options.systems:
        python = pythons.get(system, options.rivals)
        if not python:
            tell(f"{system} is not compared, as it is not installed; see README, Benchmarks")
            continue
        tell(f"{system} ...")
        runs.append(run(system, python, Encoder().folder, rows))
    for name in dict.fromkeys(row["set"] for row in rows):
        print_table(name, {row["doc"] for row in rows if row["set"] == name}, runs)


if __name__ == "__main__":
    main()
