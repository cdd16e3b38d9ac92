"""Some hundreds of hostile requests and files: nothing outside is read, reached, obeyed or run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from docagent.serve.limits import Limits
from tests.calling_model import CallingModel, call
from tests.fake_model import FakeModel
from tests.serve import hostile
from tests.serve.conftest import ANSWER, QUESTION, Serve, until
from tests.serve.hostile import SECRET, Sent
from tests.serve.test_guard import raw


@dataclass
class Trap:
    """An address that nobody should ever ask, and who did."""

    url: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            caught.asked.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    caught = Trap(f"http://127.0.0.1:{server.server_port}/trap")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield caught
    server.shutdown()
    thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "outside" / "secret.txt"
    file.parent.mkdir()
    file.write_text(f"The password is {SECRET}.")
    return file


@pytest.fixture
def served(tmp_path: Path, town: Path) -> Path:
    """A folder with the town's text alone."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "town.txt").write_bytes(town.read_bytes())
    return folder


def outside(root: Path) -> set[Path]:
    """All files but those of the cache."""
    return {path for path in root.rglob("*") if "cache" not in path.relative_to(root).parts}


def test_requests(serve: Serve, served: Path, secret: Path, trap: Trap, tmp_path: Path) -> None:
    running = serve(served, limits=Limits(body=2_000_000), model=FakeModel(replies=[ANSWER] * 999))
    before = outside(tmp_path)
    disguised = list(hostile.disguises())
    others = [
        *hostile.paths(secret),
        *hostile.addresses(trap.url, secret),
        *hostile.values(),
    ]
    assert len(others) + len(disguised) > 200

    def send(sent: Sent) -> bytes:
        try:
            return raw(running, sent.raw)
        except ConnectionError:  # hung up before all of it was sent
            return b""

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, [*others, *disguised]))
    for sent, answer in zip([*others, *disguised], answers, strict=True):
        statuses = [line.split()[1] for line in answer.splitlines() if line[:9] == b"HTTP/1.1 "]
        assert all(status < b"500" for status in statuses), (sent.name, answer[:500])
        assert SECRET.encode() not in answer and b"root:" not in answer, sent.name
        assert b"text/html" not in answer.partition(b"\r\n\r\n")[0], sent.name
    for sent, answer in zip(disguised, answers[len(others) :], strict=True):
        assert b"town.txt" not in answer, (sent.name, answer)
    assert not trap.asked and outside(tmp_path) == before
    assert running.client.post("/ask", json={"question": QUESTION}).json()["found"]


def test_files(serve: Serve, secret: Path, trap: Trap, tmp_path: Path) -> None:
    running = serve()
    running.client.headers["Connection"] = "close"
    made = tmp_path / "made"
    made.mkdir()
    files = hostile.files(secret, trap.url, made)
    before = outside(tmp_path)
    for name, content in files.items():
        told = running.client.post("/v1/files", files={"file": (f"../../{name}", content)})
        assert told.status_code == 200, (name, told.text)

    def read() -> bool:
        listed = running.client.get("/v1/files").json()["data"]
        assert len(listed) == len(files)
        return all(one["status"] != "uploaded" for one in listed)

    until(read, 240)
    for one in running.client.get("/v1/files").json()["data"]:
        assert str(tmp_path) not in (one["status_details"] or "")
        saved = running.client.get(f"/v1/files/{one['id']}/content")
        assert saved.headers["content-type"] == "application/octet-stream"
        assert saved.headers["content-disposition"].startswith("attachment")
    for query in ("password", "rye bread", SECRET):
        told = running.client.post("/search", json={"query": query, "k": 100})
        assert told.status_code < 500 and SECRET not in told.text.replace(f'"{SECRET}"', "")
        assert "root:" not in told.text
    assert not trap.asked and outside(tmp_path) == before


def test_documents_that_talk_to_the_model(
    serve: Serve, served: Path, secret: Path, trap: Trap, tmp_path: Path
) -> None:
    """A model that obeys them all gets at nothing: its tools know the served documents alone."""
    for number, words in enumerate(hostile.INJECTIONS):
        text = words.format(secret=secret, trap=trap.url)
        (served / f"note{number}.txt").write_text(f"The ice house of Ostby. {text}\n")
    obeying: list[Any] = [
        call("read_pages", first=1, last=1, document=str(secret)),
        call("read_pages", first=1, last=1, document=f"../outside/{secret.name}"),
        call("open", url=trap.url),
        call("run", command=f"cat {secret}"),
        call("search", query="password"),
        f"The password is written in {secret}. [1]",
    ]
    model = CallingModel(script=[*obeying, *[ANSWER] * 99])
    running = serve(served, model=model)
    body = {"question": QUESTION, "strategy": "agent"}
    answer = running.client.post("/ask", json=body)
    assert answer.status_code == 200 and SECRET not in answer.text
    for cited in answer.json()["citations"]:
        assert cited["document_id"] and cited["quote"] not in secret.read_text()
    assert len(model.asked) > 2
    told = [str(message.content) for asked in model.asked for message in asked]
    assert not any(SECRET in text or "root:" in text for text in told)
    assert not trap.asked
