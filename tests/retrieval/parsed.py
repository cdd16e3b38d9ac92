"""A file parsed, and its blocks as a test compares them."""

from __future__ import annotations

from pathlib import Path

from retrieval.parse.document import Document
from retrieval.parse.open import read


def parse(path: Path, data: str | bytes | None = None) -> Document:
    """The document a file holds, or the one it holds once `data` is written to it."""
    if data is not None:
        path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return read(path)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def page_text(document: Document, number: int) -> str:
    page = document.pages[number - 1]
    return document.text[page.start : page.end]
