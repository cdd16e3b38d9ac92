"""OCR for pages without a text layer, by the extra `ocr`; several processes share the pages."""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from retrieval.parse.document import Box, Scan, Unit, ranges
from retrieval.parse.layout import plain
from retrieval.parse.line import CELLS, Line
from retrieval.parse.worker import Message, run_workers
from retrieval.progress import Emit, Progress

log = logging.getLogger("docagent")

INSTALL = "pip install 'docagent[ocr]'"
_BASELINE = 0.22  # of a box's height lies below the baseline
_COLUMN = 8  # lines on either side that make two columns


class _Page(NamedTuple):
    """Its size in points once it is turned upright, and what stands on it."""

    width: float
    height: float
    turns: int
    boxes: list[Box]


@cache
def available() -> bool:
    """Whether the extra `ocr` is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def hint(unit: Unit) -> str:
    """What could be done about pages without text, behind a warning of them."""
    return "" if unit != "page" or available() else f"; for OCR: {INSTALL}"


def shared(pages: int) -> tuple[int, int]:
    """How many processes share so many pages, and how many threads each of them has."""
    cores = os.cpu_count() or 1
    processes = min(pages, cores, 8)
    return processes, max(1, cores // processes)


def read_pages(
    path: Path,
    password: str | None,
    stamps: dict[int, list[Box]],
    body: float | None,
    emit: Emit,
) -> tuple[dict[int, list[Line]], list[Scan]]:
    """Lines of these pages of a PDF (from 1), and where they stand, of those that have any text.

    `stamps` holds, for each page, the words on it that are known: a number stamped on a scan.
    `body` is the type size of the document's other pages, in points; None if there are none.
    """
    numbers = tuple(stamps)
    shares, threads = shared(len(numbers))
    tasks = [
        {
            "path": str(path),
            "password": password,
            "pages": [number - 1 for number in numbers[share::shares]],
            "stamps": [stamps[number] for number in numbers[share::shares]],
            "threads": threads,
        }
        for share in range(shares)
    ]
    boxes, failure = _run(tasks, len(numbers), emit)
    if failure:
        log.warning("%s: OCR failed: %s", path.name, failure)
    lines = _lines_by_page(boxes, body)
    _report(path, tuple(sorted(number for number in lines if lines[number])))
    return {number: page for number, page in lines.items() if page}, _scans(boxes)


def read_picture(path: Path, emit: Emit) -> tuple[list[list[Line]], list[Scan]] | None:
    """Lines of each page of a picture file, and where they stand; None if it cannot be read."""
    task: dict[str, Any] = {
        "path": str(path),
        "password": None,
        "pages": None,
        "stamps": [],
        "threads": os.cpu_count() or 1,
    }
    boxes, failure = _run([task], 1, emit)
    lines = _lines_by_page(boxes, None)
    if failure or not lines:
        return None
    return [lines[number] for number in sorted(lines)], _scans(boxes)


def _run(tasks: list[dict[str, Any]], total: int, emit: Emit) -> tuple[dict[int, _Page], str]:
    """Height and boxes by page number, and the last line of a worker that failed."""
    pages: dict[int, _Page] = {}
    emit(Progress("ocr", 0, total, "pages"))

    def handle(message: Message) -> None:
        boxes = [(plain(text).strip(), *place) for text, *place in message["boxes"]]
        size = message["width"], message["height"], message["turns"]
        pages[message["page"] + 1] = _Page(*size, [box for box in boxes if box[0]])
        emit(Progress("ocr", len(pages), max(len(pages), total), "pages"))

    return pages, run_workers("retrieval.parse.ocr_worker", tasks, handle)


def _lines_by_page(pages: dict[int, _Page], body: float | None) -> dict[int, list[Line]]:
    heights = [box[4] - box[2] for page in pages.values() for box in page.boxes]
    usual = median(heights) if heights else 1.0
    return {n: lines_of(page.boxes, page.height, usual, body) for n, page in pages.items()}


def _scans(pages: dict[int, _Page]) -> list[Scan]:
    """Where the lines of each page stand, in the order in which they are read."""
    return [
        Scan(
            number,
            page.width,
            page.height,
            page.turns,
            tuple(box for _, part in _columns(page.boxes) for row in _rows(part) for box in row),
        )
        for number, page in sorted(pages.items())
        if page.boxes
    ]


def _report(path: Path, numbers: tuple[int, ...]) -> None:
    if numbers:
        many = "s" if len(numbers) > 1 else ""
        were = "were" if many else "was"
        log.info("%s: page%s %s %s read by OCR.", path.name, many, ranges(numbers), were)


def lines_of(
    boxes: list[Box], height: float, usual: float, body: float | None = None
) -> list[Line]:
    """Boxes of words to lines as a PDF's text layer gives them, in reading order.

    Boxes beside each other are cells of one line, unless the page is set in two columns. A box of
    the `usual` height holds type of the size `body`.
    """
    if not boxes:
        return []
    return [
        _line(row, column, height, usual, body or usual)
        for column, part in _columns(boxes)
        for row in _rows(part)
    ]


def _line(row: list[Box], column: int, height: float, usual: float, body: float) -> Line:
    tall = median(box[4] - box[2] for box in row)
    # Boxes of one type size measured 9.3 to 14.1 points, as the letters in them are.
    size = body if 0.7 < tall / usual < 1.35 else body * round(tall / usual, 1)
    bottom = max(box[4] for box in row)
    text, cells = row[0][0], 1
    for before, box in pairwise(row):
        apart = box[1] - before[3] > tall
        cells += apart
        text += (CELLS if apart else " ") + box[0]
    return Line(
        text=text,
        x0=min(box[1] for box in row),
        y=round(height - bottom + _BASELINE * tall, 1),
        x1=max(box[3] for box in row),
        size=round(size, 1),
        bold=False,
        cells=cells,
        column=column,
    )


def _rows(boxes: list[Box]) -> list[list[Box]]:
    """Boxes whose middles lie within each other's height, from top to bottom."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b[2] + b[4]) / 2):
        middle = (box[2] + box[4]) / 2
        last = rows[-1][-1] if rows else None
        if (
            last
            and last[2] < middle < last[4]
            and middle - (last[2] + last[4]) / 2 < 0.5 * (last[4] - last[2])
        ):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda b: b[1]) for row in rows]


def _columns(boxes: list[Box]) -> list[tuple[int, list[Box]]]:
    """The page in reading order: between boxes across the middle, left column, then right."""
    left, right = min(box[1] for box in boxes), max(box[3] for box in boxes)
    middle = (left + right) / 2
    sides = {1: [b for b in boxes if b[3] <= middle], 2: [b for b in boxes if b[1] >= middle]}
    prose = all(
        len(side) >= _COLUMN and sum(len(box[0]) for box in side) >= 25 * len(side)
        for side in sides.values()
    )
    across = sorted((b for b in boxes if b[1] < middle < b[3]), key=lambda b: b[2])
    if not prose or len(across) > 0.2 * len(boxes):
        return [(0, boxes)]
    parts: list[tuple[int, list[Box]]] = []
    top = float("-inf")
    for box in [*across, None]:
        bottom = box[2] if box else float("inf")
        for column, side in sides.items():
            inside = [b for b in side if top <= (b[2] + b[4]) / 2 < bottom]
            if inside:
                parts.append((column, inside))
        if box:
            parts.append((0, [box]))
            top = box[2]
    return parts
