"""What a PDF page shows beside its text layer, and what of that layer nobody sees.

A page's message to the reader (formats/pdf.py) has "rows", and where there is any of it: "hidden"
words, "notes" as (what, text), "attached" files as (name, base64), "stamp" for a scan with hardly
any text (its words as OCR gives them), "unreadable" for a text layer of signs, and "pictures" as
[left, low, right, high, checksum].
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from retrieval.parse.pdf_annotations import added
from retrieval.parse.pdf_fields import with_fields
from retrieval.parse.pdf_hidden import (
    hidden_characters,
    ink,
    is_unpainted,
    middle,
    out_of_sight,
    unseen_segments,
)
from retrieval.parse.pdf_images import is_scan, pictures, sheet
from retrieval.parse.pdf_objects import FEW, Box, Drawn, drawn, inside
from retrieval.parse.segment import Segment, SegmentReader
from retrieval.parse.undecodable import is_undecodable

_ROOM = 60.0  # points without text, where a picture may be
_LABELS = 100  # characters; a picture with more text upon it is a scan that has been read
_COARSE = 0.25  # pixels a point
_FINE = 10  # parts of a point


class Shown:
    """One page, looked at: what is hidden is taken out of the reader's text at once.

    `form` is the document's form environment, None without one. Pictures on a page that draws very
    many things are looked for only if the file may have some (`pictured`).
    """

    def __init__(
        self, page: Any, text_page: Any, reader: SegmentReader, form: Any, pictured: bool
    ) -> None:
        import pypdfium2.raw as raw

        self.page, self.reader, self.pictured = page, reader, pictured
        few = raw.FPDFPage_CountObjects(page.raw) <= FEW
        self.things = drawn(page, FEW) if few else None
        self.paper = sheet(page)
        self.marks = added(page, form, text_page)
        if not reader.located:
            reader.text = _by_character(reader)
        unseen = hidden_characters(page, reader, self.things)
        self.marks.hidden.extend(_taken_out(reader, unseen))
        self.printed: list[Segment] = []

    def segments(self, found: list[Segment]) -> list[Segment]:
        """Those of the text layer that are seen, and the values of a form's fields among them."""
        unseen = out_of_sight(self.reader, found, self.paper)
        unseen += unseen_segments(self.page, self.reader, found, self.things)
        self.marks.hidden.extend(segment.text for segment in unseen)
        self.printed = [s for s in found if s not in unseen] if unseen else found
        if not self.printed:
            return []
        return with_fields(self.printed, self.marks.fields, self.reader)

    def message(self) -> dict[str, Any]:
        """What else is told of the page, after its segments."""
        told: dict[str, Any] = {"attached": self.marks.attached, "notes": list(self.marks.notes)}
        told["hidden"] = [words for words in self.marks.hidden if words]
        if not self.printed:
            told["notes"] += [
                (f"Form field {f.name}", f.value) for f in self.marks.fields if f.value
            ]
        if self.printed:
            told |= self._beside()
        shown = {name: value for name, value in told.items() if value}
        if not self.printed and self.things and is_scan(self.things, self.paper, 0):
            shown["stamp"] = []
        return shown

    def _beside(self) -> dict[str, Any]:
        """What is still to be read on a page that has text."""
        if is_undecodable(self.reader.text):
            return {"unreadable": True}
        if self.things is None:
            gaps = _gaps(self.printed, self.paper) if self.pictured else ()
            shows = any(_shows(self.page, *gap) for gap in gaps)
            self.things = drawn(self.page) if shows else Drawn()
        if not self.things.images:
            return {}
        letters = len("".join(self.reader.text.split()))
        if is_scan(self.things, self.paper, letters):
            read = any(is_unpainted(self.reader, s.first) for s in self.printed)  # by some OCR
            return {} if read else {"stamp": self._stamp()}
        seen = pictures(self.things, self.paper)
        middles = [(middle(self.reader, s.first), len(s.text)) for s in self.printed if seen]
        return {
            "pictures": [
                [*(round(edge, 1) for edge in picture.box), picture.key]
                for picture in seen
                if sum(size for at, size in middles if inside(*at, picture.box)) < _LABELS
            ]
        }

    def _stamp(self) -> list[list[Any]]:
        """Text and place as OCR gives them: points from the upper left of what is shown."""
        return [[s.text, *self._place(s)] for s in self.printed]

    def _place(self, segment: Segment) -> tuple[float, float, float, float]:
        import pypdfium2.raw as raw

        width, height = self.page.get_size()
        size = round(_FINE * width), round(_FINE * height)
        xs, ys = [], []
        for index in (segment.first, segment.last):
            left, low, right, high = ink(self.reader, index)
            for x, y in ((left, low), (right, high)):
                across, down = ctypes.c_int(), ctypes.c_int()
                raw.FPDF_PageToDevice(self.page.raw, 0, 0, *size, 0, x, y, across, down)
                xs.append(across.value / _FINE)
                ys.append(down.value / _FINE)
        return min(xs), min(ys), max(xs), max(ys)


def _by_character(reader: SegmentReader) -> str:
    """A text that has as many letters as PDFium counts, so that each can be looked up.

    A sign such as an emoji is two of them, which JSON makes one again.
    """
    import pypdfium2.raw as raw

    count = raw.FPDFText_CountChars(reader.handle)
    return "".join(chr(raw.FPDFText_GetUnicode(reader.handle, index)) for index in range(count))


def _taken_out(reader: SegmentReader, hidden: set[int]) -> list[str]:
    """The hidden words, which become white space in the reader's text."""
    if not hidden:
        return []
    marked = "".join(c if c.isspace() or i in hidden else "\0" for i, c in enumerate(reader.text))
    reader.text = "".join(" " if i in hidden else c for i, c in enumerate(reader.text))
    return [" ".join(words.split()) for words in marked.split("\0") if words.strip()]


def _gaps(segments: list[Segment], paper: Box) -> Iterator[tuple[float, float]]:
    """Where a picture may stand above, between or below the lines: low and high."""
    floor = paper[3]
    lines = [segment for segment in segments if not segment.turns]
    for segment in sorted(lines, key=lambda s: -s.high):
        if floor - segment.high > _ROOM:
            yield segment.high, floor
        floor = min(floor, segment.low)
    if floor - paper[1] > _ROOM:
        yield paper[1], floor


def _shows(page: Any, low: float, high: float) -> bool:
    """Whether more than rules and borders stands on this band of a page: a coarse look at it."""
    if page.get_rotation():
        return True
    _, bottom, _, top = sheet(page)
    crop = (0, max(0.0, low - bottom), 0, max(0.0, top - high))
    bitmap = page.render(scale=_COARSE, crop=crop, grayscale=True)
    pixels = bytes(bitmap.buffer)
    width: int = bitmap.width
    starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
    marked = sum(pixels.count(pixels[at], at, at + width) < width for at in starts)
    return marked > _COARSE * _ROOM / 2
