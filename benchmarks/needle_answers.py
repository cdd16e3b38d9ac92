r"""Needles in a long text: does the answer cite each one at its place?

    python -m benchmarks.needle_answers ../shared/data --needles 10 --strategy auto read

The text, the needles and their distractors are those of benchmarks/needles.py. Each needle is asked
for by itself. It is found if it is answered and a citation's offsets cover the words in the file that
answer, told if the answer holds them; a refusal shows the nearest words, which may be them. A row
comes after each strategy and wording, a line on standard error after each question.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.finders import Span
from benchmarks.needle_facts import NEEDLES, Needle
from benchmarks.needles import haystack, hidden
from docagent import Answer, DocAgent, Step

HEAD = """\
| tokens | needles | strategy | asked in | found | told | refused, yet shown | parts | s a question |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question; `shown`: a citation covers the needle."""

    found: bool
    shown: bool
    told: bool
    steps: dict[str, str]
    seconds: float


def gold(needle: Needle, span: Span) -> Span:
    """The words that answer, in the file."""
    start = span[0] + needle.sentence.index(needle.value)
    return start, start + len(needle.value)


def covers(answer: Answer, place: Span) -> bool:
    """Whether a citation holds the place."""
    return any(one.start <= place[0] and place[1] <= one.end for one in answer.citations)


def ask(agent: DocAgent, file: Path, question: str, needle: Needle, span: Span) -> Asked:
    begun = time.perf_counter()
    steps = {}
    for event in agent.stream(file, question):
        if isinstance(event, Step):
            steps[event.name] = event.text
        elif isinstance(event, Answer):
            told = needle.value in " ".join(event.text.split())
            shown = covers(event, gold(needle, span))
            return Asked(event.found, shown, told, steps, time.perf_counter() - begun)
    raise AssertionError("the last event is the answer")


def row(begun: str, asked: list[Asked]) -> str:
    found = sum(one.found and one.shown for one in asked)
    told = sum(one.found and one.told for one in asked)
    refused = sum(one.shown and not one.found for one in asked)
    parts = sorted({one.steps.get("gather", "").rpartition(" from ")[2] or "-" for one in asked})
    seconds = sum(one.seconds for one in asked) / len(asked)
    return (
        f"| {begun} | {found}/{len(asked)} | {told}/{len(asked)} | {refused} | {', '.join(parts)} | "
        f"{seconds:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--needles", type=int, default=10)
    parser.add_argument("--ask", type=int, help="of the needles only so many")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--strategy", nargs="+", default=["auto", "read"])
    parser.add_argument("--wording", nargs="+", default=["worded", "named"])
    options = parser.parse_args()
    needles = NEEDLES[: options.needles]
    hay = haystack([options.folder], options.tokens)
    text, spans = hidden(hay, needles)
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "haystack.txt"
        file.write_text(text, "utf-8")
        chat = DocAgent(options.model).chat_model
        for strategy in options.strategy:
            agent = DocAgent(chat, strategy=strategy)
            for _ in agent.open([file], wait=True):
                pass
            for wording in options.wording:
                asked = []
                for needle, span in list(zip(needles, spans, strict=True))[: options.ask]:
                    question = getattr(needle, wording)
                    asked.append(one := ask(agent, file, question, needle, span))
                    outcome = f"found={one.found} shown={one.shown} told={one.told}"
                    told = f"{outcome} {one.seconds:.1f} s {question} {one.steps}"
                    print(told, file=sys.stderr, flush=True)
                print(row(f"{options.tokens:,} | {len(needles)} | {strategy} | {wording}", asked))
                sys.stdout.flush()
            agent.close()


if __name__ == "__main__":
    main()
