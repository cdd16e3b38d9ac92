"""A server that speaks OpenAI's protocol and says what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Scripted:
    """What the server answers, and what it was asked.

    `deltas` are streamed in their order, or put together into one message; `usage` comes at the
    end. The first `failures` requests are refused with `status`, all of them if it is None.
    """

    def __init__(self) -> None:
        self.url = ""
        self.deltas: list[dict[str, Any]] = [{"content": "Hello"}, {"content": " you"}]
        self.usage: dict[str, int] | None = usage(5, 2)
        self.usage_everywhere = False
        self.status = 200
        self.error: Any = "the\nserver's words"
        self.failures: int | None = None
        self.cut_off = False  # the connection ends in the middle of the answer
        self.seconds = 0.0
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.together = 0
        self.most_together = 0
        self.lock = threading.Lock()

    def say(self, *pieces: str) -> None:
        """Answer with this text."""
        self.deltas = [{"content": piece} for piece in pieces]

    @property
    def message(self) -> dict[str, Any]:
        """The deltas as one message."""
        calls = [call for delta in self.deltas for call in delta.get("tool_calls", ())]
        content = "".join(delta.get("content") or "" for delta in self.deltas)
        return {"role": "assistant", "content": content, "tool_calls": calls or None}


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


class _Handler(BaseHTTPRequestHandler):
    script: Scripted

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.script
        with script.lock:
            script.requests.append(body)
            script.keys.append(self.headers["Authorization"])
            script.together += 1
            script.most_together = max(script.most_together, script.together)
            number = len(script.requests)
        threading.Event().wait(script.seconds)
        with script.lock:
            script.together -= 1
        if script.status != 200 and (script.failures is None or number <= script.failures):
            self.send(script.status, "application/json", {"error": {"message": script.error}})
        elif body.get("stream"):
            self.stream(body, script)
        else:
            answer = _event(body, {"message": script.message, "finish_reason": "stop"})
            self.send(200, "application/json", {**answer, "usage": script.usage})

    def stream(self, body: dict[str, Any], script: Scripted) -> None:
        events = [_event(body, {"delta": delta}) for delta in script.deltas]
        events.append(_event(body, {"delta": {}, "finish_reason": "stop"}))
        if script.usage_everywhere:
            events = [{**event, "usage": script.usage} for event in events]
        events.append({**events[-1], "choices": [], "usage": script.usage})
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        if script.cut_off:
            self.send(200, "text/event-stream", lines[0], missing=100)
            return
        self.send(200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]))

    def send(self, status: int, kind: str, content: Any, missing: int = 0) -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + missing))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def _event(body: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any]:
    kind = "chat.completion.chunk" if body.get("stream") else "chat.completion"
    choices = [{"index": 0, **choice}]
    return {"id": "1", "object": kind, "created": 0, "model": body["model"], "choices": choices}


@contextmanager
def scripted() -> Iterator[Scripted]:
    """A running server with the default script."""
    script = Scripted()
    handler = type("Handler", (_Handler,), {"script": script})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield script
        server.shutdown()
        thread.join()
