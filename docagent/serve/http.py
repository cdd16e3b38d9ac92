"""What the routes have in common: the service, jobs that end with their client, event streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from docagent.serve.errors import ApiError
from docagent.serve.gate import Gate
from docagent.serve.service import Service
from docagent.serve.work import Emit, Job

Result = TypeVar("Result")


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]


async def finished(request: Request, gate: Gate, work: Callable[[Emit], Result]) -> Result:
    """What `work(emit)` returns once the gate has let it in; it ends when its client goes."""
    job = Job(gate, work)
    result = asyncio.ensure_future(job.result())
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({result, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            raise ApiError(499, "The client went away.")
        return result.result()
    finally:
        job.close()
        for task in (result, gone):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


async def _gone(request: Request) -> None:
    """Return when the client has gone; its body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Server-sent events of a job, which ends when the client goes, however far it has come."""

    def __init__(self, job: Job[Any], lines: AsyncIterator[str]) -> None:
        super().__init__(
            lines,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._job = job

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._job.close()


SIGN_OF_LIFE = ": working\n\n"
"""A comment, which clients pass over: it keeps proxies from closing a silent connection."""


def sse(data: dict[str, Any] | str, event: str | None = None) -> str:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode()
    return f"event: {event}\ndata: {text}\n\n" if event else f"data: {text}\n\n"
