"""Reads pictures on the pages of a PDF in a worker process (see worker.py)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from retrieval.parse.ocr_worker import boxes_of, load
from retrieval.parse.pdf_objects import drawn, pixels_of
from retrieval.parse.picture_worker import SURE

_DPI = 200
_LONGEST = 4000  # pixels of a page's side


def messages(
    path: str, password: str | None, pictures: list[list[Any]], threads: int
) -> Iterator[dict[str, Any]]:
    """For each of `pictures`, [number, page index, its box on the page], the boxes of its words."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path, password=password)
    for index, group in groupby(pictures, key=lambda picture: picture[1]):
        page = pdf[index]
        pixels, scale = without_text(page)
        for number, _, box in group:
            left, top, right, bottom = pixels_of(page, box, pixels.shape)
            picture = pixels[top:bottom, left:right]
            boxes: list[Any] = []
            if picture.size and picture.min() != picture.max():
                boxes, _ = boxes_of(load(threads), picture, scale, SURE)
            yield {"picture": number, "boxes": boxes}


def without_text(page: Any) -> tuple[Any, float]:
    """The page without what its text layer says, pixels [height, width, 3]; and pixels a point."""
    import pypdfium2.raw as raw

    for handle in drawn(page).texts:
        raw.FPDFPageObj_SetIsActive(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), False)
    scale = min(_DPI / 72, _LONGEST / max(page.get_size()))
    picture = page.render(scale=scale, rev_byteorder=False, draw_annots=False)
    return picture.to_numpy()[..., :3], scale
