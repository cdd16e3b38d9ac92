"""Ray itself: one cluster of this machine for all of these tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("ray.data")
pytest.importorskip("lancedb")

from docagent.engine.servers.connect import connect as connect_server
from docagent.model import prompt_messages
from docagent.reading.fleet import FleetModel
from docagent.reading.map_reduce import replies
from docagent.reply_cache import ReplyCache
from retrieval.scale import job
from retrieval.scale.cluster import connect
from retrieval.scale.job import Report, index_on_ray
from retrieval.store.lance import LanceStore
from tests.conftest import ROOT
from tests.engine.scripted_server import scripted
from tests.process import docagent

pytestmark = pytest.mark.slow  # a cluster starts in half a minute and takes both cores for it


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """Two workers that find this checkout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_raylet_start_wait_time_s", "120")
        patch.delenv("RAY_ADDRESS", raising=False)
        ray = connect("ray", workers=2)
        yield ray
        ray.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    for number in range(6):
        (root / f"{number}.txt").write_text(f"Boat {number} carried {number * 7} barrels.", "utf-8")
    (root / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    return root


def run(folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr(LanceStore, "optimize", lambda store: None)
    monkeypatch.setattr("ray.shutdown", lambda: None)  # the next test goes on with it
    return index_on_ray([str(folder)], LanceStore.open(address), "ray")


def rows(address: str) -> list[dict[str, Any]]:
    table = LanceStore.open(address).passages.to_arrow()
    order = [("document", "ascending"), ("number", "ascending")]
    return list(table.sort_by(order).to_pylist())


def test_a_folder_becomes_a_store(
    ray: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"lance:{tmp_path / 'store'}"
    report = run(folder, address, monkeypatch)
    assert (report.files, report.documents, report.passages) == (7, 6, 6)
    assert list(report.left_out) == [str(folder / "bad.pdf")]
    assert {row["text"] for row in rows(address)} == {
        f"Boat {number} carried {number * 7} barrels." for number in range(6)
    }
    again = run(folder, address, monkeypatch)
    assert (again.unchanged, again.documents) == (7, 0)


def test_parts_are_read_by_workers(ray: Any, tmp_path: Path) -> None:
    prompts = [prompt_messages("read", text=f"{n}", question="Who?", notes="") for n in range(3)]
    cache = ReplyCache(tmp_path)
    with scripted() as server:
        name = f"openai:m@{server.url}"
        model = FleetModel(connect_server(name), cache, name, "ray")
        made = list(replies(model, cache, prompts, 20))
        assert [reply.error for reply in made] == [None] * 3
        assert {reply.text for reply in made} == {"Hello you"}
        asked = len(server.requests)
        again = list(replies(model, cache, prompts, 20))
    assert asked == 3
    assert [reply.cached for reply in again] == [True] * 3
    assert model.usage.completion_tokens > 0


def test_a_killed_worker_changes_nothing(
    ray: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6, 200):
        (folder / f"{number}.txt").write_text(f"Boat {number} sank. " * 40, "utf-8")
    calm, stormy = (f"lance:{tmp_path / name}" for name in ("calm", "stormy"))
    run(folder, calm, monkeypatch)
    killed: list[int] = []

    def kill() -> None:
        while len(killed) < 3:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if "ray::MapBatches" in " ".join(process.cmdline()):
                        process.kill()
                        killed.append(process.pid)
                        break
            time.sleep(1)

    monkeypatch.setattr(job, "_SECONDS", 1.0)
    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    report = run(folder, stormy, monkeypatch)
    assert killed
    assert list(report.left_out) == [str(folder / "bad.pdf")]
    assert rows(stormy) == rows(calm)


def test_through_a_clients_port(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as two:
        port, client = one.getsockname()[1], two.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    command += [f"--port={port}", f"--ray-client-server-port={client}", "--num-cpus=2"]
    command += ["--include-dashboard=false", f"--object-store-memory={300 << 20}"]
    node = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"lance:{tmp_path / 'store'}"
        deadline = time.monotonic() + 240
        while True:
            arguments = (folder, "--store", address, "--on", f"ray://127.0.0.1:{client}")
            done = docagent("index", *arguments)
            if done.returncode == 0 or time.monotonic() > deadline:
                break
            time.sleep(2)
        assert done.stdout.startswith("6 of 7 files read (6 passages"), done.stderr
        assert "bad.pdf" in done.stderr
        assert len(rows(address)) == 6
    finally:
        processes = [*psutil.Process(node.pid).children(recursive=True), node]
        for process in processes:
            process.kill()
