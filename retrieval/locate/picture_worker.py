"""Draws a page with words marked on it, in a worker process (see worker.py)."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

_LONGEST = 3000  # pixels of a side
_MARKER = (255, 221, 64)  # red, green and blue of a felt pen, through which letters are seen
_SPREAD = 1.0  # points around the words
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def messages(
    path: str,
    password: str | None,
    index: int,
    size: list[float],
    boxes: list[list[float]],
    margin: float | None,
    dpi: int,
) -> Iterator[dict[str, Any]]:
    """A PNG file of one page, as base64; with a margin only so many points around the boxes.

    `size` is that of the page in the points of the boxes. Nothing for a page that cannot be drawn.
    """
    picture = _page(path, password, index, min(dpi / 72, _LONGEST / max(*size, 1)))
    if picture is None:
        return
    scale = picture.shape[0] / size[1]
    mark(picture, [[scale * edge for edge in box] for box in boxes], _SPREAD * scale)
    if margin is not None and boxes:
        top = scale * (min(box[1] for box in boxes) - margin)
        bottom = scale * (max(box[3] for box in boxes) + margin)
        picture = picture[max(0, round(top)) : round(bottom)]
    yield {"png": base64.b64encode(png(picture)).decode()}


def mark(picture: Any, boxes: list[list[float]], spread: float) -> None:
    """Lay a colour over boxes in pixels [height, width, RGB]; letters stay as dark as they are."""
    import numpy

    marked = numpy.zeros(picture.shape[:2], bool)
    for left, top, right, bottom in boxes:
        marked[
            max(0, round(top - spread)) : max(0, round(bottom + spread)),
            max(0, round(left - spread)) : max(0, round(right + spread)),
        ] = True
    picture[marked] = picture[marked] * numpy.array(_MARKER) / 255


def png(picture: Any) -> bytes:
    """Pixels [height, width, RGB] as a file."""
    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _page(path: str, password: str | None, index: int, scale: float) -> Any:
    """Pixels of a page of a PDF or of a picture file."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path, password=password)
        page = pdf[index].render(scale=scale, rev_byteorder=True).to_numpy()[..., :3].copy()
    except pypdfium2.PdfiumError:
        return _frame(path, index)
    return page


def _frame(path: str, index: int) -> Any:
    try:
        from PIL import Image

        from retrieval.parse.ocr_worker import frames
    except ImportError:
        return None
    try:
        for number, picture, _ in frames(path):
            if number == index:
                return picture[..., ::-1].copy()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return None
