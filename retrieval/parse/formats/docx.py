"""Word files: headings, paragraphs, lists with their numbers, tables, notes, comments, charts.

python-docx opens the package. Its paragraphs leave out inserted text under review, content controls
and text boxes, so the elements themselves are read.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from retrieval.errors import DocumentError
from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.office.package import ODD, opened
from retrieval.parse.office.parts import (
    Embedded,
    R,
    add_graphics,
    by_author,
    odd_part,
    root_of,
)
from retrieval.parse.office_pictures import OfficePictures
from retrieval.parse.registry import Format, register
from retrieval.parse.word.chunks import add_chunk
from retrieval.parse.word.names import LEFT_OUT, W, inside, is_on, value, whole
from retrieval.parse.word.numbering import BULLET, Numbering
from retrieval.parse.word.runs import Runs
from retrieval.parse.word.styles import Styles
from retrieval.parse.zipped import open_zip

_NOTES = ("footnotes", "endnotes")
_NUMBER = re.compile(r"\d+")
_NESTED = 3  # Word files within each other


def read_docx(path: Path, *_: object) -> Document:
    """Parse a .docx file. Raises DocumentError if it is damaged or python-docx is missing."""
    docx = library("docx", "python-docx", path.name)
    builder = Builder()
    with reading(path.name, "Word file"):
        with open_zip(path) as archive:
            document = opened(path, archive, builder, docx.Document)
            builder.pictures = OfficePictures(archive, builder)
        _Reader(document, builder, path.name).read()
        inner = Embedded(builder)
        with odd_part(builder, "a file embedded in it"):
            inner.add_parts(document.part)
        inner.warn()
        title = document.core_properties.title.strip() or builder.first_heading()
    return builder.document(title or stem(path), path.name)


class _Reader:
    def __init__(self, document: Any, builder: Builder, file: str, nested: int = 0) -> None:
        self.document, self.builder, self.file, self.nested = document, builder, file, nested
        self.styles = Styles(self._root("styles", "styles"))
        self.numbering = Numbering(self._root("numbering", "numbers of lists"), self.styles)
        self.runs = Runs(self.styles, builder.hide, white=_is_white_paper(document))
        self.part = document.part
        self.notes = {name: self._notes(name) for name in _NOTES}
        self.comments = self._comments()
        self.initial = ""  # the large first letter of the next paragraph

    def read(self) -> None:
        self.furniture("header")
        self.blocks(self.document.element.body, plain_paper=True)
        for comment in list(self.comments):  # what they hang on is gone
            self.comment(comment)
        self.furniture("footer")
        if self.runs.unread:
            self.builder.warn(
                f"formulas typed as EQ fields are not read ({self.runs.unread}); "
                "turn them into equations in Word."
            )

    def blocks(self, parent: Any, plain_paper: bool = False) -> None:
        """Paragraphs and tables below `parent`, in order."""
        for child in parent.iterchildren():
            if child.tag == f"{W}p":
                self.paragraph(child, plain_paper)
            elif child.tag == f"{W}tbl":
                self.table(child)
            elif child.tag == f"{W}altChunk":
                self.chunk(child)
            elif isinstance(child.tag, str) and child.tag not in LEFT_OUT:
                # Content controls and marks of review around paragraphs.
                self.blocks(child, plain_paper)

    def paragraph(self, element: Any, plain_paper: bool) -> None:
        style = value(element, "pPr/pStyle") or self.styles.default
        own = whole(value(element, "pPr/outlineLvl"))
        level = self.styles.level(style) if own is None else own + 1
        text = self.runs.text(element, plain_paper)
        number = "" if _is_gone(element, text) else self.numbering.next(element)
        initial = element.find(f"{W}pPr/{W}framePr")
        if initial is not None and initial.get(f"{W}dropCap") in ("drop", "margin"):
            self.initial += text
            return
        text, self.initial = self.initial + text, ""
        bullet = number.startswith(BULLET) or (not number and self.styles.is_list(style))
        if level and level <= 9 and len(text) < 300:
            self.builder.add("heading", text if bullet else _numbered(number, text), level)
        elif bullet:
            self.builder.add("text", text, lead=f"{BULLET} ")
        else:
            self.builder.add("text", _numbered(number, text))
        self.below(element)

    def below(self, element: Any) -> None:
        """Text boxes, charts, notes and comments of a paragraph, behind it."""
        for box in inside(element, f"{W}txbxContent"):
            self.blocks(box)
        add_graphics(self.builder, element, self.part)
        for path in element.iter("{urn:schemas-microsoft-com:vml}textpath"):
            self.builder.add("text", path.get("string") or "")
        for name in _NOTES:
            for reference in element.iter(f"{W}{name[:-1]}Reference"):
                for note in self.notes[name].get(reference.get(f"{W}id"), []):
                    self.builder.add("text", note)
        for reference in element.iter(f"{W}commentReference"):
            self.comment(reference.get(f"{W}id"))

    def comment(self, name: str) -> None:
        for what, text in self.comments.pop(name, ()):
            self.builder.note(what, text)

    def table(self, element: Any) -> None:
        """Rows; what is merged over several of them stands in each."""
        above: dict[int, str] = {}
        for row in inside(element, f"{W}tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            cells = [""] * _span(value(row, "trPr/gridBefore"), 0)
            merged: dict[int, str] = {}
            for cell in inside(row, f"{W}tc"):
                column = len(cells)
                lines = (p for p in cell.iter(f"{W}p") if not _is_boxed(p, cell))
                words = " ".join(map(self.cell_line, lines))
                merge = value(cell, "tcPr/vMerge")
                if merge is not None:
                    if merge != "restart" and not words.strip():
                        words = above.get(column, "")
                    merged[column] = words
                cells += [words, *[""] * (_span(value(cell, "tcPr/gridSpan"), 1) - 1)]
            above = merged
            if is_on(value(row, "trPr/hidden")):
                self.builder.hide(" ".join(cells))
                continue
            self.builder.row(cells)
            for paragraph in row.iter(f"{W}p"):
                if not _is_boxed(paragraph, row):
                    self.below(paragraph)

    def cell_line(self, element: Any) -> str:
        text = self.runs.text(element)
        number = self.numbering.next(element)
        return text if not text.strip() or number.startswith(BULLET) else _numbered(number, text)

    def furniture(self, kind: str) -> None:
        """Headers or footers of all sections, each text once."""
        seen: set[str] = set()
        for section in self.document.sections:
            for which in (kind, f"first_page_{kind}", f"even_page_{kind}"):
                paragraphs: list[Any] = []
                with odd_part(self.builder, f"a {kind}"):
                    part = getattr(section, which)
                    if not part.is_linked_to_previous:
                        paragraphs = list(part._element.iter(f"{W}p"))
                for element in paragraphs:
                    text = " ".join(self.runs.text(element).split())
                    if text and text not in seen and not _is_page_number(element, text):
                        seen.add(text)
                        self.builder.add("text", text)

    def chunk(self, element: Any) -> None:
        """A file of another format that stands here."""
        with odd_part(self.builder, "a file taken in by it"):
            part = self.part.rels[element.get(f"{R}id")].target_part
            try:
                if "wordprocessingml" in part.content_type and self.nested < _NESTED:
                    inner = library("docx", "python-docx", self.file).Document(BytesIO(part.blob))
                    _Reader(inner, self.builder, self.file, self.nested + 1).read()
                elif not add_chunk(self.builder, part, self.file):
                    self.builder.warn(
                        f"a file taken in by it is not read ({part.content_type}); "
                        "open and save it in Word."
                    )
            except DocumentError as error:
                self.builder.warn(f"a file taken in by it is not read: {error}")

    def _root(self, kind: str, what: str) -> Any:
        try:
            return root_of(self.document.part, kind)
        except ODD:
            self.builder.warn(f"its {what} cannot be read.")
            return None

    def _notes(self, name: str) -> dict[str, list[str]]:
        """Id -> paragraphs of the footnotes or endnotes."""
        root = self._root(name, name)
        return {
            note.get(f"{W}id"): [self.runs.text(p) for p in note.iter(f"{W}p")]
            for note in (() if root is None else root.iter(f"{W}{name[:-1]}"))
            if note.get(f"{W}type") in (None, "normal")
        }

    def _comments(self) -> dict[str, list[tuple[str, str]]]:
        """Id -> what the comment is, and its words."""
        root = self._root("comments", "comments")
        return {
            comment.get(f"{W}id"): [
                (
                    by_author(comment.get(f"{W}author")),
                    "\n".join(self.runs.text(p) for p in comment.iter(f"{W}p")),
                )
            ]
            for comment in (() if root is None else root.iter(f"{W}comment"))
        }


def _is_boxed(paragraph: Any, cell: Any) -> bool:
    """Whether it stands in a text box, which is read behind the table."""
    for element in paragraph.iterancestors():
        if element is cell:
            break
        if element.tag == f"{W}txbxContent":
            return True
    return False


def _is_gone(element: Any, text: str) -> bool:
    """Whether a paragraph without words was deleted, or is hidden, with its number."""
    mark = element.find(f"{W}pPr/{W}rPr")
    if text.strip() or mark is None:
        return False
    deleted = any(mark.find(f"{W}{name}") is not None for name in ("del", "moveFrom"))
    return deleted or bool(is_on(value(mark, "vanish")))


def _numbered(number: str, text: str) -> str:
    """`2.1 Rent`; nothing where there are no words."""
    if not text.strip():
        return ""
    apart = number[-1:].isalnum() and text[:1].isalnum()
    return f"{number} {text}" if apart else number + text


def _is_page_number(element: Any, text: str) -> bool:
    """Whether a paragraph of a header holds the numbers that its fields count, and no word."""
    codes = [code.text or "" for code in element.iter(f"{W}instrText")]
    codes += [field.get(f"{W}instr", "") for field in element.iter(f"{W}fldSimple")]
    counted = sum(code.split()[:1] in (["PAGE"], ["NUMPAGES"], ["SECTIONPAGES"]) for code in codes)
    return not any(map(str.isalpha, text)) and len(_NUMBER.findall(text)) <= counted


def _span(text: str | None, default: int) -> int:
    number = whole(text)
    return default if number is None else max(default, min(number, 100))


def _is_white_paper(opened: Any) -> bool:
    """Whether white words are sure to lie on white: no page colour, no picture behind the text."""
    document = opened.element
    if document.find(f"{W}background") is not None:
        return False
    behind = (anchor.get("behindDoc") for anchor in document.iter("{*}anchor"))
    return not any(is_on(each) for each in behind)


register(
    Format(
        "docx",
        (".docx", ".docm", ".dotx", ".dotm"),
        read_docx,
        is_text=False,
        zip_marks=(
            b"wordprocessingml.document.main",
            b"wordprocessingml.template.main",
            b"ms-word.document.macroEnabled.main",
            b"ms-word.template.macroEnabledTemplate.main",
        ),
    )
)
