"""A server in a thread of its own, on a free port, as its clients meet it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import uvicorn

from docagent.serve.app import create_app
from docagent.serve.server import _listening
from docagent.serve.service import Service
from docagent.settings import Settings
from tests.fake_model import FakeModel

ANSWER = "The ice house was rebuilt by the mason Ulla Brandt."
OLD = 1_700_000_000
QUESTION = "Who rebuilt the ice house?"


@dataclass
class Running:
    """A server at work: its address, what it shares, and a plain client."""

    url: str
    service: Service
    client: httpx.Client


Serve = Callable[..., Running]


@pytest.fixture
def serve(cache: Path, loaded: None) -> Iterator[Serve]:
    """Start servers; they end with the test."""
    with ExitStack() as ends:

        def start(*paths: Path, **options: Any) -> Running:
            options.setdefault("settings", Settings(cache=cache))
            return ends.enter_context(running(*paths, **options))

        yield start


@contextmanager
def running(
    *paths: Path, model: Any = None, key: str | None = None, **options: Any
) -> Iterator[Running]:
    """A server that has read its documents; `options` are those of Service."""
    for path in filter(Path.is_file, paths):
        os.utime(path, (OLD, OLD))  # nobody is writing it still
    model = model or FakeModel(replies=[ANSWER] * 999)
    service = Service(paths, model=model, **options)
    listening = _listening("127.0.0.1", 0)
    config = uvicorn.Config(
        create_app(service, "127.0.0.1", key), log_level="error", ws="none", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with (
        patch("docagent.serve.service._HEAD_START", 0),  # no first visitor is kept waiting here
        httpx.Client(base_url=url, timeout=60, headers=headers) as client,
    ):
        thread.start()
        until(lambda: client.get("/health").json()["reading"] is False, 120)
        yield Running(url, service, client)
    server.should_exit = server.force_exit = True
    thread.join(20)


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def town_server(serve: Serve, town: Path) -> Running:
    """One with the town's text and a model that knows one answer."""
    return serve(town)
