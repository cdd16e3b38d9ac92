"""Word files: headings by their style, paragraphs, lists, tables, notes, headers and footers.

python-docx opens the package and knows the styles. Its paragraphs leave out inserted text under
review, content controls and text boxes, so the elements themselves are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.registry import Format, register
from retrieval.parse.zipped import open_zip

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = ("footnotes", "endnotes")
# Deleted under review, another rendering of the same, or code of a field.
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", _FALLBACK})


def read_docx(path: Path, *_: object) -> Document:
    """Parse a .docx file. Raises DocumentError if it is damaged or python-docx is missing."""
    docx = library("docx", "python-docx", path.name)
    with reading(path.name, "Word file"):
        open_zip(path).close()
        opened = docx.Document(str(path))
        reader = _Reader(opened)
        reader.furniture("header")
        reader.blocks(opened.element.body)
        reader.furniture("footer")
        title = opened.core_properties.title.strip() or reader.builder.first_heading()
    return reader.builder.document(title or stem(path), path.name)


class _Reader:
    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.builder = Builder()
        self.levels = _style_levels(opened)
        self.lists = {s.style_id for s in opened.styles if s.name and s.name.startswith("List ")}
        self.notes = {name: _notes(opened, name) for name in _NOTES}

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables below `parent`, in order."""
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                self.table(child)
            elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
                self.blocks(child)  # content controls and marks of review around paragraphs

    def paragraph(self, element: Any) -> None:
        style = _value(element, "pPr", "pStyle")
        own = _value(element, "pPr", "outlineLvl")
        level = int(own) + 1 if own and own.isdecimal() else self.levels.get(style or "", 0)
        text = "".join(_runs(element))
        if level and level <= 9 and len(text) < 300:
            self.builder.add("heading", text, level)
        else:
            listed = element.find(f"{_W}pPr/{_W}numPr") is not None or style in self.lists
            self.builder.add("text", text, lead="• " if listed else "")
        self.below(element)

    def below(self, element: Any) -> None:
        """Text boxes and notes of a paragraph, behind it."""
        for box in _inside(element, f"{_W}txbxContent"):
            self.blocks(box)
        for name in _NOTES:
            for reference in element.iter(f"{_W}{name[:-1]}Reference"):
                for note in self.notes[name].get(reference.get(f"{_W}id"), []):
                    self.builder.add("text", note)

    def table(self, element: Any) -> None:
        for row in _inside(element, f"{_W}tr"):
            cells: list[str] = []
            for cell in _inside(row, f"{_W}tc"):
                lines = ["".join(_runs(p)) for p in cell.iter(f"{_W}p")]
                span = _value(cell, "tcPr", "gridSpan") or "1"
                cells.append(" ".join(lines))
                cells += [""] * (min(int(span), 100) - 1 if span.isdecimal() else 0)
            self.builder.row(cells)
            for paragraph in row.iter(f"{_W}p"):
                self.below(paragraph)

    def furniture(self, kind: str) -> None:
        """Headers or footers of all sections, each text once."""
        seen: set[str] = set()
        for section in self.opened.sections:
            for which in (kind, f"first_page_{kind}", f"even_page_{kind}"):
                part = getattr(section, which)
                if part.is_linked_to_previous:
                    continue
                for element in part._element.iter(f"{_W}p"):
                    text = " ".join("".join(_runs(element)).split())
                    if any(char.isalpha() for char in text) and text not in seen:
                        seen.add(text)
                        self.builder.add("text", text)


def _runs(paragraph: Any) -> Iterator[str]:
    """The paragraph's own text: a text box in it is another paragraph's matter."""
    for child in paragraph.iterchildren():
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT | {f"{_W}txbxContent"}:
            # Mathematics has text elements of a namespace of its own.
            if child.tag.endswith("/math}t"):
                yield child.text or ""
            yield from _runs(child)


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """The nearest elements of this kind below one, those of another rendering left out."""
    for child in element.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag != _FALLBACK:
            yield from _inside(child, tag)


def _value(element: Any, properties: str, name: str) -> str | None:
    value = element.find(f"{_W}{properties}/{_W}{name}")
    return None if value is None else value.get(f"{_W}val")


def _style_levels(opened: Any) -> dict[str, int]:
    """Style id -> heading level; a style takes it from the one it is based on."""
    levels = {}
    for style in opened.styles:
        at, hops = style, 0
        while at is not None and hops < 20:
            level = _level_of(at)
            if level is not None:
                levels[style.style_id] = level
                break
            at, hops = getattr(at, "base_style", None), hops + 1
    return levels


def _level_of(style: Any) -> int | None:
    """Word keeps these names in every language; 0 says expressly that it is no heading."""
    name = (style.name or "").lower()
    if name == "title":
        return 1
    if name.startswith("heading ") and name[8:].isdecimal():
        return int(name[8:])
    outline = _value(style.element, "pPr", "outlineLvl")
    return (int(outline) + 1) % 10 if outline and outline.isdecimal() else None


def _notes(opened: Any, name: str) -> dict[str, list[str]]:
    """Id -> paragraphs of the footnotes or endnotes."""
    from lxml import etree

    for relation in opened.part.rels.values():
        if relation.reltype.endswith(f"/{name}") and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(relation.target_part.blob, parser)
            return {
                note.get(f"{_W}id"): ["".join(_runs(p)) for p in note.iter(f"{_W}p")]
                for note in root.iter(f"{_W}{name[:-1]}")
                if note.get(f"{_W}type") in (None, "normal")
            }
    return {}


register(
    Format(
        "docx",
        (".docx", ".docm", ".dotx"),
        read_docx,
        is_text=False,
        zip_marks=(
            b"wordprocessingml.document.main",
            b"wordprocessingml.template.main",
            b"ms-word.document.macroEnabled.main",
        ),
    )
)
