"""Opens a file of any format that can be read."""

from __future__ import annotations

from pathlib import Path

from retrieval.errors import DocumentError
from retrieval.parse import ocr
from retrieval.parse.document import Document
from retrieval.parse.kind import format_of
from retrieval.progress import Emit, Progress, ignore

_FORMAT = 11  # counts up when the same file would give another text


class _CallbackError(BaseException):
    """What the caller's own `emit` raised, which no reader may take for a damaged file."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def read(path: Path, password: str | None = None, emit: Emit = ignore) -> Document:
    """Parse a file by its content, reporting pages as they are read.

    Raises DocumentError if it cannot be read, PasswordRequired if it is locked, and what `emit`
    raises.
    """

    def report(progress: Progress) -> None:
        try:
            emit(progress)
        except Exception as error:
            raise _CallbackError(error) from error

    try:
        return format_of(path).read(path, password, report)
    except _CallbackError as raised:
        raise raised.error from None
    except OSError as error:
        raise DocumentError(f"Cannot read {path}: {error.strerror or error}.") from error


def reading_version() -> str:
    """One way of reading, part of every cache key: with OCR at hand scans give another text."""
    return f"{_FORMAT}+ocr" if ocr.available() else str(_FORMAT)
