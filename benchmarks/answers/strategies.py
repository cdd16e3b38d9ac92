"""Does looking on help? Strategies side by side on the same questions.

Rows hold `question`, `answers` (accepted wordings), `answerable` and, unless --document is given,
`doc`, a path beside the file. With --out a run that was broken off goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from benchmarks.harness import ResultLog, Row, Table, arguments, sample, tell
from docagent import Answer, DocAgent, Step
from docagent.evaluation.metrics import contained, without_markers
from docagent.jsonl import read_rows
from docagent.tools import NAMES


def main() -> None:
    others: Row = {"n": 100, "strategies": ["retrieve", "agent"], "document": Path, "out": Path}
    options = arguments(__doc__, "questions", quick={"n": 4}, model="embedded", **others)
    rows = sample(read_rows(options.questions), options.n)
    log = ResultLog(options.out)
    results: dict[str, list[Row]] = {name: [] for name in options.strategies}
    agents = {name: DocAgent(options.model, strategy=name) for name in options.strategies}
    for number, row in enumerate(rows, 1):
        document = options.document or options.questions.parent / row["doc"]
        for name, agent in agents.items():
            key = f"{name} {options.model} {row['question']}"
            results[name].append(log.get(key, lambda: ask(agent, document, row)))  # noqa: B023
        tell(f"{number} of {len(rows)}")
    print(f"{options.model}, {len(rows)} questions of {options.questions.name}\n")
    columns = [column(results[name]) for name in options.strategies]
    table = Table("", *options.strategies)
    for measure in columns[0]:
        table.add(measure, *(one[measure] for one in columns))


def ask(agent: DocAgent, document: Path, row: Row) -> Row:
    """One question: what was answered, whether that is right, and what it took."""
    start, calls = time.perf_counter(), list[str]()
    for event in agent.stream(document, row["question"]):
        if isinstance(event, Step) and event.name in (*NAMES, "invalid"):
            calls.append(event.name)
        if isinstance(event, Step) and event.name == "judge":
            calls.pop()  # the search before it is the fixed path's
        if isinstance(event, Answer):
            answer = event
    text = without_markers(answer.text)
    return {
        "answer": answer.text,
        "answerable": row.get("answerable", True),
        "found": answer.found,
        "right": answer.found and bool(contained(text, row.get("answers", []))),
        "steps": answer.steps,
        "calls": calls if answer.strategy == "agent" else [],
        "read": answer.usage.prompt_tokens - answer.usage.cached_tokens,
        "written": answer.usage.completion_tokens,
        "seconds": time.perf_counter() - start,
        "note": answer.note,
    }


def column(rows: list[Row]) -> dict[str, str]:

    def mean(name: str) -> float:
        return float(sum(row[name] for row in rows) / len(rows))

    own = [row for row in rows if row["answerable"]]
    others = [row for row in rows if not row["answerable"]]
    calls = Counter(name for row in rows for name in row["calls"])
    return {
        "gold words in the answer's text": f"{sum(row['right'] for row in own)} of {len(own)}",
        "answered": f"{sum(row['found'] for row in own)} of {len(own)}",
        "unanswerable refused": f"{sum(not row['found'] for row in others)} of {len(others)}",
        "turns a question": f"{mean('steps'):.1f}",
        "calls": ", ".join(f"{name} {number}" for name, number in calls.most_common()) or "-",
        "tokens computed, written a question": f"{mean('read'):,.0f}, {mean('written'):,.0f}",
        "seconds a question": f"{mean('seconds'):.1f}",
    }


if __name__ == "__main__":
    main()
