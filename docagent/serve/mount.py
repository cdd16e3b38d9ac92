"""MCP at /mcp: made when the first client comes, as its package takes a second to import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.types import Receive, Scope, Send

from docagent.serve.service import Service


class McpMount:
    """An ASGI application that begins its session manager with the first request."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._first = asyncio.Event()
        self._ready: asyncio.Future[Any] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the server runs. The manager lives in a task of its own, as anyio asks for."""
        self._ready = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._serve())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._ready is not None
        self._first.set()
        manager = await asyncio.shield(self._ready)
        await manager.handle_request(scope, receive, send)

    async def _serve(self) -> None:
        assert self._ready is not None
        await self._first.wait()
        async with AsyncExitStack() as stack:
            try:
                manager = await asyncio.to_thread(self._made)
                await stack.enter_async_context(manager.run())
            except BaseException as error:
                self._ready.set_exception(error)
                raise
            self._ready.set_result(manager)
            await asyncio.Event().wait()

    def _made(self) -> Any:
        from docagent.serve.mcp_server import http_manager

        return http_manager(self._service)
