"""Reads a share of a PDF's pages in a worker process (see worker.py), one message for each.

PDFium is not thread-safe and a hostile file can crash it, so no other process loads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from retrieval.parse.columns import regions
from retrieval.parse.cutter import Cutter
from retrieval.parse.line_numbers import without_line_numbers
from retrieval.parse.pdf_annotations import attachments, painted
from retrieval.parse.pdf_images import pictures_in
from retrieval.parse.pdf_shown import Shown
from retrieval.parse.right_to_left import mirrored
from retrieval.parse.rows import Row as TableRow
from retrieval.parse.rows import rows
from retrieval.parse.segment import Segment, SegmentReader, relined
from retrieval.parse.table_rows import with_tables
from retrieval.parse.turned_heads import with_upright_heads

Message = dict[str, Any]
Row = list[Any]  # [text, x0, baseline, x1, size, bold, cells, column, table], PDF points


def messages(
    path: str, password: str | None, share: int, shares: int, span: list[int] | None = None
) -> Iterator[dict[str, Any]]:
    """The head (share 0 only), then this share's pages; or one {"error": ...}.

    With a `span`, the pages from its first number up to its second, and nothing else.
    """
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
    with suppress(pypdfium2.PdfiumError):  # a damaged form is shown without its values
        pdf.init_forms()
    if share == 0 and not span:
        yield {"head": pdfium_head(pdf, count)}
    pictures = pictures_in(path)
    seen: set[int] = set()
    stamped: list[tuple[int, Any, Message]] = []
    span = span or [count * share // shares, count * (share + 1) // shares]
    for index in range(*span):
        try:
            message = page_of(pdf, index, len(seen) < pictures)
        except Exception as error:  # noqa: BLE001  (one odd page does not refuse the others)
            message = {"rows": [], "failed": f"{type(error).__name__}: {error}"}
        seen.update(key for *_, key in message.get("pictures", ()))
        if drawn := message.pop("drawn", None):
            stamped.append((index, drawn, message))
        yield {"page": index, **message}
    for index, drawn, message in stamped:  # last, since a crash would lose the page
        named = [(what, name) for what, name, *_ in drawn]
        notes = [note for note in message.get("notes", ()) if note not in named]
        yield {"page": index, **message, "notes": [*notes, *painted(pdf, index, drawn)]}


def pdfium_head(pdf: Any, count: int) -> Message:
    import pypdfium2
    import pypdfium2.raw

    outline: list[list[Any]] = []
    with suppress(pypdfium2.PdfiumError, ValueError):  # of a damaged one, what comes before
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
        "attached": attachments(pdf),
        "xfa": pypdfium2.raw.FPDF_GetFormType(pdf.raw) == pypdfium2.raw.FORMTYPE_XFA_FULL,
    }


def page_of(pdf: Any, index: int, pictured: bool = True) -> Message:
    """The page's lines with their geometry in reading order, and what else is on it.

    "rows" are [] without a text layer, "span" is from where to where the page reaches (None if it
    is turned), "numbers" are the line numbers that stood beside the lines. See
    pdf_shown.py for the rest. `pictured` says that the file may have pictures which were not seen
    yet.
    """
    import pypdfium2

    try:
        page = PageReading(pdf, index, pictured)
    except pypdfium2.PdfiumError:
        return {"rows": []}  # counts as a page without text, and is reported as such
    found = [measured(page.reader, line, column) for column, line in page.lines]
    numbers = " ".join(map(str, page.numbers))
    told = page.shown.message()
    if page.shown.marks.drawn:
        told["drawn"] = page.shown.marks.drawn
    return {"rows": found, "span": page.span, "numbers": numbers, **told}


class PageReading:
    """One page's lines in reading order, each with its column. Raises PdfiumError."""

    def __init__(self, pdf: Any, index: int, pictured: bool) -> None:
        self.page = pdf[index]
        _, low, _, high = self.page.get_cropbox()
        self.span = None if self.page.get_rotation() else (low, high)
        self.text_page = self.page.get_textpage()
        self.reader = SegmentReader(self.text_page)
        form = pdf.formenv and pdf.formenv.raw
        self.shown = Shown(self.page, self.text_page, self.reader, form, pictured)
        segments, self.numbers = without_line_numbers(self.reader, Cutter(self.reader).segments())
        seen = self.shown.segments(with_upright_heads(segments))
        self.lines: list[tuple[int, TableRow]] = [
            (column, line)
            for group in upright(seen, self.page.get_rotation() != 0)
            for column, region in regions(mirrored(group))
            for line in with_tables(rows(region))
        ]


def upright(segments: list[Segment], turned: bool) -> list[list[Segment]]:
    """The segments by the way they are turned, the one most text stands in first.

    PDFium's lines do not hold for turned text and turned pages; theirs are found anew.
    """
    groups: dict[int, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(segment.turns, []).append(segment)
    ordered = sorted(groups.values(), key=lambda group: -sum(len(s.text) for s in group))
    return [relined(group) if turned or group[0].turns else group for group in ordered]


def measured(reader: SegmentReader, line: TableRow, column: int) -> Row:
    first, last = line.segments[0], line.segments[-1]
    # The value of a form's field has no characters in the text layer.
    based = next((s for s in line.segments if s.first >= 0), None)
    baseline = reader.baseline(based) if based else first.low + 0.22 * first.size
    bold = reader.is_bold(first.first) and reader.is_bold(last.last)  # not only its first term
    return [
        line.text,
        round(first.x0, 1),
        round(baseline, 1),
        round(max(s.x1 for s in line.segments), 1),
        round(first.size, 1),
        bold,
        len(line.texts),
        column,
        line.table or any(s.first < 0 for s in line.segments),
    ]


def text_rows(lines: list[str]) -> list[Row]:
    """Rows without geometry: a line is as wide as its characters are many."""
    return [
        [line, 0.0, -float(i), float(len(line)), 1.0, False, 1, 0] for i, line in enumerate(lines)
    ]


def pypdf_messages(path: str, password: str | None) -> Iterator[dict[str, Any]]:
    """The same through pypdf, for files PDFium refuses."""
    import pypdf
    from pypdf.errors import FileNotDecryptedError

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
    except Exception as error:  # noqa: BLE001  (what pypdf raises on damage is not told)
        yield {"error": "damaged", "detail": str(error)}
        return
    if count == 0:
        yield {"error": "damaged", "detail": "it has no pages"}
        return
    yield {"head": {"pages": count, "title": title, "labels": labels, "outline": outline}}
    for index, page in enumerate(reader.pages):
        try:
            lines = [line.strip() for line in page.extract_text().splitlines()]
        except Exception as error:  # noqa: BLE001
            yield {"page": index, "rows": [], "failed": f"{type(error).__name__}: {error}"}
            continue
        yield {"page": index, "rows": text_rows([line for line in lines if line])}


def flatten(outline: list[Any], level: int = 0) -> Iterator[tuple[int, Any]]:
    """pypdf nests the children of an entry in a list behind it."""
    for item in outline:
        if isinstance(item, list):
            yield from flatten(item, level + 1)
        else:
            yield level, item
