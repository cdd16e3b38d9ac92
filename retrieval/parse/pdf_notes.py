"""What stands on the pages of a PDF beside its running text, and what of the file is not read."""

from __future__ import annotations

import base64
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrieval.parse import ocr
from retrieval.parse.builder import tidy
from retrieval.parse.document import ranges
from retrieval.parse.pictures import MOST, text_of
from retrieval.parse.worker import Message, run_workers
from retrieval.progress import Emit, Progress

log = logging.getLogger("docagent")

_REPEATED = 3  # pages with the same picture: a logo, a background


def notes_by_page(
    path: Path, password: str | None, messages: list[Message], emit: Emit
) -> dict[int, list[str]]:
    """By page number: what readers wrote on it, and what is written in its pictures."""
    notes: dict[int, list[str]] = {}
    for number, message in enumerate(messages, 1):
        for what, text in message.get("notes", ()):
            notes.setdefault(number, []).append(tidy(f"{what}: {text}"))
    if ocr.available():
        for number, text in _read(path, password, _pictures(messages)[:MOST], emit):
            notes.setdefault(number, []).append(tidy(f"Picture: {text}"))
    return notes


def warnings(
    head: dict[str, Any],
    messages: list[Message],
    stamped: tuple[int, ...],
    failed: tuple[int, ...] = (),
) -> Iterator[str]:
    """A sentence on each thing that was not read.

    `stamped` are scans of which only a stamp was, `failed` are pages that could not be looked at.
    """
    hint = "" if ocr.available() else f"; for OCR: {ocr.INSTALL}"
    if failed:
        yield f"{_pages(failed)} cannot be read: the PDF reader fails there; print the file anew."
    if head.get("xfa"):
        yield "it is a form in XFA, which is not read; print it to a PDF, and give that."
    if stamped:
        yield f"{_on(stamped)} a picture of which only a line of text is read{hint}."
    signs = tuple(n for n, message in enumerate(messages, 1) if "unreadable" in message)
    if signs and not ocr.available():
        yield f"the text layer of {_pages(signs)} is no text but signs{hint}."
    left = _pictures(messages)[MOST if ocr.available() else 0 :]
    if left:
        pages = tuple(sorted({page for page, _ in left}))
        yield f"pictures on {_pages(pages)} are not read{hint}."


def attached(head: dict[str, Any], messages: list[Message]) -> list[tuple[str, bytes]]:
    """The files that are attached to the document or to a page of it, each once."""
    found = [*head.get("attached", ()), *(file for m in messages for file in m.get("attached", ()))]
    files = dict.fromkeys((tidy(name), data) for name, data in found)
    return [(name, base64.b64decode(data)) for name, data in files]


def _pages(numbers: tuple[int, ...]) -> str:
    return f"page{'s' if len(numbers) > 1 else ''} {ranges(numbers)}"


def _on(numbers: tuple[int, ...]) -> str:
    return f"{_pages(numbers)} {'are each' if len(numbers) > 1 else 'is'}"


def _pictures(messages: list[Message]) -> list[tuple[int, list[float]]]:
    """Page number and place of each picture worth reading."""
    pages = Counter(key for m in messages for key in {p[4] for p in m.get("pictures", ())})
    found: dict[int, tuple[int, list[float]]] = {}
    for number, message in enumerate(messages, 1):
        for *box, key in message.get("pictures", ()):
            if pages[key] < _REPEATED:
                found.setdefault(key, (number, box))
    return list(found.values())


def _read(
    path: Path, password: str | None, pictures: list[tuple[int, list[float]]], emit: Emit
) -> list[tuple[int, str]]:
    """Page number and words of the pictures that hold any."""
    if not pictures:
        return []
    texts: dict[int, str] = {}
    shares, threads = ocr.shared(len(pictures))
    numbered = [[i, page - 1, box] for i, (page, box) in enumerate(pictures)]
    tasks = [
        {
            "path": str(path),
            "password": password,
            "pictures": numbered[
                len(numbered) * share // shares : len(numbered) * (share + 1) // shares
            ],
            "threads": threads,
        }
        for share in range(shares)
    ]
    emit(Progress("ocr", 0, len(pictures), "pictures"))

    def handle(message: Message) -> None:
        texts[message["picture"]] = text_of(message["boxes"])
        emit(Progress("ocr", len(texts), len(pictures), "pictures"))

    failure = run_workers("retrieval.parse.pdf_picture_worker", tasks, handle)
    if failure:
        log.warning("%s: OCR of pictures failed: %s", path.name, failure)
    return [(pictures[i][0], texts[i]) for i in sorted(texts) if texts[i]]
