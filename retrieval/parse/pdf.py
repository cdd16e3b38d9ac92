"""PDF files: worker processes read the pages, this module makes them one document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from retrieval.errors import DocAgentError
from retrieval.parse import ocr
from retrieval.parse.contents import contents_lines
from retrieval.parse.document import Document, Page
from retrieval.parse.footnotes import footnotes_last
from retrieval.parse.furniture import printed_labels, without_furniture
from retrieval.parse.headings import body_size, heading_levels
from retrieval.parse.layout import Flow, plain
from retrieval.parse.line import Line
from retrieval.parse.plain import stem
from retrieval.progress import Progress

# The worker finds this package behind everything else; no folder of the user's is an import path.
_ROOT = str(Path(__file__).parents[2])
_WORKER = (
    "import sys; sys.path.append(sys.argv[1]); from retrieval.parse.pdf_worker import main; main()"
)
_BYTES_FOR_TWO = 400_000  # below this one worker is done before a second has started


def read_pdf(path: Path, password: str | None = None) -> Generator[Progress, None, Document]:
    """Parse a PDF, reporting pages as they are read.

    Raises DocAgentError for a wrong or missing password, a damaged file and a scan.
    """
    head, rows = yield from _read_rows(path, password)
    pages = [[_line(row) for row in page] for page in rows]
    pages = [[line for line in page if line.text] for page in pages]
    silent = _silent(pages)
    if silent and ocr.available():
        body = body_size(pages) or None
        for number, lines in (yield from ocr.read_pages(path, password, silent, body)).items():
            pages[number - 1] = lines
        silent = _silent(pages)
    if len(silent) == len(pages):
        hint = "OCR finds none either" if ocr.available() else f"for OCR: {ocr.INSTALL}"
        raise DocAgentError(
            f"{path.name} is scanned: none of its {len(pages)} pages has a text layer; {hint}."
        )
    return compose(path, head, pages, silent)


def _silent(pages: list[list[Line]]) -> tuple[int, ...]:
    return tuple(number for number, page in enumerate(pages, 1) if not page)


def compose(
    path: Path, head: dict[str, Any], pages: list[list[Line]], silent: tuple[int, ...]
) -> Document:
    """One document of the lines of its pages; `head` holds its labels, outline and title."""
    labels = [plain(label) or None for label in head["labels"]]
    if not any(labels):
        labels = printed_labels(pages)
    pages, aside = without_furniture(pages)
    body = body_size(pages)
    pages = [footnotes_last(lines, body) for lines in pages]
    outline = [(level, plain(title).strip(), index) for level, title, index in head["outline"]]
    flow = Flow(pages)
    spans = [
        flow.add_page(lines, levels, contents_lines(lines, len(pages)))
        for lines, levels in zip(pages, heading_levels(pages, outline), strict=True)
    ]
    return Document(
        title=_title(plain(head["title"] or "").strip(), path),
        text=flow.text,
        pages=tuple(
            Page(number, label, start, end)
            for number, (label, (start, end)) in enumerate(zip(labels, spans, strict=True), 1)
        ),
        blocks=tuple(flow.blocks),
        silent=silent,
        aside=tuple(aside),
    )


def _title(title: str, path: Path) -> str:
    """The file's own title, unless it is a number from the system that made it."""
    wordy = sum(char.isalpha() for char in title) > 0.4 * len(title)
    return title if wordy and len(title) > 3 else stem(path)


def _line(row: list[Any]) -> Line:
    return Line(plain(row[0]).strip(), *row[1:])


def _read_rows(
    path: Path, password: str | None
) -> Generator[Progress, None, tuple[dict[str, Any], list[list[list[Any]]]]]:
    size = path.stat().st_size
    if size == 0:
        raise DocAgentError(f"{path.name} is empty (0 bytes).")
    shares = 1 if size < _BYTES_FOR_TWO else min(8, os.cpu_count() or 1)
    head: dict[str, Any] = {"pages": 0}
    rows: dict[int, list[list[Any]]] = {}
    inbox: Queue[dict[str, Any] | None] = Queue()
    workers = [_Worker(path, password, share, shares, inbox) for share in range(shares)]
    try:
        running = shares
        while running:
            message = inbox.get()
            if message is None:
                running -= 1
            elif "error" in message:
                raise _refusal(path, message, password)
            elif "head" in message:
                head = message["head"]
            else:
                rows[message["page"]] = message["rows"]
                yield Progress("read", len(rows), max(head["pages"], len(rows)), "pages")
    finally:
        for worker in workers:
            worker.stop()
    if not rows or len(rows) != head["pages"]:
        raise DocAgentError(f"{path.name} is damaged: the PDF reader crashed on it.")
    return head, [rows[index] for index in range(len(rows))]


def _refusal(path: Path, message: dict[str, Any], password: str | None) -> DocAgentError:
    if message["error"] == "password":
        if password:
            return DocAgentError(f"The password given does not open {path.name}.")
        return DocAgentError(f"{path.name} needs a password: give it with --password.")
    return DocAgentError(
        f"{path.name} is not a readable PDF: it is damaged, cut off or another kind of file."
    )


class _Worker:
    """One process reading one share; a thread carries its lines to the inbox, None at the end."""

    def __init__(
        self, path: Path, password: str | None, share: int, shares: int, inbox: Queue[Any]
    ) -> None:
        self.inbox = inbox
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _WORKER, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        task = {"path": str(path), "password": password, "share": share, "shares": shares}
        # Through standard input, since a command line with a password is for all to see.
        with suppress(BrokenPipeError):  # a worker that died is noticed by its missing pages
            print(json.dumps(task), file=self.process.stdin, flush=True)
        Thread(target=self.carry, daemon=True).start()

    def carry(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.inbox.put(json.loads(line))
        self.inbox.put(None)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
