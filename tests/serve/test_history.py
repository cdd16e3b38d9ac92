"""Questions of the page are kept on this machine: after a kill too, and only as long as wanted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docagent.serve.history import History
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve

WRITER = """
import pathlib, sys
from docagent.serve.history import History
history, number = History(pathlib.Path(sys.argv[1])), 0
while True:
    number += 1
    history.add(f"Question {number}", [], {"found": True, "answer": "x" * 5000})
    print(number, flush=True)
"""


def ask(running: Running, **body: object) -> None:
    told = running.client.post("/ask", json={"question": QUESTION, **body})
    assert told.status_code == 200


def test_what_is_asked_in_the_page_is_kept(serve: Serve, town: Path) -> None:
    running = serve(town)
    ask(running)  # a program's question
    assert running.client.get("/history").json()["questions"] == []
    ask(running, keep=True)
    ask(running, keep=True, stream=True)
    told = running.client.get("/history").json()
    assert told["available"] and told["keeping"]
    newest, oldest = told["questions"]
    assert newest["question"] == QUESTION and newest["asked_at"] >= oldest["asked_at"]
    kept = running.client.get(f"/history/{newest['id']}").json()
    assert kept["answer"]["answer"].startswith(ANSWER[:20])
    assert kept["answer"]["citations"][0]["document_id"]
    assert running.client.delete(f"/history/{newest['id']}").json()["deleted"]
    assert running.client.get(f"/history/{newest['id']}").status_code == 404
    assert running.client.delete(f"/history/{newest['id']}").status_code == 404
    assert running.client.delete("/history").json() == {"deleted": 1}
    assert running.client.get("/history").json()["questions"] == []


def test_it_can_be_turned_off_and_that_lasts(serve: Serve, town: Path) -> None:
    running = serve(town)
    ask(running, keep=True)
    assert running.client.put("/history", json={"keeping": False}).json()["keeping"] is False
    ask(running, keep=True)
    again = serve(town)
    told = again.client.get("/history").json()
    assert told["keeping"] is False and len(told["questions"]) == 1
    none = serve(town, history=False)
    ask(none, keep=True)
    told = none.client.get("/history").json()
    assert told == {"available": False, "keeping": False, "questions": []}
    assert none.client.put("/history", json={"keeping": True}).json()["keeping"] is False


def test_a_kill_leaves_it_whole(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite3"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(20):
        told = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    kept = History(file).all()
    assert len(kept) >= told and kept[-1]["question"] == "Question 1"
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_deleted_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    history.add("Where is the heliotrope?", [], {"found": True, "answer": "heliotrope"})
    assert any(b"heliotrope" in path.read_bytes() for path in tmp_path.iterdir())
    assert history.delete() == 1
    assert not any(b"heliotrope" in path.read_bytes() for path in tmp_path.iterdir())


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docagent.serve.history._MOST", 3)
    history = History(tmp_path / "history.sqlite3")
    for number in range(5):
        history.add(f"\ud800 {number}", [], {"found": False, "answer": ""})
    assert [one["question"] for one in history.all()] == [f"? {n}" for n in (4, 3, 2)]


def test_a_history_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    folder = tmp_path / "history.sqlite3"
    folder.mkdir()
    History(folder).add("What?", [], {"found": True, "answer": "this"})
