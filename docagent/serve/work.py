"""Work in threads whose events an asyncio server passes on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from docagent.serve.gate import Gate, Waiting

Result = TypeVar("Result")
Emit = Callable[[Any], None]

_SILENCE = 10.0  # seconds without an event after which a sign of life is due


class _Left(BaseException):
    """Raised in work that nobody waits for any more; no `except Exception` holds it up."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """The last event of a job."""

    result: Result


class Job(Generic[Result]):
    """`work(emit)` in a thread of its own, as soon as the gate lets it in.

    Whoever makes one closes it. The work then ends the next time it emits, be it None, and only
    then its place is free: places count what the machine is busy with. Raises Busy where there is
    no room.
    """

    def __init__(self, gate: Gate, work: Callable[[Emit], Result]) -> None:
        self._work = work
        self._gate = gate
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._left = threading.Event()
        self._thread: threading.Thread | None = None
        self._ticket = gate.join(self._start, self._events.put_nowait)

    async def events(self, silence: float = _SILENCE) -> AsyncIterator[Any]:
        """`Waiting` while it waits, what the work emits, and last `Done`.

        None is a sign of life after so many seconds of silence. Raises what the work raised.
        """
        while True:
            try:
                event = await asyncio.wait_for(self._events.get(), silence)
            except TimeoutError:
                yield None
                continue
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Done):
                return

    async def result(self) -> Result:
        """What the work returned. Raises what it raised."""
        async with contextlib.aclosing(self.events()) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Done):
                    result: Result = event.result
                    return result
        raise AssertionError("a job ends with its result")

    def close(self) -> None:
        """Nobody waits for the result any more."""
        self._left.set()
        if self._thread is None:
            self._gate.leave(self._ticket)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="question", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            event: Any = Done(self._work(self._emit))
        except _Left:
            event = None
        except BaseException as error:  # noqa: BLE001 (raised again where the result is awaited)
            event = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server has ended
            self._loop.call_soon_threadsafe(self._end, event)

    def _end(self, event: Any) -> None:
        self._gate.leave(self._ticket)
        if event is not None:
            self._events.put_nowait(event)

    def _emit(self, event: Any) -> None:
        if self._left.is_set():
            raise _Left
        if event is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except RuntimeError:
            raise _Left from None


__all__ = ["Done", "Emit", "Job", "Waiting"]
