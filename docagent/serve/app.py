"""The application: routes, errors, counts, and what guards them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docagent import __version__
from docagent.serve import answers, chat, errors, models, pages, state, uploads
from docagent.serve.guard import Guard
from docagent.serve.mount import McpMount
from docagent.serve.service import Service

_FORM = 1_000_000  # bytes of an upload around its file


def create_app(service: Service, host: str = "127.0.0.1", key: str | None = None) -> ASGIApp:
    """The application of a service that listens on `host`, with `key` asked of every client."""
    mcp = McpMount(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        async with mcp.running():
            yield
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
    for each in (answers, chat, models, uploads, state, pages):
        app.include_router(each.router)
    app.router.routes.append(Route("/mcp", mcp, include_in_schema=False))
    limits = service.limits

    def largest(path: str) -> int:
        return limits.file + _FORM if path == "/v1/files" else limits.body

    return Guard(_Counted(app, service), host, key, largest)


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
