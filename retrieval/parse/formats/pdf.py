"""PDF files: worker processes read the pages, this module makes them one document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from retrieval.errors import DocumentError, PasswordRequired
from retrieval.parse import ocr
from retrieval.parse.compose import compose
from retrieval.parse.document import Document
from retrieval.parse.headings import body_size
from retrieval.parse.layout import plain
from retrieval.parse.line import Line
from retrieval.parse.registry import Format, register
from retrieval.parse.worker import Message, run_workers
from retrieval.progress import Emit, Progress, ignore

_BYTES_FOR_TWO = 400_000  # below this one worker is done before a second has started


def read_pdf(path: Path, password: str | None = None, emit: Emit = ignore) -> Document:
    """Parse a PDF, reporting pages as they are read.

    Raises PasswordRequired for a wrong or missing password, DocumentError for a damaged file and
    for a scan that OCR does not read.
    """
    head, rows, numbers = _read_rows(path, password, emit)
    pages = [[_line(row) for row in page] for page in rows]
    pages = [[line for line in page if line.text] for page in pages]
    silent = _silent(pages)
    if silent and ocr.available():
        body = body_size(pages) or None
        for number, lines in ocr.read_pages(path, password, silent, body, emit).items():
            pages[number - 1] = lines
        silent = _silent(pages)
    if len(silent) == len(pages):
        hint = "OCR finds none either" if ocr.available() else f"for OCR: {ocr.INSTALL}"
        raise DocumentError(
            f"{path.name} is scanned: none of its {len(pages)} pages has a text layer; {hint}."
        )
    return compose(path, head, pages, silent, numbers)


def _silent(pages: list[list[Line]]) -> tuple[int, ...]:
    return tuple(number for number, page in enumerate(pages, 1) if not page)


def _line(row: list[Any]) -> Line:
    return Line(plain(row[0]).strip(), *row[1:])


def _read_rows(
    path: Path, password: str | None, emit: Emit
) -> tuple[dict[str, Any], list[list[list[Any]]], list[tuple[int, str]]]:
    """The head, the rows of each page, and (page from 1, its line numbers)."""
    size = path.stat().st_size
    if size == 0:
        raise DocumentError(f"{path.name} is empty (0 bytes).")
    shares = 1 if size < _BYTES_FOR_TWO else min(8, os.cpu_count() or 1)
    head: dict[str, Any] = {"pages": 0}
    rows: dict[int, list[list[Any]]] = {}
    numbers: list[tuple[int, str]] = []

    def handle(message: Message) -> None:
        if "error" in message:
            raise _refusal(path, message, password)
        if "head" in message:
            head.update(message["head"])
        else:
            rows[message["page"]] = message["rows"]
            if message.get("numbers"):
                numbers.append((message["page"] + 1, message["numbers"]))
            emit(Progress("read", len(rows), max(head["pages"], len(rows)), "pages"))

    tasks = [
        {"path": str(path), "password": password, "share": share, "shares": shares}
        for share in range(shares)
    ]
    run_workers("retrieval.parse.pdf_worker", tasks, handle)
    if not rows or len(rows) != head["pages"]:
        raise DocumentError(f"{path.name} is damaged: the PDF reader crashed on it.")
    return head, [rows[index] for index in range(len(rows))], sorted(numbers)


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
