r"""Does looking on help? Strategies side by side on the same questions.

    python -m benchmarks.answers.agent $BENCH_DATA/multihop/hotpot_train.jsonl -n 100 --out agent.jsonl
    python -m benchmarks.answers.agent examples/handbook_questions.jsonl --document examples/handbook.pdf

Rows hold `question`, `answers` (accepted wordings), `answerable` and, unless --document is given,
`doc`, a path beside the file. An answer is right if an accepted wording stands in its text. With
--out a run that was broken off goes on, and more questions or strategies can be added.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from docagent import Answer, DocAgent, Step
from docagent.evaluation.metrics import contained, without_markers
from docagent.jsonl import read_rows
from docagent.tools import NAMES

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--document", type=Path)
    parser.add_argument("-n", type=int, default=100, help="questions, spread over the file")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--strategies", nargs="+", default=["retrieve", "agent"])
    parser.add_argument("--out", type=Path, help="JSON lines; what stands there is not asked again")
    options = parser.parse_args()
    rows = read_rows(options.questions)
    rows = rows[:: max(1, len(rows) // options.n)][: options.n]
    known = read_rows(options.out) if options.out and options.out.is_file() else []
    done = {(one["strategy"], one["model"], one["question"]): one for one in known}
    agents = {name: DocAgent(options.model, strategy=name) for name in options.strategies}
    for number, row in enumerate(rows):
        document = options.document or options.questions.parent / row["doc"]
        for strategy, agent in agents.items():
            key = strategy, options.model, row["question"]
            if key not in done:
                told = {"strategy": strategy, "model": options.model, "question": row["question"]}
                done[key] = told | asked(agent, document, row)
                if options.out:
                    with options.out.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(done[key], ensure_ascii=False) + "\n")
        print(f"\r{number + 1} of {len(rows)}", end="", flush=True)
    print(f"\n\n{options.model}, {len(rows)} questions of {options.questions.name}\n")
    columns = {
        name: column([done[name, options.model, row["question"]] for row in rows])
        for name in options.strategies
    }
    print("| " + " | ".join(["", *columns]) + " |")
    print("| --- " * (1 + len(columns)) + "|")
    for name in columns[options.strategies[0]]:
        print("| " + " | ".join([name, *(one[name] for one in columns.values())]) + " |")


def asked(agent: DocAgent, document: Path, row: Row) -> Row:
    """One question: what was said, whether that is right, and what it took."""
    begun = time.perf_counter()
    calls: list[str] = []
    for event in agent.stream(document, row["question"]):
        if isinstance(event, Step) and event.name in (*NAMES, "invalid"):
            calls.append(event.name)
        if isinstance(event, Step) and event.name == "judge":
            calls.pop()  # the search before it is the fixed path's
        if isinstance(event, Answer):
            answer = event
    said = without_markers(answer.text) if answer.found else ""
    return {
        "answer": answer.text,
        "answerable": row.get("answerable", True),
        "found": answer.found,
        "right": answer.found and bool(contained(said, row.get("answers", []))),
        "steps": answer.steps,
        "calls": calls if answer.strategy == "agent" else [],
        "read": answer.usage.prompt_tokens - answer.usage.cached_tokens,
        "written": answer.usage.completion_tokens,
        "seconds": time.perf_counter() - begun,
        "note": answer.note,
    }


def column(rows: list[Row]) -> dict[str, str]:
    """A column of the table: the names of its rows and what stands there."""
    answerable = [row for row in rows if row["answerable"]]
    others = [row for row in rows if not row["answerable"]]
    calls = Counter(name for row in rows for name in row["calls"])
    read, written, steps, seconds = (
        sum(row[name] for row in rows) / len(rows)
        for name in ("read", "written", "steps", "seconds")
    )
    return {
        "gold words in the answer's text": _share(answerable, "right"),
        "answered": _share(answerable, "found"),
        "unanswerable refused": f"{sum(not row['found'] for row in others)} of {len(others)}",
        "turns a question": f"{steps:.1f}",
        "calls": ", ".join(f"{name} {number}" for name, number in calls.most_common()) or "-",
        "tokens computed, written a question": f"{read:,.0f}, {written:,.0f}",
        "seconds a question": f"{seconds:.1f}",
    }


def _share(rows: list[Row], name: str) -> str:
    return f"{sum(row[name] for row in rows)} of {len(rows)}"


if __name__ == "__main__":
    main()
