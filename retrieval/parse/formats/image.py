"""Photographed and scanned pages as picture files, through OCR."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from retrieval.errors import DocumentError
from retrieval.parse import ocr
from retrieval.parse.compose import compose
from retrieval.parse.document import Document
from retrieval.parse.registry import Format, register
from retrieval.progress import Emit

_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def read_image(path: Path, _: str | None, emit: Emit) -> Document:
    """Parse a picture. Raises DocumentError without the extra `ocr`, or if it shows no text."""
    if not ocr.available():
        raise DocumentError(f"{path.name} is a picture; to read its text: {ocr.INSTALL}.")
    found = ocr.read_picture(path, emit)
    if found is None:
        raise DocumentError(f"{path.name} is a picture that cannot be read: damaged or too large.")
    pages, scans = found
    silent = tuple(number for number, lines in enumerate(pages, 1) if not lines)
    if len(silent) == len(pages):
        raise DocumentError(f"{path.name} is a picture in which OCR finds no text.")
    head = {"labels": [""] * len(pages), "outline": [], "title": ""}
    return replace(compose(path, head, pages, silent), scans=tuple(scans))


def is_image(_: Path, start: bytes) -> bool:
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    bitmap = start[:2] == b"BM" and start[6:10] == bytes(4)
    return start.startswith(_MAGIC) or webp or bitmap


register(
    Format(
        "image",
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"),
        read_image,
        is_text=False,
        detects=is_image,
        available=lambda: ocr.available(),
    )
)
