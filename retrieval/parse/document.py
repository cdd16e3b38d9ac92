"""A parsed document: its text, and where its pages, headings, rows and paragraphs lie in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["heading", "text", "row", "contents"]
Unit = Literal["page", "slide", "sheet"]
FORMATS = "PDF, docx, pptx, xlsx, html, epub, eml, md, txt, csv, json, source code"


@dataclass(frozen=True, slots=True)
class Page:
    """One physical page: `number` counts from 1, `label` is the printed one where there is one."""

    number: int
    label: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a table row or a line of a table of contents: `text[start:end]`."""

    kind: Kind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What every later stage works on; all offsets are code points into `text`.

    `pages` is empty for formats without pages; `unit` says what one of them is. `silent` numbers
    the pages without a text layer. `aside` holds (page number, words) of repeated headers and
    footers, which are no part of the text.
    """

    title: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    silent: tuple[int, ...] = ()
    unit: Unit = "page"
    aside: tuple[tuple[int, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All but the text, which the cache keeps in a file of its own."""
        return {
            "title": self.title,
            "silent": self.silent,
            "unit": self.unit,
            "aside": self.aside,
            "pages": [list(asdict(page).values()) for page in self.pages],
            "blocks": [[b.kind, b.start, b.end, b.level] for b in self.blocks],
        }


def ranges(numbers: tuple[int, ...]) -> str:
    """ "3, 7-9": page numbers as a reader writes them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
