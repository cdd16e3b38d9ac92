"""Reads a share of a PDF's pages in a process of its own and prints one JSON line for each.

PDFium is not thread-safe and a hostile file can crash it, so no other process loads it. This
file is run by its path (see pdf.py) and imports nothing from the package.
"""

from __future__ import annotations

import ctypes
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

# A line ends at a line break, or at the mark PDFium puts where a word is divided.
_LINE = re.compile("[^\r\n\x02\ufffe]+[\x02\ufffe]?")

Row = list[Any]  # [text, x0, baseline, x1, size, bold, cells, column], PDF points


def main() -> None:
    """Read {path, password, share, shares} from standard input, print head and pages."""
    logging.disable(logging.WARNING)  # pypdf reports every repaired object
    task = json.loads(sys.stdin.readline())
    for message in messages(**task):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def messages(path: str, password: str | None, share: int, shares: int) -> Iterator[dict[str, Any]]:
    """The head (share 0 only), then this share's pages; or one {"error": ...}."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path, password=password)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            yield {"error": "password"}
        elif share == 0:
            yield from pypdf_messages(path, password)
        return
    if share == 0:
        yield {"head": pdfium_head(pdf, count)}
    for index in range(count * share // shares, count * (share + 1) // shares):
        yield {"page": index, "rows": rows_of(pdf, index)}


def pdfium_head(pdf: Any, count: int) -> dict[str, Any]:
    outline = []
    for entry in pdf.get_toc():
        destination = entry.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            outline.append([entry.level, entry.get_title(), index])
    return {
        "pages": count,
        "title": pdf.get_metadata_dict().get("Title", ""),
        "labels": [pdf.get_page_label(index) for index in range(count)],
        "outline": outline,
    }


def rows_of(pdf: Any, index: int) -> list[Row]:
    """The page's lines with their geometry, columns in reading order; [] without a text layer."""
    import pypdfium2

    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []  # a broken page counts as one without text, and is reported as such
    return PageReader(text_page, page.get_width()).rows()


class PageReader:
    """Lines and geometry of one PDFium text page."""

    def __init__(self, text_page: Any, width: float) -> None:
        import pypdfium2.raw

        self.raw, self.handle, self.width = pypdfium2.raw, text_page.raw, width
        self.text: str = text_page.get_text_range()
        # PDFium counts UTF-16 units; where that does not fit the text, geometry cannot be trusted.
        units = len(self.text.encode("utf-16-le", "surrogatepass")) // 2
        self.located = units == text_page.count_chars() == len(self.text)
        self.box = [ctypes.c_double() for _ in range(4)]

    def rows(self) -> list[Row]:
        spans = []
        for line in _LINE.finditer(self.text):
            stripped = line[0].strip()
            if stripped:
                start = line.start() + line[0].index(stripped[0])
                spans.append((start, start + len(stripped)))
        if not self.located:
            return text_rows([self.text[a:b] for a, b in spans])
        spans, columns = self.columns(spans)
        rows = [[*self.measure(a, b), 1, c] for (a, b), c in zip(spans, columns, strict=True)]
        self.count_cells(spans, rows)
        return rows

    def measure(self, start: int, end: int) -> Row:
        x, y = ctypes.c_double(), ctypes.c_double()
        self.raw.FPDFText_GetCharOrigin(self.handle, start, x, y)
        loose = self.raw.FS_RECTF()
        self.raw.FPDFText_GetLooseCharBox(self.handle, start, loose)
        size = abs(loose.top - loose.bottom)
        return [
            self.text[start:end],
            round(x.value, 1),
            round(y.value, 1),
            round(self.edges(end - 1)[1], 1),
            round(size, 1),
            self.is_bold(start) and self.is_bold(end - 1),  # not only a term it begins with
        ]

    def is_bold(self, index: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self.raw.FPDFText_GetFontInfo(self.handle, index, name, 128, flags)
        told = name.value.lower()
        if b"bold" in told or b"black" in told:
            return True
        return bool(self.raw.FPDFText_GetFontWeight(self.handle, index) >= 600)

    def edges(self, index: int) -> tuple[float, float]:
        """Left and right edge of one character, points."""
        left, right, bottom, top = self.box
        self.raw.FPDFText_GetCharBox(self.handle, index, left, right, bottom, top)
        return left.value, right.value

    def columns(self, spans: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[int]]:
        """Two-column prose put into reading order: left column, then right, between full lines.

        PDFium follows the order of drawing, and joins what stands on one baseline: a page drawn
        line by line across the gutter comes out interleaved.
        """
        middle = self.width / 2
        parts: list[tuple[tuple[int, int], int]] = []
        for start, end in spans:
            left, right = self.edges(start)[0], self.edges(end - 1)[1]
            cut = self.gutter(start, end, middle) if left < middle < right else None
            if cut:
                parts += [((start, cut[0]), 1), ((cut[1], end), 2)]
            else:
                column = 1 if right <= middle else 2 if left >= middle else 0
                parts.append(((start, end), column))
        sides = [[span for span, column in parts if column == side] for side in (1, 2)]
        if not all(self.is_prose(side) for side in sides) or sum(map(len, sides)) < 0.8 * len(
            parts
        ):
            return spans, [0] * len(spans)
        ordered: list[tuple[tuple[int, int], int]] = []
        pending: list[list[tuple[int, int]]] = [[], []]
        for span, column in [*parts, ((0, 0), 0)]:
            if column:
                pending[column - 1].append(span)
                continue
            ordered += [(s, side + 1) for side in (0, 1) for s in pending[side]]
            pending = [[], []]
            if span[1]:
                ordered.append((span, 0))
        return [span for span, _ in ordered], [column for _, column in ordered]

    def gutter(self, start: int, end: int, middle: float) -> tuple[int, int] | None:
        """Where a line is cut by white space wider than 2% of the page around its middle."""
        low, high = start, end - 1
        while low < high:  # first character whose right edge lies beyond the middle
            probe = (low + high) // 2
            while probe < high and self.text[probe].isspace():
                probe += 1
            if self.edges(probe)[1] > middle:
                high = probe if probe < high else (low + high) // 2
            else:
                low = probe + 1
        right = low
        while right < end - 1 and self.text[right].isspace():
            right += 1  # PDFium gives a made-up space a box that reaches across the gutter
        left = right - 1
        while left > start and self.text[left].isspace():
            left -= 1
        gap = self.edges(right)[0] - self.edges(left)[1]
        return (left + 1, right) if left > start and gap > 0.02 * self.width else None

    def is_prose(self, spans: list[tuple[int, int]]) -> bool:
        text = "".join(self.text[a:b] for a, b in spans)
        digits = sum(char.isdigit() for char in text)
        return len(spans) >= 8 and len(text) >= 25 * len(spans) and digits < 0.15 * len(text)

    def count_cells(self, spans: list[tuple[int, int]], rows: list[Row]) -> None:
        """Table cells of each line: 1 + its gaps of about an em or more.

        Looking at every space takes a third more time than the text alone; guessing from a
        line's width which ones to look at lost whole timetables.
        """
        for (start, end), row in zip(spans, rows, strict=True):
            for index in range(start + 1, end - 1):
                if self.text[index] == " ":
                    gap = self.edges(index + 1)[0] - self.edges(index - 1)[1]
                    row[6] += gap > 0.9 * row[4]


def text_rows(lines: list[str]) -> list[Row]:
    """Rows without geometry: a line is as wide as its characters are many."""
    return [
        [line, 0.0, -float(i), float(len(line)), 1.0, False, 1, 0] for i, line in enumerate(lines)
    ]


def pypdf_messages(path: str, password: str | None) -> Iterator[dict[str, Any]]:
    """The same through pypdf, for files PDFium refuses."""
    import pypdf
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(password or ""):
            yield {"error": "password"}
            return
        count = len(reader.pages)
        title = (reader.metadata.title if reader.metadata else None) or ""
        outline = [
            [level, item.title or "", reader.get_destination_page_number(item)]
            for level, item in flatten(reader.outline)
        ]
        labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else [""] * count
    except FileNotDecryptedError:
        yield {"error": "password"}
        return
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield {"error": "damaged", "detail": str(error)}
        return
    if count == 0:
        yield {"error": "damaged", "detail": "it has no pages"}
        return
    yield {"head": {"pages": count, "title": title, "labels": labels, "outline": outline}}
    for index, page in enumerate(reader.pages):
        try:
            lines = [line.strip() for line in page.extract_text().splitlines()]
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            lines = []  # reported as a page without text
        yield {"page": index, "rows": text_rows([line for line in lines if line])}


def flatten(outline: list[Any], level: int = 0) -> Iterator[tuple[int, Any]]:
    """pypdf nests the children of an entry in a list behind it."""
    for item in outline:
        if isinstance(item, list):
            yield from flatten(item, level + 1)
        else:
            yield level, item


if __name__ == "__main__":
    main()
