"""Many questions from a file, answers to a file, resumable."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from docagent.errors import DocAgentError
from docagent.jsonl import end_last_line, read_rows

Answering = Callable[[list[str], str], dict[str, Any]]


def run_batch(questions: Path, output: Path | None, paths: list[str], answer: Answering) -> int:
    """Answer each row and write it at once, so that an interrupted batch goes on where it was.

    A row is {"id": ..., "question": ...}; without paths on the command line it also names its
    document as "doc", relative to the questions' folder.
    """
    rows = read_rows(questions)
    if output and output.exists():
        end_last_line(output)
    done = {row["id"] for row in read_rows(output)} if output and output.exists() else set()
    for row in rows:
        if not isinstance(row.get("question"), str):
            raise DocAgentError(f'{questions}: row {row["id"]} has no "question".')
    if not paths and any("doc" not in row for row in rows):
        raise typer.BadParameter('give a document, or name one in each row as "doc".')
    left = [row for row in rows if row["id"] not in done]
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
    sink = output.open("a", encoding="utf-8") if output else sys.stdout
    try:
        # Rows on one document stand together, so that each is opened once.
        for number, row in enumerate(left, 1):
            files = paths or [str(questions.parent / row["doc"])]
            result = {"id": row["id"], **answer(files, row["question"])}
            print(json.dumps(result, ensure_ascii=False), file=sink, flush=True)
            if sys.stderr.isatty():
                print(f"\r{number} of {len(left)} questions", end="", file=sys.stderr, flush=True)
    finally:
        if output:
            sink.close()
    return 0
