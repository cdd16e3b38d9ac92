"""Reading every part of a document: killed, taken up again, and a second question.

    python -m benchmarks.answers.reading ../shared/data/sec10q/pdfs/2023_Q3_NVDA.pdf

The first question is killed (SIGKILL) after so many parts as --kill says and asked again in a new
process; then the second one is asked in the process that answered the first. Computed are the
tokens of prompts that the engine did not remember.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from docagent import Answer, DocAgent, Step
from docagent.reply_cache import ReplyCache

# Both are on the whole, so that every part is read.
FIRST = "What are the main risks?"
SECOND = "What are the main products?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", nargs=2, default=(FIRST, SECOND))
    parser.add_argument("--kill", type=int, default=5, help="parts read before the kill")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--dying", type=Path, help=argparse.SUPPRESS)  # the cache of a run to kill
    options = parser.parse_args()
    if options.dying:
        _kill_after(options.kill)
        _agent(options, options.dying).ask(options.file, options.questions[0])
        return
    print("| question | parts | read before | steps | prompt tokens | computed | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "benchmarks.answers.reading",
            *sys.argv[1:],
            "--dying",
            folder,
        ]
        killed = subprocess.run(command, check=False, capture_output=True)
        if killed.returncode != -signal.SIGKILL:
            sys.exit(f"the first run ended with {killed.returncode}: {killed.stderr.decode()}")
        agent = _agent(options, Path(folder))
        for name, question in zip(
            ("first, killed and asked again", "second"), options.questions, strict=True
        ):
            _row(agent, options.file, question, name)
    with tempfile.TemporaryDirectory() as folder:
        agent = _agent(options, Path(folder))
        for name, question in zip(("first, undisturbed", "second"), options.questions, strict=True):
            _row(agent, options.file, question, name)


def _agent(options: argparse.Namespace, cache: Path) -> DocAgent:
    return DocAgent(options.model, strategy="read", cache=cache)


def _row(agent: DocAgent, file: Path, question: str, name: str) -> None:
    begun = time.perf_counter()
    plan = ""
    for event in agent.stream(file, question):
        if isinstance(event, Step) and event.name == "plan":
            plan = event.text
        if isinstance(event, Answer):
            answer = event
    seconds = time.perf_counter() - begun
    parts = plan.partition(" parts")[0]
    before = re.search(r"(\d+) of them kept", plan)
    told = before[1] if before else "0"
    usage = answer.usage
    computed = usage.prompt_tokens - usage.cached_tokens
    print(
        f"| {name} | {parts} | {told} | {answer.steps} | {usage.prompt_tokens:,} | "
        f"{computed:,} | {seconds:.0f} |",
        flush=True,
    )


def _kill_after(parts: int) -> None:
    """This process dies once so many parts are kept."""
    put, kept = ReplyCache.put, []

    def dying(self: ReplyCache, value: Any, *made_from: str) -> None:
        put(self, value, *made_from)
        kept.append(isinstance(value, str))
        if sum(kept) == parts:
            os.kill(os.getpid(), signal.SIGKILL)

    ReplyCache.put = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
