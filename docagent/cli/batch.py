"""Many questions from a file, answers to a file, resumable."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import typer

from docagent.cli.printing import print_json
from docagent.cli.progress import counter
from docagent.errors import DocAgentError
from docagent.jsonl import end_last_line, read_rows


def run_batch(
    questions: Path,
    output: Path | None,
    paths: list[str],
    answer: Callable[[list[str], str], dict[str, Any]],
) -> int:
    """Answer each row and write it at once, so that an interrupted batch goes on where it was.

    A row is {"id": ..., "question": ...}; without paths on the command line it also names its
    document as "doc", relative to the questions' folder.
    """
    rows = read_rows(questions)
    done = set()
    if output and output.exists():
        end_last_line(output)
        done = {row["id"] for row in read_rows(output)}
    for row in rows:
        if not isinstance(row.get("question"), str):
            raise DocAgentError(f'{questions}: row {row["id"]} has no "question".')
    if not paths and any("doc" not in row for row in rows):
        raise typer.BadParameter('give a document, or name one in each row as "doc".')
    todo = [row for row in rows if row["id"] not in done]
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
    show = counter("questions")
    with output.open("a", encoding="utf-8") if output else nullcontext(sys.stdout) as stream:
        for number, row in enumerate(todo, 1):
            files = paths or [str(questions.parent / row["doc"])]
            print_json({"id": row["id"], **answer(files, row["question"])}, file=stream)
            show(number, len(todo))
    return 0
