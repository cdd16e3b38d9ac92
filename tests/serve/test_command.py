"""`docagent serve` and `docagent mcp` as commands."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from docagent.cli import run
from tests.process import docagent, start
from tests.serve.conftest import QUESTION, until

Capture = pytest.CaptureFixture[str]


def refused(capsys: Capture, *words: str | Path) -> str:
    """The one line that a command ends with."""
    assert run([*map(str, words)]) == 1
    out, err = capsys.readouterr()
    assert not out and len(err.splitlines()) == 1 and err.startswith("docagent: ")
    return err


def test_others_need_a_key(capsys: Capture) -> None:
    assert "--api-key" in refused(capsys, "serve", "--host", "0.0.0.0")


def test_what_cannot_be_served(capsys: Capture, tmp_path: Path) -> None:
    assert "does not exist" in refused(capsys, "serve", tmp_path / "none.pdf")
    assert "is no folder" in refused(capsys, "mcp", "--root", tmp_path / "none")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in refused(capsys, "serve", "--port", port)


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ("fastapi", ["serve"]),
        ("uvicorn", ["serve"]),
        ("prometheus_client", ["serve"]),
        ("watchfiles", ["serve", "--watch", "."]),
        ("mcp", ["mcp"]),
    ],
)
def test_the_extra_is_named(
    package: str, words: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert "pip install 'docagent[serve]'" in refused(capsys, *words)


def test_what_is_slow_to_import_comes_after_the_socket() -> None:
    code = "import sys, docagent.serve.app, docagent.serve.service; print(*sys.modules)"
    ended = docagent(code=code)
    assert ended.returncode == 0, ended.stderr
    slow = {"torch", "transformers", "mcp", "langchain_core", "faiss", "tantivy"}
    assert not slow & set(ended.stdout.split())


def test_it_serves_until_it_is_interrupted(town: Path, cache: Path) -> None:
    process = start("serve", town, "--port", "0", "--model", "none", cache=cache)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        told = re.fullmatch(r"docagent: serving at (http://127\.0\.0\.1:\d+)\n", line)
        assert told is not None, line
        with httpx.Client(base_url=told.group(1), timeout=120) as client:
            assert client.get("/health").json()["status"] == "ok"
            until(lambda: not client.get("/health").json()["reading"], 120)
            answer = client.post("/ask", json={"question": QUESTION}).json()
            assert answer["found"] and "Ulla Brandt" in answer["answer"]
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert not out and "Traceback" not in err
    assert process.returncode == 130


def test_uploads_survive_a_kill(cache: Path) -> None:
    for number in range(2):
        process = start("serve", "--port", "0", "--model", "none", cache=cache)
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        with httpx.Client(base_url=url, timeout=120) as client:
            if number == 0:
                words = b"The tower of Ostby has 214 steps."
                client.post("/v1/files", files={"file": ("steps.txt", words)})
            [kept] = client.get("/v1/files").json()["data"]
            assert kept["filename"] == "steps.txt"
        process.kill()
        process.communicate(timeout=30)
