"""Reads picture files one after the other in a worker process (see worker.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrieval.parse.ocr_worker import boxes_of, frames, load

SURE = 0.8  # score of a line; lower ones are mostly ornaments taken for letters


def messages(paths: list[str], threads: int) -> Iterator[dict[str, Any]]:
    """For each file its path and the boxes of the words in its first picture."""
    from PIL import Image

    for path in paths:
        boxes: list[Any] = []
        try:
            _, picture, scale = next(frames(path))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            picture = None  # damaged, too large, or drawn by lines as WMF is
        if picture is not None and picture.min() != picture.max():
            boxes, _ = boxes_of(load(threads), picture, scale, SURE)
        yield {"path": path, "boxes": boxes}
