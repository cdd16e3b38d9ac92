"""RTF: headings by their style, paragraphs, tables, notes and comments."""

from __future__ import annotations

from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import reading
from retrieval.parse.registry import Format, register
from retrieval.parse.rtf import Rtf


def read_rtf(path: Path, *_: object) -> Document:
    """Parse an .rtf file. Raises DocumentError if there is no text in it."""
    builder = Builder()
    rtf = Rtf(builder, path.name)
    with reading(path.name, "RTF file"):
        rtf.read(path.read_bytes())
    return builder.document(rtf.title or builder.first_heading() or stem(path), path.name)


register(
    Format(
        "rtf",
        (".rtf",),
        read_rtf,
        is_text=False,
        detects=lambda _, start: start.lstrip().startswith(b"{\\rtf"),
    )
)
