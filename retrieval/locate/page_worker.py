"""Tells where each character of a PDF's page stands, in a worker process (see worker.py)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from retrieval.parse.pdf_worker import PageReading
from retrieval.parse.segment import MARKS, Box, Segment, SegmentReader, turned

_FINE = 1000  # parts of a point
_UNIT = 1000.0  # points


def messages(path: str, password: str | None, index: int) -> Iterator[dict[str, Any]]:
    """One page: its size, the way to the screen, and its lines as [text, signs, their boxes].

    Nothing for a page that PDFium refuses.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path, password=password)
        with suppress(pypdfium2.PdfiumError):  # as the page was read
            pdf.init_forms()
        reading = PageReading(pdf, index, pictured=False)
    except pypdfium2.PdfiumError:
        return
    width, height = reading.page.get_size()
    lines = []
    for _, line in reading.lines:
        signs, boxes = list[str](), list[float]()
        for segment in line.segments:
            for number in drawn(reading.reader, segment):
                signs.append(reading.reader.text[number])
                boxes += box_of(reading.reader, number)
        lines.append([line.text, "".join(signs), [round(edge, 2) for edge in boxes]])
    screen = to_screen(reading.page)
    yield {"width": width, "height": height, "screen": screen, "lines": lines}


def drawn(reader: SegmentReader, segment: Segment) -> Iterator[int]:
    """The characters of a segment that show; the value of a form's field (first < 0) has none."""
    for number in range(max(segment.first, 0), segment.last + 1):
        if not (sign := reader.text[number]).isspace() and sign not in MARKS:
            yield number


def box_of(reader: SegmentReader, number: int) -> Box:
    """Left, low, right and high of a character, in points of the page as it is stored."""
    box = reader.box(number, 0)
    if box[0] < box[2] and box[1] < box[3]:
        return box
    turns = reader.turns(number)
    x0, y0, x1, y1 = reader.box(number, turns)
    return *turned(x0, y0, -turns % 4), *turned(x1, y1, -turns % 4)


def to_screen(page: Any) -> list[float]:
    """[x, y, a, b, c, d]: a point (u, v) of the file is shown at (x + au + bv, y + cu + dv).

    That is in points from the upper left of the page as it is turned and cropped.
    """
    import pypdfium2.raw as raw

    width, height = page.get_size()
    size = round(_FINE * width), round(_FINE * height)

    def device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
        return across.value / _FINE, down.value / _FINE

    (x, y), (xa, ya), (xb, yb) = device(0, 0), device(_UNIT, 0), device(0, _UNIT)
    return [x, y, (xa - x) / _UNIT, (xb - x) / _UNIT, (ya - y) / _UNIT, (yb - y) / _UNIT]
