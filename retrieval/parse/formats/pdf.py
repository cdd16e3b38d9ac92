"""PDF files: worker processes read the pages, this module makes them one document."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from retrieval.errors import DocumentError, PasswordRequired
from retrieval.parse import ocr
from retrieval.parse.attached import with_attachments
from retrieval.parse.compose import compose
from retrieval.parse.document import Document, Scan
from retrieval.parse.headings import body_size
from retrieval.parse.layout import plain
from retrieval.parse.line import Line
from retrieval.parse.pdf_notes import attached, notes_by_page, warnings
from retrieval.parse.registry import Format, register
from retrieval.parse.worker import Message, run_workers
from retrieval.progress import Emit, Progress, ignore

_OBJECT = re.compile(rb"\b\d+ \d+ obj\b")
_WORKER = "retrieval.parse.pdf_worker"
_ROUNDS = 20  # of beginning again behind a page on which a worker crashed
_CRASHED = "crashed"
_BYTES_FOR_TWO = 400_000  # below this one worker is done before a second has started


def read_pdf(path: Path, password: str | None = None, emit: Emit = ignore) -> Document:
    """Parse a PDF, reporting pages as they are read.

    Raises PasswordRequired for a wrong or missing password, DocumentError for a damaged file and
    for a scan that OCR does not read.
    """
    head, messages = _read_pages(path, password, emit)
    pages = [_lines(message) for message in messages]
    scans = {
        number: message.get("stamp", [])
        for number, (message, page) in enumerate(zip(messages, pages, strict=True), 1)
        if (not page or "stamp" in message) and message.get("failed") != _CRASHED
    }
    places: list[Scan] = []
    if scans and ocr.available():
        body = body_size(pages) or None
        found, places = ocr.read_pages(path, password, scans, body, emit)
        for number, lines in found.items():
            pages[number - 1] = lines
            del scans[number]
    notes = notes_by_page(path, password, messages, emit)
    bare = tuple(n for n, page in enumerate(pages, 1) if not page and n not in notes)
    failed = tuple(number for number in bare if "failed" in messages[number - 1])
    silent = tuple(number for number in bare if number not in failed)
    if failed and len(bare) == len(pages):
        raise _crashed(path, messages[failed[0] - 1]["failed"])
    if len(silent) == len(pages):
        raise DocumentError(_refused_scan(path.name, messages))
    numbers = [(n, m["numbers"]) for n, m in enumerate(messages, 1) if m.get("numbers")]
    read_by_ocr = {place.page for place in places}
    spans = [None if n in read_by_ocr else m.get("span") for n, m in enumerate(messages, 1)]
    document = compose(path, head, pages, silent, notes, numbers, spans)
    stamped = tuple(n for n in scans if n not in silent and "stamp" in messages[n - 1])
    document = replace(
        document,
        hidden=tuple((n, plain(w)) for n, m in enumerate(messages, 1) for w in m.get("hidden", ())),
        warnings=tuple(warnings(head, messages, stamped, failed)),
        scans=tuple(places),
    )
    files = attached(head, messages)
    return with_attachments(document, files) if files else document


def _lines(message: Message) -> list[Line]:
    if "unreadable" in message:
        return []
    lines = (Line(plain(row[0]).strip(), *row[1:]) for row in message["rows"])
    return [line for line in lines if line.text]


def _refused_scan(file: str, messages: list[Message]) -> str:
    hint = "OCR finds none either" if ocr.available() else f"for OCR: {ocr.INSTALL}"
    if any("unreadable" in message for message in messages):
        return f"{file} cannot be read: its fonts do not say which letters they show; {hint}."
    return f"{file} is scanned: none of its {len(messages)} pages has a text layer; {hint}."


def _read_pages(
    path: Path, password: str | None, emit: Emit
) -> tuple[dict[str, Any], list[Message]]:
    """The head, and a message for each page."""
    size = path.stat().st_size
    if size == 0:
        raise DocumentError(f"{path.name} is empty (0 bytes).")
    shares = 1 if size < _BYTES_FOR_TWO else min(8, os.cpu_count() or 1)
    head: dict[str, Any] = {"pages": 0}
    pages: dict[int, Message] = {}

    def handle(message: Message) -> None:
        if "error" in message:
            raise _refusal(path, message, password)
        if "head" in message:
            head.update(message["head"])
        else:
            pages[message["page"]] = message
            emit(Progress("read", len(pages), max(head["pages"], len(pages)), "pages"))

    tasks = [
        {"path": str(path), "password": password, "share": share, "shares": shares}
        for share in range(shares)
    ]
    failure = run_workers(_WORKER, tasks, handle)
    if not head["pages"]:
        raise _crashed(path, failure)
    _read_missing(pages, head["pages"], tasks, handle)
    return head, [pages[index] for index in range(len(pages))]


def _read_missing(
    pages: dict[int, Message],
    count: int,
    tasks: list[dict[str, Any]],
    handle: Callable[[Message], None],
) -> None:
    """What workers left that crashed; a page on which one does so twice is given up."""
    tried: set[int] = set()
    for _ in range(_ROUNDS):
        spans = _missing(pages, count)[: len(tasks)]
        for span in spans:  # each begins with the page on which a worker crashed
            if span[0] in tried:
                pages[span[0]] = {"rows": [], "failed": _CRASHED}
                span[0] += 1
            tried.add(span[0])
        again = [{**tasks[0], "span": span} for span in spans if span[0] < span[1]]
        if again:
            run_workers(_WORKER, again, handle)
    for first, end in _missing(pages, count):
        pages |= {index: {"rows": [], "failed": _CRASHED} for index in range(first, end)}


def _missing(pages: dict[int, Message], count: int) -> list[list[int]]:
    """The first and the end of each stretch of pages that were not read."""
    spans: list[list[int]] = []
    for index in range(count):
        if index in pages:
            continue
        if spans and spans[-1][1] == index:
            spans[-1][1] += 1
        else:
            spans.append([index, index + 1])
    return spans


def _crashed(path: Path, why: str) -> DocumentError:
    reason = f" ({why})" if why else ""
    return DocumentError(f"{path.name} is damaged: the PDF reader crashed on it{reason}.")


def _refusal(path: Path, message: Message, password: str | None) -> DocumentError:
    if message["error"] == "password":
        if password:
            return PasswordRequired(f"The password given does not open {path.name}.")
        return PasswordRequired(f"{path.name} needs a password: give it with --password.")
    return DocumentError(
        f"{path.name} is not a readable PDF: it is damaged, cut off or another kind of file."
    )


def is_pdf(path: Path, start: bytes) -> bool:
    """By its first line; by its first object where that line is damaged."""
    named = path.suffix.lower() == ".pdf"
    return b"%PDF-" in start[:1024] or (named and bool(_OBJECT.search(start)))


register(Format("pdf", (".pdf",), read_pdf, is_text=False, detects=is_pdf))
