r"""Does the tool loop end in an answer, with valid calls only? Strategies side by side.

    python -m benchmarks.agent examples/handbook_questions.jsonl examples/handbook.pdf -n 50 \
        --strategies agent retrieve

Rows hold `question`, `answerable`, `answers` (accepted wordings) and `evidence_pages`. An answer
is right if it or one of its quotes holds an accepted wording; a page is hit if a citation stands
on a page of evidence.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docagent import Answer, DocAgent, Step
from docagent.tools import NAMES


@dataclass
class Totals:
    """Sums over all runs."""

    runs: int = 0
    ended: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    invalid: int = 0
    steps: int = 0
    computed: int = 0
    written: int = 0
    answerable: int = 0
    found: int = 0
    right: int = 0
    page: int = 0
    unanswerable: int = 0
    refused: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("document", type=Path)
    parser.add_argument("-n", type=int, default=50)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--strategies", nargs="+", default=["agent"])
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()]
    columns = []
    for strategy in options.strategies:
        agent = DocAgent(options.model, strategy=strategy)
        totals = Totals()
        for row in rows[: options.n]:
            run(agent, options.document, row, totals)
        columns.append(column(totals))
    print("| " + " | ".join(["", *options.strategies]) + " |")
    print("| --- " * (1 + len(columns)) + "|")
    for name in columns[0]:
        print("| " + " | ".join([name, *(one[name] for one in columns)]) + " |")


def run(agent: DocAgent, document: Path, row: dict[str, Any], totals: Totals) -> None:
    """Ask one question and add up what happened."""
    totals.runs += 1
    for event in agent.stream(document, row["question"]):
        if isinstance(event, Step) and event.name == "judge":
            totals.calls["search"] -= 1  # the search before it is no call of the model
        elif isinstance(event, Step) and event.name in NAMES:
            totals.calls[event.name] += 1
        elif isinstance(event, Step) and event.name == "invalid":
            totals.invalid += 1
        elif isinstance(event, Answer):
            score(event, row, totals)


def score(answer: Answer, row: dict[str, Any], totals: Totals) -> None:
    """Add one answer to the sums."""
    totals.ended += bool(answer.text.strip())
    totals.steps += answer.steps
    totals.computed += answer.usage.prompt_tokens - answer.usage.cached_tokens
    totals.written += answer.usage.completion_tokens
    if not row["answerable"]:
        totals.unanswerable += 1
        totals.refused += not answer.found
        return
    totals.answerable += 1
    totals.found += answer.found
    told = " ".join([answer.text, *(citation.quote for citation in answer.citations)])
    squeezed = " ".join(told.split()).lower()
    totals.right += any(" ".join(one.split()).lower() in squeezed for one in row["answers"])
    totals.page += any(citation.page in row["evidence_pages"] for citation in answer.citations)


def column(totals: Totals) -> dict[str, str]:
    """A column of the table: the names of its rows and what stands there."""
    runs = totals.runs
    calls = ", ".join(f"{name} {number}" for name, number in (+totals.calls).most_common())
    made = totals.calls.total() + totals.invalid
    return {
        "ended with an answer": f"{totals.ended} of {runs}",
        "calls of tools": calls or "-",
        "calls that were no call of an offered tool": f"{totals.invalid} of {made}"
        if made
        else "-",
        "turns a question": f"{totals.steps / runs:.1f}",
        "answerable answered": f"{totals.found} of {totals.answerable}",
        "words of the answer in text or quotes": f"{totals.right} of {totals.answerable}",
        "gold page cited": f"{totals.page} of {totals.answerable}",
        "unanswerable refused": f"{totals.refused} of {totals.unanswerable}",
        "tokens read, written a question": (
            f"{totals.computed / runs:,.0f}, {totals.written / runs:,.0f}"
        ),
    }


if __name__ == "__main__":
    main()
