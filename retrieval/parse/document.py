"""A parsed document: its text, and where its pages, headings, rows and paragraphs lie in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["heading", "text", "row", "contents", "note"]
Unit = Literal["page", "slide", "sheet", "mail"]
FORMATS = (
    "PDF, docx, pptx, xlsx, odt, ods, odp, rtf, html, epub, fb2, eml, mbox, msg, ics, md, txt, "
    "csv, json, xml, tex, srt, source code"
)


@dataclass(frozen=True, slots=True)
class Page:
    """One physical page: `number` counts from 1, `label` is the printed one where there is one."""

    number: int
    label: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a table row or a line of a table of contents: `text[start:end]`.

    A note is no part of the running text: a comment, the value of a form field, a sticky note. Its
    text begins with what it is, "Comment by Ann Bolt: ...".
    """

    kind: Kind
    start: int
    end: int
    level: int = 0


# A line that OCR has read: its text, left, top, right, bottom, then left and right of each word.
Box = tuple[str, float, float, float, float, *tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the lines of a page stand that OCR has read, in points from the upper left.

    That is on the page turned upright, by `turns` quarters counter-clockwise; so are its sides.
    """

    page: int
    width: float
    height: float
    turns: int
    lines: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What every later stage works on; all offsets are code points into `text`.

    `pages` is empty for formats without pages; `unit` says what one of them is. `silent` numbers
    the pages without a text layer. `aside` holds (page number, words) of repeated headers and
    footers, which are no part of the text.

    `hidden` holds (page number or 0, words) that no reader of the file sees, such as white text;
    they are no part of the text. `places` names where a reader finds an offset if neither page
    nor heading tells, as (offset where it begins, name): "B7", "0:01:04"; from "line 1" or
    "row 1" on lines or rows are counted. `warnings` says what of
    the file was not read, a sentence each. `scans` are the pages that OCR has read.
    """

    title: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    silent: tuple[int, ...] = ()
    unit: Unit = "page"
    aside: tuple[tuple[int, str], ...] = ()
    hidden: tuple[tuple[int, str], ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    scans: tuple[Scan, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All but the text, which the cache keeps in a file of its own."""
        return {
            "title": self.title,
            "silent": self.silent,
            "unit": self.unit,
            "aside": self.aside,
            "hidden": self.hidden,
            "places": self.places,
            "warnings": self.warnings,
            "scans": [[s.page, s.width, s.height, s.turns, s.lines] for s in self.scans],
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
