"""PDF files: worker processes read the pages, this module makes them one document."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from retrieval.errors import DocumentError, PasswordRequired
from retrieval.parse import ocr
from retrieval.parse.compose import compose
from retrieval.parse.document import Document, Scan
from retrieval.parse.headings import body_size
from retrieval.parse.layout import plain
from retrieval.parse.line import Line
from retrieval.parse.pdf_notes import notes_by_page, warnings
from retrieval.parse.registry import Format, register
from retrieval.parse.worker import Message, run_workers
from retrieval.progress import Emit, Progress, ignore

_BYTES_FOR_TWO = 400_000  # below this one worker is done before a second has started


def read_pdf(path: Path, password: str | None = None, emit: Emit = ignore) -> Document:
    """Parse a PDF, reporting pages as they are read.

    Raises PasswordRequired for a wrong or missing password, DocumentError for a damaged file and
    for a scan that OCR does not read.
    """
    head, messages = _read_pages(path, password, emit)
    pages = [_lines(message) for message in messages]
    scans = {n: m.get("stamp", []) for n, m in enumerate(messages, 1) if _is_scan(m)}
    places: list[Scan] = []
    if scans and ocr.available():
        body = body_size(pages) or None
        found, places = ocr.read_pages(path, password, scans, body, emit)
        for number, lines in found.items():
            pages[number - 1] = lines
            del scans[number]
    notes = notes_by_page(path, password, messages, emit)
    silent = tuple(n for n, page in enumerate(pages, 1) if not page and n not in notes)
    if len(silent) == len(pages):
        raise DocumentError(_refused_scan(path.name, messages))
    numbers = [(n, m["numbers"]) for n, m in enumerate(messages, 1) if m.get("numbers")]
    document = compose(path, head, pages, silent, notes, numbers)
    stamped = tuple(number for number in scans if number not in silent)
    return replace(
        document,
        hidden=tuple((n, plain(w)) for n, m in enumerate(messages, 1) for w in m.get("hidden", ())),
        warnings=tuple(warnings(head, messages, stamped)),
        scans=tuple(places),
    )


def _lines(message: Message) -> list[Line]:
    if "unreadable" in message:
        return []
    lines = (Line(plain(row[0]).strip(), *row[1:]) for row in message["rows"])
    return [line for line in lines if line.text]


def _is_scan(message: Message) -> bool:
    return not _lines(message) or "stamp" in message


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
    failure = run_workers("retrieval.parse.pdf_worker", tasks, handle)
    if not pages or len(pages) != head["pages"]:
        why = f" ({failure})" if failure else ""
        raise DocumentError(f"{path.name} is damaged: the PDF reader crashed on it{why}.")
    return head, [pages[index] for index in range(len(pages))]


def _refusal(path: Path, message: Message, password: str | None) -> DocumentError:
    if message["error"] == "password":
        if password:
            return PasswordRequired(f"The password given does not open {path.name}.")
        return PasswordRequired(f"{path.name} needs a password: give it with --password.")
    return DocumentError(
        f"{path.name} is not a readable PDF: it is damaged, cut off or another kind of file."
    )


def is_pdf(_: Path, start: bytes) -> bool:
    return b"%PDF-" in start[:1024]


register(Format("pdf", (".pdf",), read_pdf, is_text=False, detects=is_pdf))
