"""PowerPoint files: one page a slide, its title as heading, its notes and comments at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.office.drawing import A, paragraph_text
from retrieval.parse.office.package import ODD, opened
from retrieval.parse.office.parts import Embedded, add_graphics, odd_part
from retrieval.parse.office_pictures import OfficePictures
from retrieval.parse.registry import Format, register
from retrieval.parse.slides.comments import comment_authors, slide_comments
from retrieval.parse.slides.numbering import Numbering
from retrieval.parse.zipped import open_zip
from retrieval.progress import Emit, Progress

_SHAPES = ("sp", "graphicFrame", "cxnSp", "pic")


def read_slides(path: Path, _: str | None, emit: Emit) -> Document:
    """Parse a .pptx file. Raises DocumentError if it is damaged or python-pptx is missing."""
    pptx = library("pptx", "python-pptx", path.name)
    builder = Builder()
    with reading(path.name, "PowerPoint file"):
        with open_zip(path) as archive:
            deck = opened(path, archive, builder, pptx.Presentation)
            builder.pictures = OfficePictures(archive, builder)
        authors: dict[str, str] = {}
        with odd_part(builder, "the authors of its comments"):
            authors = comment_authors(deck.part)
        slides = deck.part._element.sldIdLst
        slides = [] if slides is None else list(slides)
        inner = Embedded(builder)
        unseen: list[str] = []
        for number, entry in enumerate(slides, 1):
            with odd_part(builder, f"slide {number}"):
                slide = deck.part.related_slide(entry.rId)
                shown = slide._element.get("show") not in ("0", "false")
                _add_slide(builder if shown else _unseen(builder), slide, authors)
                inner.add_parts(slide.part, shown)
                unseen += [] if shown else [str(number)]
            builder.end_page()
            emit(Progress("read", number, len(slides), "slides"))
        if unseen:
            builder.warn(
                f"hidden slides are left out ({', '.join(unseen)}); "
                "show them in PowerPoint and save the file to have them read."
            )
        inner.warn()
        title = deck.core_properties.title.strip()
    if title.lower() in ("", "powerpoint presentation"):  # what the program writes itself
        title = builder.first_heading() or stem(path)
    return builder.document(title, path.name, "slide")


def _unseen(builder: Builder) -> Builder:
    """A builder whose every block is hidden in the other."""

    class Unseen(Builder):
        def add(self, kind: Any, text: str, *_: object, **__: object) -> None:
            builder.hide(text)

        def hide(self, text: str) -> None:
            builder.hide(text)

        def warn(self, sentence: str) -> None:
            builder.warn(sentence)

    return Unseen()


def _add_slide(builder: Builder, slide: Any, authors: dict[str, str]) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        words = map(paragraph_text, title._element.iter(f"{A}p"))
        builder.add("heading", " ".join(words), 1)
    head = None if title is None else title._element
    for element, beside in _in_order(slide.shapes._spTree, slide):
        if element is not head:
            with odd_part(builder, "a shape"):
                _add_shape(builder, element, slide, beside)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        lines = slide.notes_slide.notes_text_frame._txBody.iterfind(f"{A}p")
        notes = "\n".join(map(paragraph_text, lines))
        if notes.strip():
            builder.add("text", f"Notes: {notes}")
    with odd_part(builder, "comments on a slide"):
        for what, text in slide_comments(slide.part, authors):
            builder.note(what, text)


class _Place(NamedTuple):
    """Where a shape stands, and whether that is beside the slide, where nobody sees it."""

    top: int = 0
    left: int = 0
    beside: bool = False


def _in_order(tree: Any, slide: Any, group: _Place | None = None) -> Iterator[tuple[Any, bool]]:
    """Shapes from top to bottom, and whether each stands beside the slide.

    They lie in the file as they were drawn. In a `group` places are counted from elsewhere, and
    all of it stands where the group does.
    """
    placed = [(_place(element, slide), element) for element in _children(tree)]
    for place, element in sorted(placed, key=lambda pair: pair[0][:2]):
        outer = group or place
        if element.tag.endswith("}grpSp"):
            yield from _in_order(element, slide, outer)
        else:
            yield element, outer.beside


def _place(element: Any, slide: Any) -> _Place:
    from pptx.shapes.shapetree import SlideShapeFactory

    deck = slide.part.package.presentation_part.presentation
    wide, high = deck.slide_width or 0, deck.slide_height or 0
    with suppress(*ODD):  # its place may be said by a layout that is missing
        shape = SlideShapeFactory(element, slide.shapes)
        top, left = shape.top or 0, shape.left or 0
        below, right = top + (shape.height or 0), left + (shape.width or 0)
        beside = right <= 0 or below <= 0 or left >= wide > 0 or top >= high > 0
        return _Place(top, left, beside and shape.width is not None)
    return _Place()


def _children(tree: Any) -> Iterator[Any]:
    """The shapes of a slide or a group; those with formulas lie in one of two renderings."""
    for child in tree.iterchildren():
        name = child.tag.rsplit("}", 1)[-1] if isinstance(child.tag, str) else ""
        if name in _SHAPES or name == "grpSp":
            yield child
        elif name in ("AlternateContent", "Choice"):
            yield from _children(child)


def _add_shape(builder: Builder, element: Any, slide: Any, beside: bool) -> None:
    from pptx.shapes.shapetree import SlideShapeFactory

    shape: Any = SlideShapeFactory(element, slide.shapes)
    switched = next((each.get("hidden") for each in element.iter("{*}cNvPr")), None)
    if beside or switched in ("1", "true"):
        builder.hide(" ".join(map(paragraph_text, element.iter(f"{A}p"))))
    elif shape.has_text_frame:
        body = shape.text_frame._txBody
        bullet = "• " if _is_listed(shape) else ""
        numbering = Numbering(body)
        for paragraph in body.iterfind(f"{A}p"):
            text = paragraph_text(paragraph)
            number = numbering.next(paragraph) if text.strip() else ""
            builder.add("text", number + text, lead="" if number else bullet)
    elif getattr(shape, "has_table", False):
        _add_table(builder, element)
    else:
        add_graphics(builder, element, slide.part)


def _is_listed(shape: Any) -> bool:
    """The body of a slide, whose paragraphs have bullets, and more than one of them."""
    if not shape.is_placeholder or len(shape.text_frame.paragraphs) < 2:
        return False
    return str(shape.placeholder_format.type).split(" ")[0] in ("BODY", "OBJECT", "VERTICAL_BODY")


def _add_table(builder: Builder, element: Any) -> None:
    """Rows; what is merged over several of them stands in each."""
    above: list[str] = []
    for row in element.iter(f"{A}tr"):
        cells: list[str] = []
        for column, cell in enumerate(row.iterfind(f"{A}tc")):
            text = " ".join(map(paragraph_text, cell.iter(f"{A}p")))
            if cell.get("vMerge") in ("1", "true") and column < len(above):
                text = above[column]
            elif cell.get("hMerge") in ("1", "true"):
                text = ""
            cells.append(text)
        builder.row(cells)
        above = cells


register(
    Format(
        "pptx",
        (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
        read_slides,
        is_text=False,
        zip_marks=(b"presentationml.", b"ms-powerpoint."),
    )
)
