"""A function that reports while it runs, as an iterator of its reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

Report = TypeVar("Report")
Result = TypeVar("Result")


class _Stopped(BaseException):
    """Raised in the work when nobody listens any more; no `except Exception` holds it up."""


def stream(work: Callable[[Callable[[Report], None]], Result]) -> Iterator[Report | Result]:
    """Run `work(emit)` in a thread; yield what it emits as it does so, and then its result.

    What it raises is raised here. If the iterator is closed, the work ends the next time it emits.
    """
    reports: SimpleQueue[tuple[Report | Result, bool] | BaseException] = SimpleQueue()
    stopped = threading.Event()

    def emit(report: Report) -> None:
        if stopped.is_set():
            raise _Stopped
        reports.put((report, False))

    def run() -> None:
        try:
            reports.put((work(emit), True))
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 (raised again where reports are read)
            reports.put(error)

    # The context carries LangChain's callbacks into the thread.
    context = copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()
    try:
        while True:
            item = reports.get()
            if isinstance(item, BaseException):
                raise item
            yield item[0]
            if item[1]:
                return
    finally:
        stopped.set()
