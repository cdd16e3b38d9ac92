"""Opens a file of any format docagent reads."""

from __future__ import annotations

from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

from retrieval.errors import DocAgentError
from retrieval.parse import ocr
from retrieval.parse.document import Document
from retrieval.parse.kind import FileKind, kind_of
from retrieval.parse.pdf import read_pdf
from retrieval.progress import Progress

_FORMAT = 8  # counts up when the same file would give another text
# Imported when needed: a question on a text file does not wait for the readers of others.
_READERS: dict[FileKind, tuple[str, str]] = {
    "docx": ("docx", "read_docx"),
    "epub": ("epub", "read_epub"),
    "html": ("html", "read_html"),
    "eml": ("mail", "read_mail"),
    "json": ("jsontext", "read_json"),
    "csv": ("csvtext", "read_csv"),
    "code": ("code", "read_code"),
    "txt": ("plain", "read_text"),
    "md": ("plain", "read_text"),
}
_SLOW_READERS: dict[FileKind, tuple[str, str]] = {  # these report progress
    "image": ("images", "read_image"),
    "pptx": ("slides", "read_slides"),
    "xlsx": ("sheets", "read_sheets"),
}


def read(path: Path, password: str | None = None) -> Generator[Progress, None, Document]:
    """Parse a file by its content. Raises DocAgentError if it cannot be read."""
    try:
        kind = kind_of(path)
        if kind == "pdf":
            return (yield from read_pdf(path, password))
        if kind in _SLOW_READERS:
            document: Document = yield from _reader(*_SLOW_READERS[kind])(path)
        else:
            document = _reader(*_READERS[kind])(path)
    except OSError as error:
        raise DocAgentError(f"Cannot read {path}: {error.strerror or error}.") from error
    return document


def reading_version() -> str:
    """One way of reading, part of every cache key: with OCR at hand scans give another text."""
    return f"{_FORMAT}+ocr" if ocr.available() else str(_FORMAT)


def _reader(module: str, name: str) -> Callable[[Path], Any]:
    reader: Callable[[Path], Any] = getattr(import_module(f"retrieval.parse.{module}"), name)
    return reader
