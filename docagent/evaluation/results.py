"""The results of an evaluation: a folder in which an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from docagent.answer import Answer
from docagent.errors import DocAgentError
from docagent.jsonl import end_last_line, read_rows

Case = dict[str, Any]
"""One question and its answer: "id", "scores" (a number or None for each metric), more."""

OnDone = Callable[[int, int], None]
"""Called with how many cases are done, and of how many."""

RESULTS = "results.jsonl"
COSTS = "costs.jsonl"


class Results:
    """`results.jsonl` and `costs.jsonl` of a folder, written case by case.

    The first line of results.jsonl holds the settings. What depends on the machine and on what
    ran before (seconds, tokens, steps) stands in costs.jsonl alone, so that two runs of the same
    settings give the same results.jsonl to the byte.
    Raises DocAgentError for a folder of other settings, and while another process writes to it.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder
        self.settings: dict[str, Any] = json.loads(json.dumps(settings))
        self.cases: dict[str | int, Case] = {}
        self.costs: dict[str | int, Case] = {}
        self._lock = FileLock(folder / ".lock")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise DocAgentError(f"Another evaluation writes to {self.folder}.") from error
        try:
            self._resume()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def add(self, case: Case, cost: dict[str, float]) -> None:
        """Write a finished case to disk."""
        # The cost goes first: a case that is there is not run again, and would stay without one.
        row = {"id": case["id"], **cost}
        self._append(COSTS, row)
        self._append(RESULTS, case)
        self.cases[case["id"]], self.costs[case["id"]] = case, row

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder, whole or not at all."""
        file = self.folder / name
        part = self.folder / f".{name}.part"
        part.write_text(text, "utf-8")
        part.replace(file)
        return file

    def _resume(self) -> None:
        file = self.folder / RESULTS
        for rows in (file, self.folder / COSTS):
            if rows.exists():
                end_last_line(rows)
        if not file.exists() or not file.stat().st_size:
            self._append(RESULTS, {"settings": self.settings})
            return
        before, self.cases = read_results(file)
        for name in {**before, **self.settings}:
            old, new = before.get(name), self.settings.get(name)
            if old != new:
                raise DocAgentError(
                    f"{self.folder} holds results with {name} {old!r}, not {new!r}; give another "
                    "--output, or remove it."
                )
        self.costs = read_costs(file)

    def _append(self, name: str, row: dict[str, Any]) -> None:
        with (self.folder / name).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_results(path: Path) -> tuple[dict[str, Any], dict[str | int, Case]]:
    """Settings and cases of a folder of results, or of a file in it.

    Raises DocAgentError if there are none.
    """
    file = path if path.suffix == ".jsonl" else _folder(path) / RESULTS
    if not file.exists():
        raise DocAgentError(f"{path} holds no {RESULTS} of docagent eval.")
    first, *rows = read_rows(file) or [{}]
    settings = first.get("settings")
    if not isinstance(settings, dict) or any("scores" not in row for row in rows):
        raise DocAgentError(f"{file} holds no results of docagent eval.")
    return settings, {row["id"]: row for row in rows}


def read_costs(path: Path) -> dict[str | int, Case]:
    """What the cases of `read_results` cost; nothing where the file is missing."""
    file = _folder(path) / COSTS
    return {row["id"]: row for row in read_rows(file)} if file.exists() else {}


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def answer_cost(answer: Answer) -> dict[str, float]:
    """What differs from run to run: seconds, and tokens where some are cached."""
    usage = answer.usage
    return {
        "seconds": round(answer.seconds.get("total", 0.0), 3),
        "steps": answer.steps,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "tokens_computed": usage.prompt_tokens - usage.cached_tokens + usage.completion_tokens,
    }
