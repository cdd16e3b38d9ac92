"""Pictures on a PDF page: whether the page is a scan, and which pictures may hold words."""

from __future__ import annotations

import ctypes
import re
import zlib
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.parse.pdf_objects import Box, Drawn

_SCAN = 0.5  # of the page that pictures cover; more is a scan if hardly any text stands on it
_FEW_LETTERS = 200  # a stamp, a fax header, a page number
_BACKGROUND = 0.8  # of the page; a picture this large lies behind the text
_WIDE, _HIGH = 120.0, 60.0  # points; smaller ones are logos and icons
_PIXELS = 60  # on the shorter side
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_SIDE = re.compile(rb"/(?:Width|Height)\s+(\d+)(?!\s+\d+\s+R)")
_HEAD = 2000  # bytes before and after, at the most
_MOST = 200  # pieces of pictures on a page
_TOUCH = 3.0  # points between the pieces of one picture


class Picture(NamedTuple):
    """Where a picture stands on its page, and a checksum: the same one is read once."""

    box: Box
    key: int


def pictures_in(path: str) -> int:
    """How many pictures of a sensible size a PDF holds: their heads are never compressed."""
    count = 0
    with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for found in _IMAGE.finditer(data):
            before = data[max(0, found.start() - _HEAD) : found.start()].rpartition(b"obj")[2]
            head = before + data[found.end() : found.end() + _HEAD].partition(b"stream")[0]
            sizes = [int(size[1]) for size in _SIDE.finditer(head)]
            count += len(sizes) < 2 or min(sizes) > _PIXELS
    return count


def covered(things: Drawn, sheet: Box) -> float:
    """The share of the page that pictures cover, those that lie upon others counted once."""
    boxes = [_cut(box, sheet) for box, _ in things.images[:_MOST]]
    boxes = [box for box in boxes if box[0] < box[2] and box[1] < box[3]]
    edges = sorted({edge for box in boxes for edge in (box[1], box[3])})
    total = 0.0
    for low, high in pairwise(edges):
        at = sheet[0]
        for left, right in sorted((b[0], b[2]) for b in boxes if b[1] <= low and high <= b[3]):
            total += max(0.0, right - max(at, left)) * (high - low)
            at = max(at, right)
    return total / max(1.0, _area(sheet))


def is_scan(things: Drawn, sheet: Box, letters: int) -> bool:
    return letters < _FEW_LETTERS and bool(things.images) and covered(things, sheet) > _SCAN


def pictures(things: Drawn, sheet: Box) -> list[Picture]:
    """Pictures of a sensible size; the pieces of one are put together."""
    merged: list[tuple[Box, list[int]]] = []
    for box, handle in things.images[:_MOST]:
        parts, box = [handle], _cut(box, sheet)
        for other in [item for item in merged if _touch(item[0], box)]:
            merged.remove(other)
            box = _union(other[0], box)
            parts = other[1] + parts
        merged.append((box, parts))
    return [
        Picture(box, zlib.crc32(repr([_key(part) for part in parts]).encode()))
        for box, parts in merged
        if box[2] - box[0] > _WIDE
        and box[3] - box[1] > _HIGH
        and _area(box) < _BACKGROUND * _area(sheet)
        and (len(parts) > 1 or min(_size(parts[0])) > _PIXELS)
    ]


def _key(handle: int) -> tuple[int, int, int, int]:
    """Size and checksum of the picture as the file holds it."""
    import pypdfium2.raw as raw

    image = ctypes.cast(handle, raw.FPDF_PAGEOBJECT)
    length = raw.FPDFImageObj_GetImageDataRaw(image, None, 0)
    data = ctypes.create_string_buffer(length)
    raw.FPDFImageObj_GetImageDataRaw(image, data, length)
    return *_size(handle), length, zlib.crc32(data)


def _size(handle: int) -> tuple[int, int]:
    import pypdfium2.raw as raw

    width, height = ctypes.c_uint(), ctypes.c_uint()
    raw.FPDFImageObj_GetImagePixelSize(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), width, height)
    return width.value, height.value


def sheet(page: Any) -> Box:
    """What of the page is shown."""
    import pypdfium2.raw as raw

    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, rect)
    return rect.left, rect.bottom, rect.right, rect.top


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _cut(box: Box, sheet: Box) -> Box:
    return (
        max(box[0], sheet[0]),
        max(box[1], sheet[1]),
        min(box[2], sheet[2]),
        min(box[3], sheet[3]),
    )


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] <= other[2] + _TOUCH
        and other[0] <= one[2] + _TOUCH
        and one[1] <= other[3] + _TOUCH
        and other[1] <= one[3] + _TOUCH
    )


def _union(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
