"""The queue: honest waits, refusals, and places that are free once a client has gone."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from docagent.serve.gate import Busy, Gate, Waiting
from docagent.serve.limits import Limits
from tests.fake_model import FakeModel
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve, until


class SlowModel(FakeModel):
    """Writes a word every `pause` seconds, without end until `enough` words."""

    pause: float = 0.02
    enough: int = 10_000

    def _stream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> Iterator[ChatGenerationChunk]:
        for _number in range(self.enough):
            time.sleep(self.pause)
            yield ChatGenerationChunk(message=AIMessageChunk(content="word. "))


def chat(stream: bool = False) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Talk."}], "stream": stream}


def nobody(running: Running) -> bool:
    health = running.client.get("/health").json()["questions"]
    return bool(health == {"running": 0, "waiting": 0})


def test_places_are_given_in_order() -> None:
    order: list[str] = []
    moves: list[tuple[str, Waiting]] = []
    gate = Gate(1, 2)

    def join(name: str) -> Any:
        return gate.join(lambda: order.append(name), lambda way: moves.append((name, way)))

    first, second, third = join("a"), join("b"), join("c")
    assert order == ["a"] and [(name, way.position) for name, way in moves] == [("b", 1), ("c", 2)]
    with pytest.raises(Busy):
        join("d")
    gate.leave(second)  # it would not wait any longer
    assert moves[-1][0] == "c" and moves[-1][1].position == 1
    gate.leave(first)
    gate.leave(first)
    assert order == ["a", "c"] and (gate.working, gate.waiting) == (1, 0)
    gate.leave(third)
    assert gate.working == 0


def test_who_waits_is_told_how_long(serve: Serve) -> None:
    limits = Limits(questions=1)
    running = serve(model=SlowModel(replies=[], enough=20), limits=limits)
    assert running.client.post("/v1/chat/completions", json=chat()).status_code == 200

    def ask(_: int) -> list[Any]:
        with running.client.stream("POST", "/ask", json={"question": "x", "stream": True}) as lines:
            return list(lines.iter_lines())

    with ThreadPoolExecutor(3) as pool:
        slow = pool.submit(running.client.post, "/v1/chat/completions", json=chat())
        until(lambda: running.service.questions.working == 1)
        told = pool.submit(ask, 0).result()
        assert slow.result().status_code == 200
    at = told.index("event: waiting")
    waiting = json.loads(told[at + 1].removeprefix("data: "))
    assert waiting["position"] == 1 and 0 < waiting["seconds"] < 5


def test_a_full_queue_refuses_with_a_time(serve: Serve) -> None:
    running = serve(model=SlowModel(replies=[]), limits=Limits(questions=1, waiting=1))
    left = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        for number in range(2):
            pool.submit(leave, running.url, "/v1/chat/completions", chat(), 0, left)
            until(lambda wanted=number: sum(busy(running)) == wanted + 1)  # type: ignore[misc]
        refused = running.client.post("/v1/chat/completions", json=chat(stream=True))
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["code"] == "queue_full"
        left.set()
    until(lambda: nobody(running))


def busy(running: Running) -> tuple[int, int]:
    return running.service.questions.working, running.service.questions.waiting


def leave(
    url: str, path: str, body: dict[str, Any], after: int, left: threading.Event | None = None
) -> None:
    """Ask, read so many pieces of the answer, and hang up, or do so when told."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        for _ in range(after):
            connection.recv(100)
        if left is not None:
            left.wait(30)


def test_two_hundred_clients_that_leave_half_way(serve: Serve, town: Path) -> None:
    running = serve(town, model=SlowModel(replies=[]), limits=Limits(questions=4, waiting=300))
    bodies = [chat(), chat(stream=True), {"question": QUESTION, "stream": True}]
    paths = ["/v1/chat/completions", "/v1/chat/completions", "/ask"]

    def go(number: int) -> None:
        kind = number % 3
        leave(running.url, paths[kind], bodies[kind], after=0 if kind == 0 else number % 4)

    # Those that wait for a piece of their answer get one only when their turn comes.
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(go, range(200)))
    until(lambda: nobody(running), 120)
    until(lambda: "question" not in {thread.name for thread in threading.enumerate()})
    assert busy(running) == (0, 0)
    chat_model: Any = running.service.agent.chat_model
    chat_model.enough = 3
    assert running.client.post("/v1/chat/completions", json=chat()).status_code == 200


def test_a_model_that_fails_is_told_and_frees_its_place(serve: Serve) -> None:
    class Broken(FakeModel):
        def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
            raise RuntimeError("secret inside")

    running = serve(model=Broken(replies=[]))
    failed = running.client.post("/v1/chat/completions", json=chat())
    assert failed.status_code == 500 and "secret" not in failed.text
    streamed = running.client.post("/v1/chat/completions", json=chat(stream=True))
    assert streamed.status_code == 200 and '"error"' in streamed.text
    assert "secret" not in streamed.text and nobody(running)


def test_metrics_count_it(serve: Serve, town: Path) -> None:
    running = serve(town, model=FakeModel(replies=[ANSWER]))
    running.client.post("/ask", json={"question": QUESTION, "stream": True})
    told = running.client.get("/metrics").text
    assert 'docagent_requests_total{route="/ask",status="200"} 1.0' in told
    assert 'docagent_tokens_total{kind="cached"} 40.0' in told
    assert "docagent_first_token_seconds_count 1.0" in told
    assert "docagent_questions_running 0.0" in told and "docagent_documents 1.0" in told
