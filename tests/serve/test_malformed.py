"""Requests that nobody would send: each is refused or answered, and none is a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from docagent.settings import Settings
from tests.conftest import TOWN
from tests.serve.conftest import Running, running


@pytest.fixture(scope="module")
def town_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all of these requests, as none of them should disturb the next."""
    folder = tmp_path_factory.mktemp("malformed")
    town = folder / "town.txt"
    town.write_text(TOWN, encoding="utf-8")
    with running(town, settings=Settings(cache=folder / "cache")) as server:
        yield server


CHAT = "/v1/chat/completions"
HELLO: Any = [{"role": "user", "content": "Hello"}]


def chat(**fields: Any) -> tuple[str, Any]:
    return CHAT, {"messages": HELLO, **fields}


DEEP: Any = {"type": "object"}
for _ in range(300):
    DEEP = {"type": "object", "properties": {"a": DEEP}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        chat(messages=[{"role": "user", "content": "\ud800"}]),
        chat(messages=[{"role": "robot", "content": "x"}]),
        chat(messages=[{"role": "user"}]),
        chat(messages=[{"role": "assistant", "content": None, "tool_calls": [{}]}]),
        chat(messages=[*HELLO, {"role": "tool", "content": "x"}]),
        chat(messages=[{"role": "user", "content": [{"type": "file", "file": {}}]}]),
        chat(messages=HELLO * 10_001),
        chat(temperature=float("nan")),
        chat(temperature=-1),
        chat(max_tokens=0),
        chat(max_tokens=10**400),
        chat(seed=2**70),
        chat(stop=["\ud800"]),
        chat(stop=[""]),
        chat(tools=[{}]),
        chat(tools=[{"type": "function", "function": {"name": "a b"}}]),
        chat(tools=[{"type": "function", "function": {"name": "a", "parameters": DEEP}}]),
        chat(tools=[{"type": "function", "function": {"name": "\ud800"}}]),
        chat(tool_choice="nothing"),
        chat(response_format={"type": "json_schema", "json_schema": 3}),
        chat(response_format={"type": "json_schema", "json_schema": {"schema": DEEP}}),
        chat(response_format={"type": "json_schema", "json_schema": {"schema": {"$ref": "#/x"}}}),
        chat(documents=["\ud800"]),
        chat(documents=["../../etc/passwd"]),
        ("/ask", {"question": "\ud800"}),
        ("/ask", {"question": "x", "pages": [5, 2]}),
        ("/ask", {"question": "x", "strategy": "../agent"}),
        ("/search", {"query": "\x00"}),
        ("/summarize", {"length": "endless"}),
        ("/summarize", {"length": 10**30}),
        ("/v1/embeddings", {"input": []}),
        ("/v1/embeddings", {"input": ["\ud800"]}),
        ("/v1/embeddings", {"input": ["x"] * 3000}),
        ("/v1/embeddings", {"input": "x", "dimensions": 5}),
    ],
    ids=lambda part: json.dumps(part)[:60] if not isinstance(part, str) else part,
)
def test_odd_values(town_server: Running, path: str, body: Any) -> None:
    told = town_server.client.post(path, content=json.dumps(body).encode())
    assert told.status_code < 500, told.text
    if told.status_code >= 400:
        assert told.json()["error"]["message"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 10_000, b"null", b'"x"'],
)
@pytest.mark.parametrize("path", ["/ask", CHAT, "/v1/files", "/mcp"])
def test_odd_bodies(town_server: Running, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    told = town_server.client.post(path, content=content, headers=headers)
    assert 400 <= told.status_code < 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"])
def test_odd_methods(town_server: Running, method: str) -> None:
    for path in ("/ask", "/v1/files", "/documents", "/nowhere", "/"):
        told: httpx.Response = town_server.client.request(method, path)
        assert 400 <= told.status_code < 500


@pytest.mark.parametrize("examples", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_no_request_by_the_description_fails(town_server: Running, examples: int) -> None:
    """Requests made of the OpenAPI description: valid ones, and others that are nearly so."""
    schema = schemathesis.openapi.from_url(f"{town_server.url}/openapi.json")
    seen = 0
    for operation in map(_operation, schema.get_all_operations()):
        for mode in GenerationMode:

            @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                told = case.call(timeout=60)
                assert told.status_code < 500, (case.as_curl_command(), told.text)

            try:
                check()
            except Unsatisfiable:  # what takes no parameters cannot be asked wrongly
                continue
            seen += 1
    assert seen > 15


def _operation(result: Any) -> Any:
    return result.ok()
