"""Work that reports while it runs, as a generator of its reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

Report = TypeVar("Report")


class _Stopped(BaseException):
    """Raised in the work when nobody listens any more; no `except Exception` holds it up."""


def reported(work: Callable[[Callable[[Report], None]], None]) -> Iterator[Report]:
    """Run `work(report)` in a thread of its own and yield what it reports, as it does.

    What it raises is raised here. If the generator is closed, the work ends at its next report.
    """
    reports: SimpleQueue[tuple[Report, ...] | BaseException] = SimpleQueue()
    stopped = threading.Event()

    def report(value: Report) -> None:
        if stopped.is_set():
            raise _Stopped
        reports.put((value,))

    def run() -> None:
        try:
            work(report)
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 (raised again where reports are read)
            reports.put(error)
        else:
            reports.put(())

    # The context carries LangChain's callbacks into the thread.
    context = copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()
    try:
        while True:
            item = reports.get()
            if isinstance(item, BaseException):
                raise item
            if not item:
                return
            yield item[0]
    finally:
        stopped.set()
