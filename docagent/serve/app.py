"""The application: routes, errors, counts, and what guards them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docagent import __version__
from docagent.serve import (
    answers,
    chat,
    errors,
    models,
    pages,
    questions,
    reading,
    state,
    uploads,
)
from docagent.serve.guard import Guard
from docagent.serve.mount import McpMount
from docagent.serve.service import Service

_GRACE = 5.0  # seconds that work gets to notice that nobody waits for it
_FORM = 1_000_000  # bytes of an upload around its file


def create_app(service: Service, host: str = "127.0.0.1", key: str | None = None) -> ASGIApp:
    """The application of a service that listens on `host`, with `key` asked of every client."""
    mcp = McpMount(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        async with mcp.running():
            yield
        await _drained(service)
        service.close()

    app = FastAPI(
        title="docagent",
        version=__version__,
        description="Ask long documents; every claim cites exact words on a page.",
        docs_url=None,  # they fetch scripts from elsewhere; ours is in pages.py
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    errors.install(app)
    for each in (answers, chat, models, uploads, state, reading, questions, pages):
        app.include_router(each.router)
    app.router.routes.append(Route("/mcp", mcp, include_in_schema=False))
    limits = service.limits

    def largest(path: str) -> int:
        return limits.file + _FORM if path == "/v1/files" else limits.body

    return Guard(_Counted(app, service), host, key, largest)


async def _drained(service: Service) -> None:
    """Let threads come out of torch: inside it, they can crash an interpreter that ends."""
    until = time.monotonic() + _GRACE
    while service.questions.working + service.quick.working and time.monotonic() < until:
        await asyncio.sleep(0.05)


class _Counted:
    """Counts requests by their route, and how long each takes."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._metrics = app, service.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            # Starlette raises again what it has answered; the connection goes on.
            if not status:
                raise
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.monotonic() - begun)
