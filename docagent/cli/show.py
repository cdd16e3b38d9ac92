"""What a person sees: progress on standard error, answers on standard output."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from docagent.answer import Answer, Citation
from docagent.events import Event, Progress, Step, Token
from retrieval.parse.document import Unit

if TYPE_CHECKING:
    from docagent.api import DocAgent

# A document's text must not steer the terminal: escape sequences lose their control characters,
# and marks that reorder what is displayed are left out.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_STAGES = {
    "read": "Reading pages",
    "ocr": "Reading scanned pages",
    "embed": "Embedding passages",
    "write": "Writing",
    "parts": "Reading parts",
    "prefill": "Reading evidence",
}


def plain(text: str) -> str:
    """Text that is safe to print on a terminal."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


@contextmanager
def notices() -> Iterator[None]:
    """Log lines of docagent on standard error while a verb runs."""
    handler = _Notices()
    log = logging.getLogger("docagent")
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
        mark = "warning: " if record.levelno >= logging.WARNING else ""
        print(f"docagent: {mark}{plain(record.getMessage())}", file=sys.stderr, flush=True)


class Screen:
    """Shows events as they come: bars for long work, tokens of the answer as they are written."""

    def __init__(self, stream_answer: bool) -> None:
        self.stream_answer = stream_answer
        self.streamed = False
        self.bars: Any = None
        self.tasks: dict[str, Any] = {}

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


def finish_index(agent: DocAgent) -> None:
    """Make the vectors that an answer did not wait for; the answer is out already."""
    if not agent.pending:
        return
    sys.stdout.flush()
    log = logging.getLogger("docagent")
    screen = Screen(stream_answer=False)
    try:
        log.info("Finishing the index for the next question; Ctrl-C loses nothing.")
        for progress in agent.complete():
            screen.show(progress)
    except KeyboardInterrupt:
        log.info("The rest of the index is made at the next question.")
    finally:
        screen.close()


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def download_bar() -> Iterator[Callable[[Progress], None]]:
    """One bar in bytes for what is fetched, on a terminal only; stages change its title."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Bars(
        *columns, TransferSpeedColumn(), TimeRemainingColumn(), console=console, transient=True
    ) as bars:
        task = bars.add_task("")

        def report(progress: Progress) -> None:
            bars.update(
                task, description=progress.stage, completed=progress.done, total=progress.total
            )

        yield report


def print_answer(answer: Answer, streamed: bool) -> None:
    """The answer, then each citation as `[1] p. 37 "exact words"`."""
    if streamed:
        print()
    else:
        print(plain(answer.text))
    if answer.citations:
        print()
        if not answer.found:
            print("Nearest passages:")
    several = len({citation.document for citation in answer.citations}) > 1
    for citation in answer.citations:
        print(f'[{citation.id}] {place(citation, several)}"{one_line(citation.quote)}"')


def place(citation: Citation, with_document: bool) -> str:
    """`p. 37 (35) `: the page to open, and the printed number where it differs."""
    parts = []
    if with_document or citation.page is None:
        parts.append(one_line(citation.document))
    if citation.page is not None:
        parts.append(page_text(citation.page, citation.page_label, citation.unit))
    return ", ".join(parts) + " "


def page_text(page: int, label: str | None, unit: Unit = "page") -> str:
    """`p. 37 (printed 35)`, `slide 3`, `sheet 2 (Budget)`: what to open, and what it is called."""
    name = one_line(label) if label and label != str(page) else ""
    if unit == "page":
        return f"p. {page} (printed {name})" if name else f"p. {page}"
    return f"{unit} {page} ({name})" if name else f"{unit} {page}"
