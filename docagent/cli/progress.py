"""What a person sees while a command works: log lines and bars on standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from docagent.events import Event, Progress, Step, Token
from docagent.sanitize import one_line, plain

if TYPE_CHECKING:
    from docagent.api import DocAgent

_STAGES = {
    "files": "Reading files",
    "read": "Reading pages",
    "ocr": "Reading scanned pages",
    "embed": "Embedding passages",
    "index": "Indexing documents",
    "tokens": "Embedding tokens",
    "write": "Writing",
    "parts": "Reading parts",
    "prefill": "Reading evidence",
}

log = logging.getLogger("docagent")


@contextmanager
def notices() -> Iterator[None]:
    """Log lines of docagent on standard error while a command runs."""
    handler = _Notices()
    level, propagate = log.level, log.propagate
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = propagate


class _Notices(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        prefix = "warning: " if record.levelno >= logging.WARNING else ""
        print(f"docagent: {prefix}{plain(record.getMessage())}", file=sys.stderr, flush=True)


class Screen:
    """Shows events as they come: bars for long work, tokens of the answer as they are written.

    As a context it takes the bars down at its end.
    """

    def __init__(self, stream_answer: bool = False) -> None:
        self.stream_answer = stream_answer
        self.streamed = False
        self.bars: Any = None
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, event: Event) -> None:
        """One event; progress goes to a terminal only."""
        if isinstance(event, Progress):
            self._advance(event)
            return
        self.close()
        if isinstance(event, Step) and sys.stderr.isatty():
            print(f"{event.name}: {one_line(event.text)}", file=sys.stderr, flush=True)
        if isinstance(event, Token) and self.stream_answer:
            print(plain(event.text), end="", flush=True)
            self.streamed = True

    def close(self) -> None:
        """Take the bars down."""
        if self.bars is not None:
            self.bars.stop()
            self.bars, self.tasks = None, {}

    def _advance(self, event: Progress) -> None:
        if not sys.stderr.isatty():
            return
        if self.bars is None:
            self.bars = _bars()
            self.bars.start()
        if event.stage not in self.tasks:
            title = _STAGES.get(event.stage, event.stage)
            self.tasks[event.stage] = self.bars.add_task(title, total=event.total)
        self.bars.update(self.tasks[event.stage], completed=event.done, total=event.total)


@contextmanager
def download_bar() -> Iterator[Callable[[Progress], None]]:
    """One bar in bytes for a download, on a terminal only; stages change its title."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with _bars(download=True) as bars:
        task = bars.add_task("")
        yield lambda event: bars.update(
            task, description=event.stage, completed=event.done, total=event.total
        )


def _bars(download: bool = False) -> Any:
    """Bars on standard error, which leave nothing behind; a download counts in bytes."""
    from rich import progress as rich
    from rich.console import Console

    columns: list[Any] = [rich.TextColumn("{task.description}"), rich.BarColumn()]
    if download:
        columns += [rich.DownloadColumn(), rich.TransferSpeedColumn()]
    else:
        columns.append(rich.MofNCompleteColumn())
    return rich.Progress(
        *columns, rich.TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )


def counter(what: str) -> Callable[[int, int], None]:
    """A function that shows how much is done, on a terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} {what}", end=end, file=sys.stderr, flush=True)

    return show


def finish_index(agent: DocAgent) -> None:
    """Embed what the answer did not wait for; the answer is out already."""
    if not agent.pending:
        return
    sys.stdout.flush()
    try:
        with Screen() as screen:
            log.info("Finishing the index for the next question; Ctrl-C loses nothing.")
            agent.complete(screen.show)
    except KeyboardInterrupt:
        log.info("The rest of the index is made at the next question.")
