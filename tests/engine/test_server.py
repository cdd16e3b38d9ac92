from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from docagent.engine.resolve import resolve
from docagent.engine.server import connect, parse, user_error
from docagent.errors import DocAgentError

USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


class Handler(BaseHTTPRequestHandler):
    """The chat completions of a server that always says "Hello you"."""

    requests: ClassVar[list[dict[str, Any]]] = []
    keys: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append(body)
        self.keys.append(self.headers["Authorization"])
        errors = {"locked": 401, "unknown": 404, "long": 400, "broken": 422}
        if status := errors.get(body["model"]):
            self.send(status, "application/json", {"error": {"message": "the\nserver's words"}})
        elif body.get("stream"):
            pieces = [self.event(body, {"delta": {"content": word}}) for word in ("Hello", " you")]
            last = self.event(body, {"delta": {}, "finish_reason": "stop"})
            usage = {**last, "choices": [], "usage": USAGE}
            lines = [f"data: {json.dumps(event)}\n\n" for event in (*pieces, last, usage)]
            self.send(200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]))
        else:
            message = {"role": "assistant", "content": "Hello you"}
            answer = self.event(body, {"message": message, "finish_reason": "stop"})
            answer |= {"object": "chat.completion", "usage": USAGE}
            self.send(200, "application/json", answer)

    def event(self, body: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": body["model"],
            "choices": [{"index": 0, **choice}],
        }

    def send(self, status: int, kind: str, content: Any) -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def url() -> Iterator[str]:
    Handler.requests.clear()
    Handler.keys.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


def test_answers_and_streams(url: str, tmp_path: Path) -> None:
    model, line = resolve(f"openai:org/m@{url}/", tmp_path)
    assert line == f"model: openai:org/m@{url}/"
    message = model.invoke("Hi", max_tokens=64)
    chunks = list(model.stream("Hi", max_tokens=64))
    assert message.content == "".join(str(chunk.content) for chunk in chunks) == "Hello you"
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == 7
    assert [c.usage_metadata["total_tokens"] for c in chunks if c.usage_metadata] == [7]
    for request in Handler.requests:
        assert request["model"] == "org/m"
        assert request["temperature"] == 0
        assert request["max_tokens"] == 64
        assert "max_completion_tokens" not in request
    assert set(Handler.keys) == {"Bearer none"}


def test_key_from_the_environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    connect(f"openai:m@{url}").invoke("Hi")
    assert Handler.keys == ["Bearer secret"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("locked", r"refused the key; set OPENAI_API_KEY"),
        ("unknown", r"does not know this model or address \(the server's words\)"),
        ("long", r"answered 400 \(the server's words\); lower --budget"),
        ("broken", r"answered 422 \(the server's words\)$"),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_errors_of_the_server_are_one_line(
    url: str, model: str, expected: str, streaming: bool
) -> None:
    import re

    import openai

    chat = connect(f"openai:{model}@{url}")
    with pytest.raises(openai.APIStatusError) as caught:
        list(chat.stream("Hi")) if streaming else chat.invoke("Hi")
    error = user_error(caught.value)
    assert isinstance(error, DocAgentError)
    assert re.search(expected, str(error)), error
    assert url.removesuffix("/v1") in str(error)
    assert "\n" not in str(error)


def test_no_server_is_one_line() -> None:
    import openai

    chat = connect("openai:m@http://127.0.0.1:9/v1")
    with pytest.raises(openai.APIConnectionError) as caught:
        chat.invoke("Hi")
    assert str(user_error(caught.value)) == (
        "the model server at http://127.0.0.1:9 cannot be reached; start it or check the address"
    )


def test_other_errors_are_not_the_servers() -> None:
    assert user_error(ValueError("x")) is None


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ("openai:m@http://h:1/v1", ("m", "http://h:1/v1")),
        ("openai:a@b/c@https://h/v1/", ("a@b/c", "https://h/v1")),
        ("openai:m@https://user:word@h/v1", ("m", "https://user:word@h/v1")),
    ],
)
def test_parse(specification: str, expected: tuple[str, str]) -> None:
    assert parse(specification) == expected


@pytest.mark.parametrize(
    "specification", ["openai:", "openai:m", "openai:m@", "openai:@http://h", "openai:m@localhost"]
)
def test_malformed(specification: str) -> None:
    with pytest.raises(DocAgentError, match=r"openai:MODEL@URL"):
        parse(specification)
