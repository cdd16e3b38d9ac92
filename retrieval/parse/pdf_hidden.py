"""Text of a PDF page that nobody sees: white on white, under a bar, on a layer switched off.

Looking is cheap and tells what may be hidden; whether it is, the page tells that is drawn with and
without it.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from retrieval.parse.pdf_objects import (
    Box,
    Colour,
    Drawn,
    bounds,
    calls,
    drawn,
    fill_colour,
    inside,
    pixels_of,
)
from retrieval.parse.segment import Segment, SegmentReader

_STEP = 24  # characters, on a page that has too many objects to look at each
_PALE = 225  # of 255 in each colour: hardly seen on white
_LIKE = 24  # colours this near are one
_SEEN = 10  # of 255, by which some pixel differs where there is a letter
_NEARLY_ALL = 0.8
_LARGEST = 2_000_000  # pixels of a page that is drawn for this; a point is one on usual paper
_CLIP = 7  # mode of text that only cuts out what is drawn after it
_UNPAINTED = (3, _CLIP)  # modes of text that is not drawn, as OCR puts it under a scan
_SMALLEST = 1.5  # points of a line


def hidden_characters(page: Any, reader: SegmentReader, things: Drawn | None) -> set[int]:
    """Characters of the text that the page does not show; white space is none of them.

    `things` is None for a page that was not looked at yet, since it has very many.
    """
    if things:
        doubtful = {
            handle
            for handle in _doubtful(things.texts)
            if not _is_backed(handle, *_standing(things, handle), things)
        }
        if not doubtful:
            return set()
        suspects = _characters(reader, range(len(reader.text)), doubtful)
    else:
        text_object = calls()["FPDFText_GetTextObject"]
        text = reader.text
        sample = {
            text_object(reader.address, i + text[i].isspace())  # none of white space
            for i in range(0, len(text) - 1, _STEP)
        }
        if not any(_doubtful(handle for handle in sample if handle)):
            return set()
        things = drawn(page)
        every = _characters(reader, range(len(reader.text)))
        suspects = {
            handle: every[handle]
            for handle in _doubtful(every)
            if not _is_backed(handle, ink(reader, every[handle][0]), len(things.texts), things)
        }
    hidden = {index for handle in unseen(page, reader, suspects) for index in suspects[handle]}
    if not hidden:
        return hidden
    return hidden | _overruled({i for at in suspects.values() for i in at}, hidden, reader.text)


def _overruled(suspects: set[int], hidden: set[int], text: str) -> set[int]:
    """All of a run of suspects of which nearly all is hidden.

    Where letters are drawn one by one, a white one may show where it crosses a rule.
    """
    more: set[int] = set()
    run: list[int] = []
    for index in [*range(min(suspects), max(suspects) + 1), -1]:
        if index in suspects:
            run.append(index)
        elif index < 0 or not text[index].isspace():
            if len(hidden.intersection(run)) > _NEARLY_ALL * len(run):
                more.update(run)
            run = []
    return more


def covered(reader: SegmentReader, segments: list[Segment], things: Drawn) -> Iterator[Segment]:
    """Those in a shape of their own colour, or in one drawn later: perhaps not seen."""
    upright = sorted((s for s in segments if not s.turns), key=lambda s: s.low)
    lows = [s.low for s in upright]
    found: set[int] = set()
    for fill in things.fills:
        _, low, _, high = fill.box
        for s in upright[bisect_left(lows, low - 20) : bisect_left(lows, high)]:
            if s.first in found or not inside((s.x0 + s.x1) / 2, (s.low + s.high) / 2, fill.box):
                continue
            handle = calls()["FPDFText_GetTextObject"](reader.address, s.first)
            place, _ = things.texts.get(handle, (0, None))
            if place < fill.place or _alike(fill_colour(handle), fill.colour):
                found.add(s.first)
                yield s


def unseen_segments(
    page: Any, reader: SegmentReader, segments: list[Segment], things: Drawn | None
) -> list[Segment]:
    """Those that lie under a bar, or have the colour of what is behind them."""
    suspects = list(covered(reader, segments, things)) if things and things.fills else []
    if not suspects:
        return []
    objects = {s.first: _characters(reader, range(s.first, s.last + 1)) for s in suspects}
    every = {handle: at for found in objects.values() for handle, at in found.items()}
    hidden = set(unseen(page, reader, every))
    return [s for s in suspects if objects[s.first].keys() <= hidden]


def _characters(
    reader: SegmentReader, indexes: Iterable[int], wanted: set[int] | None = None
) -> dict[int, list[int]]:
    """Text objects by address (or those wanted of them), and which characters are theirs."""
    text_object, page, text = calls()["FPDFText_GetTextObject"], reader.address, reader.text
    found: dict[int, list[int]] = {}
    for index in indexes:
        if not text[index].isspace():
            handle = text_object(page, index)  # none for a character that PDFium put in
            if handle and (wanted is None or handle in wanted):
                found.setdefault(handle, []).append(index)
    return found


def _standing(things: Drawn, handle: int) -> tuple[Box, int]:
    """The box of a text object, and its place in the order of drawing."""
    place, matrix = things.texts[handle]
    return bounds(handle, matrix), place


def _doubtful(handles: Iterable[int]) -> Iterator[int]:
    """Text objects that may be hidden by what they are themselves."""
    mode = calls()["FPDFTextObj_GetTextRenderMode"]
    layers: dict[int, bool] = {}
    for handle in handles:
        red, green, blue, opacity = fill_colour(handle)
        if (
            (red >= _PALE and green >= _PALE and blue >= _PALE)
            or not opacity
            or mode(handle) in _UNPAINTED
            or _is_layered(handle, layers)
        ):
            yield handle


def _is_layered(handle: int, layers: dict[int, bool]) -> bool:
    """Whether it belongs to a layer, which may be switched off.

    `layers` keeps which marks stand for one: objects of a page share them.
    """
    get = calls()["FPDFPageObj_GetMark"]
    count = calls()["FPDFPageObj_CountMarks"](handle)
    for number in range(count):
        mark = get(handle, number)
        if mark not in layers:
            layers[mark] = _is_layer(mark)
        if layers[mark]:
            return True
    return False


def _is_layer(mark: int) -> bool:
    import pypdfium2.raw as raw

    name, length = ctypes.create_string_buffer(32), ctypes.c_ulong()
    wide = ctypes.cast(name, ctypes.POINTER(raw.FPDF_WCHAR))
    item = ctypes.cast(mark, raw.FPDF_PAGEOBJECTMARK)
    raw.FPDFPageObjMark_GetName(item, wide, 32, length)
    return name.raw[: length.value] == "OC\0".encode("utf-16-le")


def _is_backed(handle: int, box: Box, place: int, things: Drawn) -> bool:
    """Whether what is behind tells that it is no matter: a scan, or a shape of another colour.

    Text that is not painted upon a picture says what the picture shows: OCR has put it there.
    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    pictured = any(inside(x, y, image) for image, _ in things.images)
    colour = fill_colour(handle)
    if not colour[3] or calls()["FPDFTextObj_GetTextRenderMode"](handle) in _UNPAINTED:
        return pictured
    around = [fill for fill in things.fills if inside(x, y, fill.box)]
    if pictured or not around or _is_layered(handle, {}):
        return False
    last = around[-1]
    return (
        last.place < place
        and last.plain
        and last.colour[3] == 255
        and not _alike(colour, last.colour)
    )


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) < _LIKE for a, b in zip(one[:3], other[:3], strict=True))


def unseen(page: Any, reader: SegmentReader, suspects: dict[int, list[int]]) -> list[int]:
    """Those text objects without which the page looks the same."""
    import pypdfium2.raw as raw

    if not suspects:
        return []
    width, height = page.get_size()
    scale = min(1.0, (_LARGEST / max(1.0, width * height)) ** 0.5)
    look = {"scale": scale, "grayscale": True, "may_draw_forms": False, "draw_annots": False}
    before = page.render(**look)
    for handle in suspects:
        raw.FPDFPageObj_SetIsActive(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), False)
    after = page.render(**look)
    for handle in suspects:
        raw.FPDFPageObj_SetIsActive(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), True)
    found = []
    for handle, indexes in suspects.items():
        boxes = [ink(reader, index) for index in indexes]
        lefts, lows, rights, highs = zip(*boxes, strict=True)
        whole = min(lefts), min(lows), max(rights), max(highs)
        pixels = pixels_of(page, whole, (before.height, before.width))
        cuts = calls()["FPDFTextObj_GetTextRenderMode"](handle) == _CLIP
        if not (_is_marked(before, pixels) if cuts else _differ(before, after, pixels)):
            found.append(handle)
    return found


def _is_marked(picture: Any, pixels: tuple[int, int, int, int]) -> bool:
    """Whether anything shows within these pixels: a pattern that letters are cut out of."""
    left, top, right, bottom = pixels
    rows = range(top, min(bottom, picture.height))
    starts = (row * picture.stride for row in rows)
    width = picture.width
    cut = b"".join(bytes(picture.buffer[at + left : at + min(right, width)]) for at in starts)
    return bool(cut) and max(cut) - min(cut) > _SEEN


def _differ(before: Any, after: Any, pixels: tuple[int, int, int, int]) -> bool:
    """Whether two grey pictures differ visibly within these pixels."""
    left, top, right, bottom = pixels
    for row in range(top, min(bottom, before.height)):
        start = row * before.stride
        one = bytes(before.buffer[start + left : start + min(right, before.width)])
        other = bytes(after.buffer[start + left : start + min(right, before.width)])
        if one != other and any(abs(a - b) > _SEEN for a, b in zip(one, other, strict=True)):
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


def out_of_sight(reader: SegmentReader, segments: list[Segment], paper: Box) -> list[Segment]:
    """Those that stand beside the page, or are too small to be read."""
    left, low, right, high = paper
    doubtful = [
        s
        for s in segments
        if s.turns or not (left <= s.x0 <= right and low <= s.low < s.high - _SMALLEST < high)
    ]
    return [s for s in doubtful if _is_off(reader, s, paper)]


def _is_off(reader: SegmentReader, segment: Segment, paper: Box) -> bool:
    left, low, right, high = paper
    first, last = ink(reader, segment.first), ink(reader, segment.last)
    if segment.size < _SMALLEST and max(b[3] - b[1] for b in (first, last)) < _SMALLEST:
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
