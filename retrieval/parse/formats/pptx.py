"""PowerPoint files: one page a slide, its title as heading, its notes at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.registry import Format, register
from retrieval.parse.zipped import open_zip
from retrieval.progress import Emit, Progress

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_slides(path: Path, _: str | None, emit: Emit) -> Document:
    """Parse a .pptx file. Raises DocumentError if it is damaged or python-pptx is missing."""
    pptx = library("pptx", "python-pptx", path.name)
    builder = Builder()
    with reading(path.name, "PowerPoint file"):
        open_zip(path).close()
        opened = pptx.Presentation(str(path))
        total = len(opened.slides)
        for number, slide in enumerate(opened.slides, 1):
            _add_slide(builder, slide)
            builder.end_page()
            emit(Progress("read", number, total, "slides"))
        title = opened.core_properties.title.strip()
    if title.lower() in ("", "powerpoint presentation"):  # what the program writes itself
        title = builder.first_heading() or stem(path)
    return builder.document(title, path.name, "slide")


def _add_slide(builder: Builder, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.add("heading", title.text_frame.text.replace("\v", " "), 1)
    shapes = [s for s in _shapes(slide.shapes) if title is None or s.shape_id != title.shape_id]
    # Shapes lie in the file as they were drawn; a reader goes from top to bottom.
    for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
        _add_shape(builder, shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.replace("\v", "\n")
        if notes.strip():
            builder.add("text", f"Notes: {notes}")


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        inner = getattr(shape, "shapes", None)
        if inner is None:
            yield shape
        else:
            yield from _shapes(inner)


def _add_shape(builder: Builder, shape: Any) -> None:
    if shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            text = paragraph.text.replace("\v", "\n")
            builder.add("text", text, lead="• " if _is_listed(shape) else "")
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            builder.row(cell.text_frame.text for cell in row.cells)
    elif getattr(shape, "has_chart", False):
        _add_chart(builder, shape.chart)
    else:
        _add_diagram(builder, shape)


def _is_listed(shape: Any) -> bool:
    """The body of a slide, whose paragraphs have bullets, and more than one of them."""
    if not shape.is_placeholder or len(shape.text_frame.paragraphs) < 2:
        return False
    return str(shape.placeholder_format.type).split(" ")[0] in ("BODY", "OBJECT", "VERTICAL_BODY")


def _add_chart(builder: Builder, chart: Any) -> None:
    if chart.has_title and chart.chart_title.has_text_frame:
        builder.add("text", chart.chart_title.text_frame.text)
    for plot in chart.plots:
        series = list(plot.series)
        builder.row(["", *(each.name for each in series)])
        values = [list(each.values) for each in series]
        for index, category in enumerate(plot.categories):
            row = [column[index] if index < len(column) else None for column in values]
            builder.row([str(category), *("" if v is None else f"{v:.10g}" for v in row)])


def _add_diagram(builder: Builder, shape: Any) -> None:
    """The points of a SmartArt diagram, which lie in a part of their own."""
    from lxml import etree

    for ids in shape._element.iter(f"{_DIAGRAM}relIds"):
        blob = shape.part.related_part(ids.get(f"{_R}dm")).blob
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for point in etree.fromstring(blob, parser).iter(f"{_DIAGRAM}pt"):
            builder.add("text", "".join(t.text or "" for t in point.iter(f"{_A}t")), lead="• ")


register(
    Format(
        "pptx",
        (".pptx", ".pptm", ".ppsx"),
        read_slides,
        is_text=False,
        zip_marks=(b"presentationml.",),
    )
)
