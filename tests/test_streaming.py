from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from docagent.api import DocAgent
from docagent.engine import ChatQwen2
from docagent.events import Progress
from docagent.streaming import stream
from tests.engine.conftest import small, tiny_tokenizer

__all__ = ["small", "tiny_tokenizer"]


def test_reports_come_in_order_and_errors_pass_through() -> None:
    def work(report: Callable[[int], None]) -> None:
        for number in range(3):
            report(number)
        raise OSError("the disk is gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="the disk is gone"):
        seen.extend(number for number in stream(work) if number is not None)
    assert seen == [0, 1, 2]


def test_the_result_comes_last() -> None:
    def work(report: Callable[[str], None]) -> str:
        report("on its way")
        return "done"

    assert list(stream(work)) == ["on its way", "done"]


def test_work_that_nobody_listens_to_ends() -> None:
    ended = threading.Event()

    def work(report: Callable[[int], None]) -> None:
        try:
            for number in range(10**9):
                report(number)
        finally:
            ended.set()

    for number in stream(work):
        if number == 5:
            break
    assert ended.wait(5)


def test_reading_the_evidence_shows_progress(
    tmp_path: Path, shared_cache: Path, small: ChatQwen2
) -> None:
    file = tmp_path / "note.txt"
    file.write_text("The ice house was rebuilt in 1931 by the mason Ulla Brandt.\n", "utf-8")
    agent = DocAgent(model=small, cache=shared_cache)
    events = list(agent.stream(file, "Who rebuilt the ice house?"))
    read = [e for e in events if isinstance(e, Progress) and e.stage == "prefill"]
    assert read and read[-1].done == read[-1].total > 20
