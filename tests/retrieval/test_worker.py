"""Worker processes: each does one task at a time, and what goes wrong in one stays there."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from retrieval.parse.worker import Message, StandingWorker, run_workers
from tests.make_pdf import text_pdf
from tests.retrieval.parsed import parse

MODULE = "tests.retrieval.echoing_worker"


def run(*tasks: dict[str, Any], keep: float = 0) -> tuple[list[Message], str]:
    found: list[Message] = []
    failure = run_workers(MODULE, tasks, found.append, keep)
    return found, failure


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def processes(found: list[Message]) -> set[int]:
    return {message["process"] for message in found}


def test_each_task_has_a_process_that_ends_with_the_call() -> None:
    found, failure = run({"words": "a"}, {"words": "ü\n"})
    assert sorted(message["words"] for message in found) == ["a", "a", "ü\n", "ü\n"]
    assert len(processes(found)) == 2 and not failure
    assert not any(map(alive, processes(found)))


def test_a_process_waits_for_the_next_task_and_then_ends() -> None:
    first = processes(run({}, keep=0.5)[0])
    assert processes(run({}, keep=0.5)[0]) == first
    assert all(map(alive, first))
    until = time.monotonic() + 20
    while any(map(alive, first)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, first))


def test_what_failed_says_why_and_does_nothing_more() -> None:
    found, failure = run({"dies": True, "words": "no such page"}, {"words": "b"}, keep=9)
    assert failure == "ValueError: no such page"
    assert [message["words"] for message in found].count("b") == 2
    died = {message["process"] for message in found if message["words"] != "b"}
    assert not died & processes(run({}, {})[0])


def test_what_is_stopped_in_the_middle_is_not_asked_again() -> None:
    seen: list[int] = []

    def stop(message: Message) -> None:
        seen.append(message["process"])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_workers(MODULE, [{"seconds": 60}], stop)
    assert not alive(seen[0]) and seen[0] not in processes(run({}, {})[0])


def test_a_standing_worker_is_replaced_when_it_dies() -> None:
    worker = StandingWorker(MODULE)
    first, again = worker.ask({}), worker.ask({})
    assert first is not None and first == again
    assert worker.ask({"dies": True}) is None
    other = worker.ask({"words": "x"})
    assert other is not None and processes(other) != processes(first)


def test_files_are_found_from_wherever_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        text_pdf(folder / "a.pdf", [f"The ship {name} is sold."])
        monkeypatch.chdir(folder)
        assert name in parse(Path("a.pdf")).text
