"""Opens a file of any format docagent reads."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from docagent.errors import DocAgentError
from retrieval.parse.document import Document
from retrieval.parse.pdf import read_pdf
from retrieval.parse.plain import read_text
from retrieval.progress import Progress

FORMAT = 7  # counts up when the same file would give another text; part of every cache key
SUFFIXES = frozenset({".pdf", ".txt", ".text", ".md", ".markdown"})


def read(path: Path, password: str | None = None) -> Generator[Progress, None, Document]:
    """Parse a file by its content. Raises DocAgentError if it cannot be read."""
    with path.open("rb") as file:
        start = file.read(1024)
    if b"%PDF-" in start:
        document = yield from read_pdf(path, password)
    elif path.suffix.lower() == ".pdf":
        if not start:
            raise DocAgentError(f"{path.name} is empty (0 bytes).")
        raise DocAgentError(f"{path.name} is not a PDF, although its name says so.")
    else:
        document = read_text(path)
    return document


def ranges(numbers: tuple[int, ...]) -> str:
    """ "3, 7-9": page numbers as a reader writes them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
