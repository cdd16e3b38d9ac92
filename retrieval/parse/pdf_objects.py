"""What is drawn on a PDF page beside its text: pictures and filled shapes, by PDFium's objects."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]  # left, low, right, high; PDF points
Colour = tuple[int, int, int, int]  # red, green, blue, opacity
Matrix = tuple[float, float, float, float, float, float]

FEW = 400  # objects; a page that draws each letter alone has thousands, and looking costs time
MANY = 50_000
_THICK = 4.0  # points; a thinner shape is a rule and hides nothing
_DEEPEST = 4  # groups in groups
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5  # FPDF_PAGEOBJ_*


class Fill(NamedTuple):
    """A filled shape: its place in the order of drawing, and whether it is a plain rectangle."""

    place: int
    box: Box
    colour: Colour
    plain: bool


@dataclass(slots=True)
class Drawn:
    """What a page draws, by PDFium's addresses of the objects."""

    images: list[tuple[Box, int]] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    # Place in the order of drawing, and the matrix of the group it is in.
    texts: dict[int, tuple[int, Matrix | None]] = field(default_factory=dict)


@cache
def calls() -> dict[str, Callable[..., Any]]:
    """PDFium's functions past ctypes' checks of every argument: a page takes hundreds of calls."""
    import pypdfium2.raw as raw

    pointer, number = ctypes.c_void_p, ctypes.c_int
    kinds: dict[str, tuple[Any, ...]] = {  # what it gives, what it takes
        "FPDFPage_GetObject": (pointer, pointer, number),
        "FPDFFormObj_GetObject": (pointer, pointer, ctypes.c_ulong),
        "FPDFPageObj_GetType": (number, pointer),
        "FPDFPageObj_GetFillColor": (number, pointer, pointer, pointer, pointer, pointer),
        "FPDFPageObj_GetBounds": (number, pointer, pointer, pointer, pointer, pointer),
        "FPDFPageObj_CountMarks": (number, pointer),
        "FPDFPageObj_GetMark": (pointer, pointer, ctypes.c_ulong),
        "FPDFTextObj_GetTextRenderMode": (number, pointer),
        "FPDFText_GetTextObject": (pointer, pointer, number),
        "FPDFText_GetCharBox": (number, pointer, number, pointer, pointer, pointer, pointer),
        "FPDFText_GetCharOrigin": (number, pointer, number, pointer, pointer),
        "FPDFText_GetLooseCharBox": (number, pointer, number, pointer),
    }
    return {
        name: ctypes.PYFUNCTYPE(*kind)(address(getattr(raw, name))) for name, kind in kinds.items()
    }


def address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def drawn(page: Any, most: int = MANY) -> Drawn:
    """The first objects of a page, groups taken apart."""
    found = Drawn()
    for place, (handle, kind, matrix) in enumerate(islice(_objects(page), most)):
        if kind == _TEXT:
            found.texts[handle] = place, matrix
        elif kind == _IMAGE:
            found.images.append((bounds(handle, matrix), handle))
        elif kind == _PATH:
            box = bounds(handle, matrix)
            if min(box[2] - box[0], box[3] - box[1]) > _THICK and _is_filled(handle):
                colour = fill_colour(handle)
                found.fills.append(Fill(place, box, colour, _is_plain(handle)))
    return found


def fill_colour(handle: int) -> Colour:
    values, at = _room(ctypes.c_uint)
    known = calls()["FPDFPageObj_GetFillColor"](handle, at, at + 4, at + 8, at + 12)
    return (values[0], values[1], values[2], values[3]) if known else (0, 0, 0, 255)


@cache
def _room(kind: Any) -> tuple[Any, int]:
    """Four numbers that PDFium writes to, and their address: made once."""
    values = (kind * 4)()
    return values, ctypes.addressof(values)


def bounds(handle: int, matrix: Matrix | None = None) -> Box:
    """Where an object stands on the page; `matrix` is that of the group it is in."""
    values, at = _room(ctypes.c_float)
    calls()["FPDFPageObj_GetBounds"](handle, at, at + 4, at + 8, at + 12)
    box = values[0], values[1], values[2], values[3]
    return _placed(box, matrix) if matrix else box


def inside(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def pixels_of(page: Any, box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The pixels a box of the page takes, within the picture of the page."""
    import pypdfium2.raw as raw

    height, width = shape[:2]
    xs, ys = [], []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, across, down)
        xs.append(min(max(across.value, 0), width))
        ys.append(min(max(down.value, 0), height))
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def _objects(page: Any) -> Iterator[tuple[int, int, Matrix | None]]:
    """Address, kind and the matrix of the group, groups gone through where they are drawn."""
    import pypdfium2.raw as raw

    get, kind_of = calls()["FPDFPage_GetObject"], calls()["FPDFPageObj_GetType"]
    at = address(page.raw)
    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        kind = kind_of(handle := get(at, index))
        if kind == _FORM:
            yield from _group(handle, None, 1)
        else:
            yield handle, kind, None


def _group(group: int, outer: Matrix | None, depth: int) -> Iterator[tuple[int, int, Matrix]]:
    import pypdfium2.raw as raw

    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(_object(group), own)
    matrix = _product((own.a, own.b, own.c, own.d, own.e, own.f), outer)
    for index in range(raw.FPDFFormObj_CountObjects(_object(group))):
        handle = calls()["FPDFFormObj_GetObject"](group, index)
        kind = calls()["FPDFPageObj_GetType"](handle)
        if kind != _FORM:
            yield handle, kind, matrix
        elif depth < _DEEPEST:
            yield from _group(handle, matrix, depth + 1)


def _object(handle: int) -> Any:
    import pypdfium2.raw as raw

    return ctypes.cast(handle, raw.FPDF_PAGEOBJECT)


def _is_filled(handle: int) -> bool:
    import pypdfium2.raw as raw

    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(_object(handle), mode, stroke)
    return bool(mode.value)


def _is_plain(handle: int) -> bool:
    """Whether the shape fills its bounds."""
    import pypdfium2.raw as raw

    return bool(raw.FPDFPath_CountSegments(_object(handle)) in (4, 5))


def _product(first: Matrix, then: Matrix | None) -> Matrix:
    if then is None:
        return first
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _placed(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
