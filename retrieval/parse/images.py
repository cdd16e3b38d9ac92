"""Photographed and scanned pages as picture files, through OCR."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from retrieval.errors import DocAgentError
from retrieval.parse import ocr
from retrieval.parse.document import Document
from retrieval.parse.pdf import compose
from retrieval.progress import Progress


def read_image(path: Path) -> Generator[Progress, None, Document]:
    """Parse a picture. Raises DocAgentError without the extra `ocr`, or if it shows no text."""
    if not ocr.available():
        raise DocAgentError(f"{path.name} is a picture; to read its text: {ocr.INSTALL}.")
    pages = yield from ocr.read_picture(path)
    if pages is None:
        raise DocAgentError(f"{path.name} is a picture that cannot be read: damaged or too large.")
    silent = tuple(number for number, lines in enumerate(pages, 1) if not lines)
    if len(silent) == len(pages):
        raise DocAgentError(f"{path.name} is a picture in which OCR finds no text.")
    head = {"labels": [""] * len(pages), "outline": [], "title": ""}
    return compose(path, head, pages, silent)
