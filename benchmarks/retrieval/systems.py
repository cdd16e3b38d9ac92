r"""Gold page within a budget of evidence, indexing time and memory: docagent against three others.

    python -m benchmarks.retrieval.systems ../shared/data/finance_dev/finance.jsonl page_level.jsonl \
        --systems ours langchain llamaindex qwen-agent \
        --python llamaindex=../rivals/bin/python qwen-agent=../rivals/bin/python \
        --json ranks.json --misses

Rows: {"id", "question", "evidence_pages" (physical, from 1), "doc" (absolute, or relative to the
file)}; rows without evidence pages are left out. One token is counted as four characters and a
passage counts if it fits the budget whole, the same for all. Every system runs in a process of its
own, one after another, all with the same MiniLM weights (Qwen-Agent searches words alone).
Indexing starts with libraries and weights in memory and ends when the PDF can be searched; each PDF
is indexed once for all sets. Memory is the highest of the process and those it started. Which
versions: constraints.txt and benchmarks/rivals/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.retrieval.memory import PeakMemory
from benchmarks.rivals.system import MODULES

TOKEN = 4  # characters
BUDGETS = (1000, 2000, 4000, 8000)  # tokens


@dataclass(frozen=True)
class Asked:
    """A question, and what a system needed to find its page."""

    set: str
    id: str
    question: str
    rank: int | None  # of the first passage on a gold page, from 1
    tokens: float | None  # of the passages up to and with that one
    seconds: float

    def within(self, budget: int) -> bool:
        """Whether the gold page is found in so many tokens."""
        return self.tokens is not None and self.tokens <= budget


@dataclass(frozen=True)
class Run:
    """A system's results over all sets."""

    system: str
    indexing: dict[str, float]  # seconds a PDF
    asked: list[Asked]
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


def read_rows(file: Path, document: Path | None = None) -> list[dict[str, Any]]:
    """The rows that name gold pages, with "set" and an absolute "doc": `document` if given."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [
        {
            **row,
            "set": file.stem,
            "doc": str((document or file.parent / row["doc"]).resolve()),
        }
        for row in rows
        if row.get("evidence_pages")
    ]


def run(system: str, python: str, model: Path, rows: list[dict[str, Any]]) -> Run:
    """Index every PDF and ask every question in a process of its own."""
    by_doc: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_doc.setdefault(row["doc"], []).append(row)
    questions = {doc: [row["question"] for row in asked] for doc, asked in by_doc.items()}
    command = [python, "-m", "benchmarks.rivals.worker"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it,
        PeakMemory(it.pid) as memory,
    ):
        job = {"system": system, "model": str(model), "questions": questions}
        lines, _ = it.communicate(json.dumps(job))
    if it.returncode:
        raise SystemExit(f"{system} failed; is it installed in {python}?")
    indexing: dict[str, float] = {}
    asked = []
    for line in lines.splitlines()[1:]:
        result = json.loads(line)
        indexing[result["pdf"]] = result["seconds"]
        for row, found in zip(by_doc[result["pdf"]], result["found"], strict=True):
            place = first_gold(found["hits"], set(row["evidence_pages"]))
            rank, tokens = place or (None, None)
            name = str(row.get("id", row["question"]))
            asked.append(Asked(row["set"], name, row["question"], rank, tokens, found["seconds"]))
    return Run(system, indexing, asked, memory.peak)


def table(name: str, documents: set[str], runs: list[Run]) -> str:
    """One set's results as a Markdown table; ratios are to the first system."""
    heads = ["system", "n", "first page", *(f"within {budget // 1000}K" for budget in BUDGETS)]
    heads += ["index s", "ratio", "peak MB", "ms a question"]
    lines = [f"{name}: {len(documents)} documents", ""]
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for one in runs:
        asked = [question for question in one.asked if question.set == name]
        indexing = sum(one.indexing[doc] for doc in documents)
        first = sum(runs[0].indexing[doc] for doc in documents)
        shares = [
            sum(q.rank == 1 for q in asked),
            *(sum(q.within(b) for q in asked) for b in BUDGETS),
        ]
        cells = [one.system, str(len(asked)), *(f"{share / len(asked):.3f}" for share in shares)]
        cells += [f"{indexing:.1f}", f"{indexing / first:.1f}", f"{one.peak / 1e6:,.0f}"]
        cells.append(f"{1000 * sum(q.seconds for q in asked) / len(asked):.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+", help="question files, a table each")
    parser.add_argument("--document", type=Path, help="if the rows name none")
    parser.add_argument("--systems", nargs="+", default=["ours"], choices=list(MODULES))
    parser.add_argument("--python", nargs="+", default=[], metavar="SYSTEM=PATH")
    parser.add_argument("--json", type=Path, help="write every question's rank here")
    parser.add_argument("--misses", action="store_true", help="questions missed within 4K tokens")
    options = parser.parse_args()
    from retrieval.embed.encoder import Encoder

    rows = [row for file in options.sets for row in read_rows(file, options.document)]
    pythons = dict(pair.split("=", 1) for pair in options.python)
    model = Encoder().folder
    runs = []
    for system in options.systems:
        print(f"{system} ...", file=sys.stderr, flush=True)
        runs.append(run(system, pythons.get(system, sys.executable), model, rows))
        if options.json:  # after each, since a run takes minutes
            told = json.dumps([asdict(one) for one in runs], ensure_ascii=False, indent=1)
            options.json.write_text(told, "utf-8")
    for name in dict.fromkeys(row["set"] for row in rows):
        documents = {row["doc"] for row in rows if row["set"] == name}
        print(table(name, documents, runs), end="\n\n", flush=True)
    if options.misses:
        for one in runs:
            for question in one.asked:
                if not question.within(4000):
                    print(
                        f"{one.system} {question.set} {question.id} rank {question.rank}: "
                        f"{question.question}"
                    )


if __name__ == "__main__":
    main()
