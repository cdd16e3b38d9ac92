"""The body of an OpenDocument file (LibreOffice) into blocks."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.formula import beside, mathml
from retrieval.parse.numbers import number_text
from retrieval.parse.odf_styles import STYLE, TEXT, Styles
from retrieval.parse.office.symbols import symbols
from retrieval.parse.page_numbers import PRINTED
from retrieval.parse.raised import lowered, raised

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_FORM = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_GROUPS = ("table-header-rows", "table-rows", "table-row-group")
_MOST = 1000  # times that a row, a cell or a space is repeated; more is only empty space
_COUNTED = ("page-number", "page-count")
_FILLED_IN = (*_COUNTED, "sheet-name", "file-name", "title", "date", "time")
_NOT_READ = ("sequence-decls", "forms", "variable-decls", "user-field-decls", "ruby-text")


class Body:
    """Walks the elements of a body; `member` gives the root of another part of the file."""

    def __init__(self, builder: Builder, styles: Styles, member: Callable[[str], Any]) -> None:
        self.builder, self.styles, self._member = builder, styles, member
        self._lists: list[str] = []  # the styles of the lists that are open
        self._lead = ""
        self._pending: list[tuple[str, str]] = []  # notes and comments of this paragraph
        self._boxes: list[Any] = []  # text boxes of this paragraph
        self.unseen: list[str] = []  # numbers of hidden slides
        self.controls: dict[str, Any] = {}  # fields of forms

    def read(self, element: Any) -> None:
        """Blocks of one element and those below it."""
        name = _name(element)
        if name == "p":
            self._paragraph(element)
        elif name == "h":
            self._heading(element)
        elif name == "list":
            self._list(element)
        elif name == "table":
            self.table(element)
        elif name == "tracked-changes":
            for deletion in element.iter(f"{TEXT}deletion"):
                self.builder.hide(" ".join(map(self.words, deletion.iter(f"{TEXT}p", f"{TEXT}h"))))
        elif name == "page":
            self._slide(element)
        elif name == "annotation":
            self._comment(element)
            self._put_pending()
        elif name == "section" and element.get(f"{TEXT}display") == "none":
            for inner in element.iter(f"{TEXT}p", f"{TEXT}h"):
                self.builder.hide("".join(inner.itertext()))
        elif name not in _NOT_READ:
            if text := self._inline(element) if name == "control" else self._object(element):
                self.builder.add("text", text)
            for child in element:
                self.read(child)

    def furniture(self, kind: str, roots: Iterable[Any], as_note: bool = False) -> None:
        """Headers or footers of all kinds of pages, each text once."""
        seen: set[str] = set()
        masters = (part for root in roots for part in root.iter(f"{STYLE}master-page"))
        for part in (part for master in masters for part in master):
            if _name(part).removesuffix("-left").removesuffix("-first") != kind:
                continue
            for element in part.iter(f"{TEXT}p", f"{TEXT}h"):
                text = " ".join(self.words(element).split())
                if text not in seen and _says_something(element, text):
                    seen.add(text)
                    if as_note:
                        self.builder.note(kind.capitalize(), text)
                    else:
                        self.builder.add("text", text)

    def sheets(self, tables: Iterator[Any], roots: Iterable[Any]) -> None:
        """Each table a page, each row a place; what is printed at their edges is on the first."""
        unseen: list[str] = []
        for number, table in enumerate(tables):
            name = table.get(f"{_TABLE}name") or str(number + 1)
            if self.styles.is_unseen(table.get(f"{_TABLE}style-name")):
                unseen.append(name)
                for cell in table.iter(f"{_TABLE}table-cell"):
                    self.builder.hide(" ".join(self._cell_words(cell)))
                self._pending = []
            else:
                self.table(table, is_sheet=True)
            for kind in ("header", "footer") if not number and self.builder.blocks else ():
                self.furniture(kind, roots, as_note=True)
            self.builder.end_page(table.get(f"{_TABLE}name"))
        if unseen:
            self.builder.warn(
                f"hidden sheets are left out ({', '.join(unseen[:5])}); "
                "show them in a spreadsheet program and save the file to have them read."
            )

    def _paragraph(self, element: Any) -> None:
        lead, self._lead = self._lead, ""
        text = self._shown(element)
        is_bullet = lead == "• "
        if text.strip():
            self.builder.add("text", text if is_bullet else lead + text, lead=lead * is_bullet)
        self._put_pending()

    def _heading(self, element: Any) -> None:
        level = element.get(f"{TEXT}outline-level", "1")
        depth = int(level) if level.isdecimal() else 1
        lead, self._lead = self._lead, ""
        text = self._shown(element)
        is_empty = not "".join(element.itertext()).strip()  # it counts; a hidden one does not
        if text.strip() or is_empty:
            is_left_out = element.get(f"{TEXT}is-list-header") == "true" or (
                self.styles.is_unnumbered(element.get(f"{TEXT}style-name"))
            )
            if not lead.strip("• ") and not is_left_out:
                lead = self.styles.number("Outline", depth)
            if text.strip():
                self.builder.add("heading", lead.replace("• ", "") + text, min(depth, 9))
        self._put_pending()

    def _shown(self, element: Any) -> str:
        text = self.words(element)
        if self.styles.is_hidden(element.get(f"{TEXT}style-name")):
            self.builder.hide(text)
            return ""
        return text

    def _list(self, element: Any) -> None:
        for item, lead in self._items(element):
            self._lead = lead
            for child in item:
                self.read(child)
            self._lead = ""

    def _items(self, element: Any) -> Iterator[tuple[Any, str]]:
        """The items of a list, each with its number or bullet."""
        style = element.get(f"{TEXT}style-name") or (self._lists[-1] if self._lists else "")
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or any(
            key.endswith("continue-list")
            for key in element.keys()  # noqa: SIM118
        )
        if not self._lists and not goes_on:
            self.styles.start(style)
        self._lists.append(style)
        for item in element:
            lead = ""
            if _name(item) == "list-item" and any(_name(child) in ("p", "h") for child in item):
                own = item.get(f"{TEXT}style-override") or style
                start = item.get(f"{TEXT}start-value")
                lead = self.styles.number(own, len(self._lists), start, self._lists[0])
            yield item, lead
        self._lists.pop()

    def table(self, element: Any, is_sheet: bool = False) -> None:
        """Rows; a cell over several rows stands in each of them."""
        above: dict[int, tuple[int, str]] = {}
        number, unseen = 1, _hidden_columns(element)
        for row in _rows(element):
            cells: list[str] = []
            for cell in row:
                if _name(cell) not in ("table-cell", "covered-table-cell"):
                    continue
                for _ in range(_repeated(cell, "columns")):
                    words = self._cell(cell, len(cells), above)
                    if len(cells) in unseen:
                        self.builder.hide(words)
                    cells.append("" if len(cells) in unseen else words)
            count = _repeated(row, "rows", most=1 << 20)
            if row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                self.builder.hide(" | ".join(filter(None, cells)))
                cells = []
            for at in range(min(count, _MOST) if any(cells) else 0):
                if is_sheet:
                    self.builder.place(f"row {number + at}")
                self.builder.row(cells)
            number += count
            self._put_pending()

    def _cell(self, cell: Any, column: int, above: dict[int, tuple[int, str]]) -> str:
        if _name(cell) == "covered-table-cell":
            rows, words = above.get(column, (0, ""))
            above[column] = (rows - 1, words)
            return words if rows > 0 else ""
        text = " ".join(self._cell_words(cell)) or _value(cell)
        spanned = cell.get(f"{_TABLE}number-rows-spanned", "1")
        above[column] = (int(spanned) - 1 if spanned.isdecimal() else 0, text)
        return text

    def _cell_words(self, cell: Any) -> Iterator[str]:
        for child in cell:
            if _name(child) in ("p", "h"):
                yield self._shown(child)
            elif _name(child) == "annotation":
                self._comment(child)
            elif _name(child) == "list":
                for item, lead in self._items(child):
                    words = " ".join(self._cell_words(item))
                    yield words if lead == "• " or not words.strip() else lead + words
            else:
                yield from self._cell_words(child)

    def _slide(self, page: Any) -> None:
        if self.styles.is_unseen(page.get(f"{_DRAW}style-name")):
            for element in page.iter(f"{TEXT}p", f"{TEXT}h"):
                self.builder.hide(self.words(element))
            self.unseen.append(str(len(self.builder.pages) + 1))
            self.builder.end_page()
            return
        notes = [child for child in page if _name(child) == "notes"]
        shapes = [child for child in page if child not in notes]
        shapes.sort(key=lambda shape: shape.get(f"{_PRESENTATION}class") != "title")
        for shape in shapes:
            if shape.get(f"{_PRESENTATION}class") == "title":
                text = " ".join(self.words(p) for p in shape.iter(f"{TEXT}p", f"{TEXT}h"))
                self.builder.add("heading", text, 1)
            else:
                self.read(shape)
        for note in notes:
            self.read(note)
        self.builder.end_page()

    def words(self, element: Any) -> str:
        """The text of a paragraph in one piece; what hangs on it waits until it ends."""
        text = element.text or ""
        for child in element:
            inner = self._inline(child)
            if _name(child) == "frame" and next(child.iter(f"{_DRAW}object"), None) is not None:
                inner = beside(text, inner)
            text += inner + (child.tail or "")
        return text

    def _inline(self, element: Any) -> str:
        name = _name(element)
        if name == "s":
            return " " * min(int(element.get(f"{TEXT}c") or 1), _MOST)
        if name in ("tab", "line-break"):
            return "\t" if name == "tab" else "\n"
        if name == "note":
            return self._footnote(element)
        if name == "annotation":
            self._comment(element)
            return ""
        if name == "control":
            return f" {_field(self.controls.get(element.get(f'{_DRAW}control') or ''))} "
        if name in ("hidden-text", "hidden-paragraph") or name in _NOT_READ or not name:
            return ""
        if name in ("frame", "g", "custom-shape", "rect", "text-box"):
            if _has_text(element):
                self._boxes.append(element)
                return ""
            return self._object(element) or "".join(map(self._inline, element))
        style = element.get(f"{TEXT}style-name")
        text = symbols(self._object(element) or self.words(element), self.styles.font(style))
        if self.styles.is_hidden(style):
            self.builder.hide(text)
            return ""
        script = self.styles.script(style)
        return raised(text) if script == "sup" else lowered(text) if script == "sub" else text

    def _footnote(self, element: Any) -> str:
        mark = "".join(element.findtext(f"{TEXT}note-citation") or "")
        body = element.find(f"{TEXT}note-body")
        inside = [] if body is None else [self.words(p) for p in body.iter(f"{TEXT}p")]
        self._pending.append(("", f"{mark} {' '.join(inside)}"))
        return raised(mark)

    def _comment(self, element: Any) -> None:
        who = element.findtext("{*}creator") or ""
        text = "\n".join(self.words(p) for p in element.iter(f"{TEXT}p"))
        self._pending.append((f"Comment by {who}" if who else "Comment", text))

    def _put_pending(self) -> None:
        pending, self._pending = self._pending, []
        boxes, self._boxes = self._boxes, []
        for what, text in pending:
            if what:
                self.builder.note(what, text)
            else:
                self.builder.add("text", text)
        for box in boxes:
            for child in box:
                self.read(child)

    def _object(self, element: Any) -> str:
        """A formula, the numbers of a chart, or what a picture shows in words."""
        if _name(element) in ("title", "desc"):
            return f" {element.text or ''} "
        href = element.get(_HREF) if element.tag == f"{_DRAW}object" else None
        root = self._member(posixpath.normpath(f"{href}/content.xml")) if href else None
        if root is None:
            return ""
        if _name(root) == "math":
            return mathml(root)
        for table in root.iter(f"{_TABLE}table"):
            self.table(table)
        return ""


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(cell: Any) -> str:
    """What a cell holds that a program has written without saying how it looks."""
    said = {key.rpartition("}")[2]: text for key, text in cell.items()}
    kind = said.get("value-type")
    if kind in ("float", "currency", "percentage") and "value" in said:
        try:
            number = float(said["value"])
        except ValueError:
            return str(said["value"])
        return number_text(number, "0.##########%" if kind == "percentage" else "General")
    if kind == "boolean":
        return str(said.get("boolean-value", "")).upper()
    return str(said.get(f"{kind}-value", "")).removeprefix("PT")


def _hidden_columns(table: Any) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        count = _repeated(column, "columns", most=1 << 14)
        if column.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            hidden.update(range(at, at + count))
        at += count
    return hidden


def fields(root: Any) -> dict[str, Any]:
    """The fields of a file's forms, by the name that their place in the text has."""
    named = {}
    for form in root.iter("{*}form"):
        for field in form.iterchildren("{*}*"):
            for key in ("{http://www.w3.org/XML/1998/namespace}id", f"{_FORM}id"):
                if name := field.get(key):
                    named[name] = field
    return named


def _field(element: Any) -> str:
    """What a field shows: its text, its tick and label, what is chosen."""
    if element is None:
        return ""
    said = {key.rpartition("}")[2]: text for key, text in element.items()}
    label = said.get("label", "")
    if _name(element) in ("checkbox", "radio"):
        states = said.get("current-state"), said.get("current-selected")
        ticked = any(state in ("checked", "true") for state in states)
        return f"{'☒' if ticked else '☐'} {label}"
    if _name(element) in ("listbox", "combobox"):
        options = [each for each in element if _name(each) in ("option", "item")]
        chosen = [o.get(f"{_FORM}label", "") for o in options if o.get(f"{_FORM}current-selected")]
        return ", ".join(chosen) or str(said.get("current-value") or said.get("value") or "")
    if _name(element) in ("hidden", "password", "file"):
        return ""
    return str(said.get("current-value") or said.get("value") or label)


def _has_text(element: Any) -> bool:
    return next(element.iter(f"{TEXT}p", f"{TEXT}h"), None) is not None


def _rows(element: Any) -> Iterator[Any]:
    for child in element:
        if _name(child) == "table-row":
            yield child
        elif _name(child) in _GROUPS:
            yield from _rows(child)


def _repeated(element: Any, what: str, most: int = _MOST) -> int:
    times = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return min(int(times), most) if times.isdecimal() and len(times) < 9 else 1


def _says_something(element: Any, text: str) -> bool:
    """Whether a header says more than its fields, or than a page number."""
    own, counted = text, False
    for field in element.iter(*(f"{TEXT}{name}" for name in _FILLED_IN)):
        counted |= _name(field) in _COUNTED
        own = own.replace("".join(field.itertext()), "", 1)
    return any(map(str.isalnum, own)) and not (counted and PRINTED.fullmatch(text))
