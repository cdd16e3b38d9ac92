"""Where a slice of a document stands in its file."""

from __future__ import annotations

import logging
from array import array
from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from retrieval.locate.boxes import joined
from retrieval.locate.cell import cell
from retrieval.locate.drawn import DrawnLine, DrawnPage
from retrieval.locate.lines import signs_by_offset
from retrieval.locate.place import Box, Place
from retrieval.locate.scanned import scanned_page
from retrieval.parse.document import Document, Page
from retrieval.parse.formats.pdf import is_pdf as detects
from retrieval.parse.layout import plain
from retrieval.parse.place import place
from retrieval.parse.worker import StandingWorker

log = logging.getLogger("docagent")

_SURE = 0.97  # of a quote's characters; the others are signs that no font names
_OVERLEAF = 4  # further pages that are looked at; a quote is a sentence or a row
_KEPT = 32  # pages whose characters stay in memory, about 0.2 MB each


_READER = StandingWorker("retrieval.locate.page_worker")


def locate(
    name: str,
    document: Document,
    path: Path | None,
    start: int,
    end: int,
    password: str | None = None,
) -> Place:
    """The place of `document.text[start:end]`, of the file at `path`, which answers call `name`.

    A quote of a PDF is read back from its page, which takes a tenth of a second for the first
    one on it. A file that was changed or removed since, or is not here, has no boxes.
    """
    end = min(end, len(document.text))
    start = min(start, end)
    while start < end and document.text[start].isspace():
        start += 1
    found = Place(
        document=name,
        page=None,
        label=None,
        name=cell(document, start, end) or place(document, start),
        quote=document.text[start:end],
        unit=document.unit,
    )
    at = bisect_left(document.pages, start, key=lambda page: page.end)
    if at == len(document.pages):
        return found

    def on(page: Page, words: str) -> Place:
        here = replace(found, page=page.number, label=page.label, quote=words)
        drawn = drawn_page(document, path, page.number, password)
        if drawn is None:
            return here
        boxes = _boxes(document, page, drawn, max(start, page.start), min(end, page.end))
        return replace(here, width=drawn.width, height=drawn.height, boxes=boxes)

    overleaf = [
        on(page, words)
        for page in document.pages[at + 1 : at + 1 + _OVERLEAF]
        if (words := document.text[page.start : min(end, page.end)].strip())
    ]
    return replace(on(document.pages[at], found.quote), overleaf=tuple(overleaf))


def drawn_page(
    document: Document, path: Path | None, number: int, password: str | None
) -> DrawnPage | None:
    """A page of a PDF or a picture as it is drawn; None of other files."""
    for scan in document.scans:
        if scan.page == number:
            return scanned_page(scan)
    try:
        if path is None or not is_pdf(path):
            return None
        status = path.stat()
    except OSError:
        return None
    return _drawn(path, status.st_mtime_ns, status.st_size, number, password)


def is_pdf(path: Path) -> bool:
    """Whether a file is a PDF. Raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return detects(path, file.read(1024))


@lru_cache(_KEPT)
def _drawn(
    path: Path, changed: int, size: int, number: int, password: str | None
) -> DrawnPage | None:
    """The page of a file that has this size and was changed at this time."""
    found = _READER.ask({"path": str(path), "password": password, "index": number - 1})
    if found is None:
        log.warning("%s: the PDF reader crashed on page %d.", path.name, number)
    for message in found or ():
        lines = (
            DrawnLine(plain(text), signs, array("f", boxes))
            for text, signs, boxes in message["lines"]
        )
        return DrawnPage(message["width"], message["height"], message["screen"], tuple(lines))
    return None


def _boxes(
    document: Document, page: Page, drawn: DrawnPage, start: int, end: int
) -> tuple[Box, ...]:
    """The boxes of a slice of a page; () where they would miss or mistake any of it."""
    notes = (block.start for block in document.blocks if block.kind == "note")
    shown = next((at for at in notes if page.start <= at <= page.end), page.end)
    places = signs_by_offset(document.text[page.start : shown], drawn.lines)
    quoted = [
        (char, places[offset - page.start] if offset < shown else None)
        for offset, char in enumerate(document.text[start:end], start)
        if not char.isspace()
    ]
    letters = [place for char, place in quoted if char.isalnum()]
    if not letters or sum(map(bool, letters)) < _SURE * len(letters):
        return ()
    return joined(
        (number, drawn.shown(drawn.lines[number].box(sign)))
        for _, place in quoted
        if place
        for number, sign in [place]
    )
