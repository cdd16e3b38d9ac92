"""Text of a PDF page that nobody sees: white on white, under a bar, on a layer switched off.

Looking is cheap and tells what may be hidden; whether it is, the page tells that is drawn with and
without it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from retrieval.parse.pdf_objects import (
    Box,
    Colour,
    Drawn,
    calls,
    drawn,
    fill_colour,
    inside,
    pixels_of,
)
from retrieval.parse.segment import Segment, SegmentReader

_STEP = 12  # characters; a shorter piece of text is an ornament
_PALE = 225  # of 255 in each colour: hardly seen on white
_LIKE = 24  # colours this near are one
_SEEN = 12  # of 255, by which some pixel differs where there is a letter
_SCALE = 2.0  # pixels a point
_LARGEST = 4_000_000  # pixels of a page that is drawn for this
_UNPAINTED = (3, 7)  # modes of text that is not drawn, as OCR puts it under a scan
_SMALLEST = 1.5  # points of a line


def hidden_characters(page: Any, reader: SegmentReader, things: Drawn | None) -> set[int]:
    """Characters of the text that the page does not show; white space is none of them.

    `things` is None for a page that was not looked at yet, since it has very many.
    """
    sample = [i for i in range(0, len(reader.text), _STEP) if not reader.text[i].isspace()]
    if not _suspects(reader, sample, things or Drawn()):
        return set()
    things = things or drawn(page)
    every = [i for i, char in enumerate(reader.text) if not char.isspace()]
    suspects = _suspects(reader, every, things)
    unseen = _unseen(page, reader, suspects)
    return {index for handle in unseen for index in suspects[handle]}


def _suspects(reader: SegmentReader, indexes: Iterable[int], things: Drawn) -> dict[int, list[int]]:
    """Text objects that may be hidden, by address, and which of the characters are theirs."""
    text_object = calls()["FPDFText_GetTextObject"]
    page = reader.address
    doubtful: dict[int, bool] = {}
    found: dict[int, list[int]] = {}
    colour: Colour = (0, 0, 0, 255)
    unpainted = False
    last = 0
    for index in indexes:
        handle = text_object(page, index)
        if not handle:
            continue  # a character that PDFium put in
        if handle != last:
            last = handle
            colour = fill_colour(handle) or (0, 0, 0, 255)
            unpainted = calls()["FPDFTextObj_GetTextRenderMode"](handle) in _UNPAINTED
            if handle not in doubtful:
                doubtful[handle] = (
                    unpainted or min(colour[:3]) >= _PALE or not colour[3] or _is_layered(handle)
                )
        if (
            _is_scanned(reader, index, things)
            if unpainted or not colour[3]
            else not doubtful[handle] and not _is_covered(reader, index, handle, colour, things)
        ):
            continue
        found.setdefault(handle, []).append(index)
    return found


def _is_layered(handle: int) -> bool:
    """Whether it belongs to a layer, which may be switched off."""
    import pypdfium2.raw as raw

    for number in range(calls()["FPDFPageObj_CountMarks"](handle)):
        item = ctypes.cast(handle, raw.FPDF_PAGEOBJECT)
        mark = raw.FPDFPageObj_GetMark(item, number)
        name, length = ctypes.create_string_buffer(32), ctypes.c_ulong()
        raw.FPDFPageObjMark_GetName(
            mark, ctypes.cast(name, ctypes.POINTER(ctypes.c_ushort)), 32, length
        )
        if name.raw[: length.value].decode("utf-16-le", "replace").rstrip("\0") == "OC":
            return True
    return False


def ink(reader: SegmentReader, index: int) -> Box:
    """Where a character leaves its ink on the page, however it is turned."""
    values = (ctypes.c_double * 4)()
    left = ctypes.addressof(values)
    calls()["FPDFText_GetCharBox"](reader.address, index, left, left + 8, left + 16, left + 24)
    return values[0], values[2], values[1], values[3]


def middle(reader: SegmentReader, index: int) -> tuple[float, float]:
    left, low, right, high = ink(reader, index)
    return (left + right) / 2, (low + high) / 2


def _is_scanned(reader: SegmentReader, index: int, things: Drawn) -> bool:
    """Whether a picture lies under text that is not painted: then it says what that shows."""
    return any(inside(*middle(reader, index), box) for box, _ in things.images)


def _is_covered(
    reader: SegmentReader, index: int, handle: int, colour: Colour, things: Drawn
) -> bool:
    """Whether it stands in a shape of its own colour, or in one drawn later."""
    if not things.fills:
        return False
    place = things.texts.get(handle)
    x, y = middle(reader, index)
    return any(
        inside(x, y, box) and ((place is not None and place < order) or _alike(colour, fill))
        for order, box, fill in things.fills
    )


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) < _LIKE for a, b in zip(one[:3], other[:3], strict=True))


def _unseen(page: Any, reader: SegmentReader, suspects: dict[int, list[int]]) -> list[int]:
    """Those without which the page looks the same."""
    import numpy
    import pypdfium2.raw as raw

    if not suspects:
        return []
    width, height = page.get_size()
    scale = min(_SCALE, (_LARGEST / max(1.0, width * height)) ** 0.5)
    before = page.render(scale=scale, may_draw_forms=False).to_numpy().astype(numpy.int16)
    handles = {handle: ctypes.cast(handle, raw.FPDF_PAGEOBJECT) for handle in suspects}
    for item in handles.values():
        raw.FPDFPageObj_SetIsActive(item, False)
    after = page.render(scale=scale, may_draw_forms=False).to_numpy().astype(numpy.int16)
    for item in handles.values():
        raw.FPDFPageObj_SetIsActive(item, True)
    changed = numpy.abs(before - after).max(axis=2) > _SEEN
    unseen = []
    for handle, indexes in suspects.items():
        boxes = (pixels_of(page, ink(reader, index), changed.shape) for index in indexes)
        if not any(changed[top:bottom, left:right].any() for left, top, right, bottom in boxes):
            unseen.append(handle)
    return unseen


def out_of_sight(reader: SegmentReader, segment: Segment, paper: Box) -> bool:
    """Whether it stands beside the page, or is too small to be read."""
    tiny = segment.size < _SMALLEST
    left, low, right, high = paper
    if (
        not tiny
        and not segment.turns
        and left <= segment.x0 <= right
        and low <= segment.low <= high
    ):
        return False
    first, last = ink(reader, segment.first), ink(reader, segment.last)
    if tiny and max(first[3] - first[1], last[3] - last[1]) < _SMALLEST:
        return True
    return bool(
        max(first[2], last[2]) <= left
        or min(first[0], last[0]) >= right
        or max(first[3], last[3]) <= low
        or min(first[1], last[1]) >= high
    )


def is_unpainted(reader: SegmentReader, index: int) -> bool:
    """Whether a character is there for programs alone, as OCR sets it under a scan."""
    handle = calls()["FPDFText_GetTextObject"](reader.address, index)
    return bool(handle and calls()["FPDFTextObj_GetTextRenderMode"](handle) in _UNPAINTED)
