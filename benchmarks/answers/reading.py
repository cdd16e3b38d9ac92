"""Reading every part of a document: killed, taken up again, and a second question.

The first question is killed (SIGKILL) after so many parts as --kill says and asked again in a new
process, which then answers the second one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.harness import Table, arguments, timed
from docagent import DocAgent, Step
from docagent.reply_cache import ReplyCache

# Both are on the whole, so that every part is read.
QUESTIONS = ["What are the main risks?", "What are the main products?"]


def main() -> None:
    options = arguments(__doc__, "file", quick={"kill": 1}, kill=5, model="embedded", dying="")

    def agent(cache: str) -> DocAgent:
        return DocAgent(options.model, strategy="read", cache=Path(cache))

    if options.dying:  # the cache of the run that is killed
        kill_after(options.kill)
        agent(options.dying).ask(options.file, QUESTIONS[0])
        return
    heads = ("parts", "read before", "steps", "prompt tokens", "computed", "seconds")
    table = Table("question", *heads)
    for first in ("first, killed and asked again", "first, undisturbed"):
        with tempfile.TemporaryDirectory() as folder:
            if "killed" in first:
                command = [sys.executable, "-m", "benchmarks.answers.reading", *sys.argv[1:]]
                killed = subprocess.run(
                    [*command, "--dying", folder], check=False, capture_output=True
                )
                if killed.returncode != -signal.SIGKILL:
                    sys.exit(
                        f"the first run ended with {killed.returncode}: {killed.stderr.decode()}"
                    )
            asking = agent(folder)
            for name, question in zip((first, "second"), QUESTIONS, strict=True):
                events, took = timed(lambda: list(asking.stream(options.file, question)))  # noqa: B023
                table.add(name, *cells(events), f"{took:.0f}")


def cells(events: list[Any]) -> list[object]:
    plans = [event.text for event in events if isinstance(event, Step) and event.name == "plan"]
    plan, answer = (plans or [""])[-1], events[-1]
    before = re.search(r"(\d+) of them kept", plan)
    prompt, cached = answer.usage.prompt_tokens, answer.usage.cached_tokens
    parts = plan.partition(" parts")[0]
    return [
        parts,
        before[1] if before else "0",
        answer.steps,
        f"{prompt:,}",
        f"{prompt - cached:,}",
    ]


def kill_after(parts: int) -> None:
    """This process dies once so many parts are kept."""
    put, texts = ReplyCache.put, []

    def dying(self: ReplyCache, value: Any, *made_from: str) -> None:
        put(self, value, *made_from)
        texts.append(isinstance(value, str))
        if sum(texts) == parts:
            os.kill(os.getpid(), signal.SIGKILL)

    ReplyCache.put = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
