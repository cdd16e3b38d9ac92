"""Elements of HTML and XHTML to blocks: what a browser would show, tables row by row."""

from __future__ import annotations

import html
import re
from collections.abc import Container, Mapping
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.counters import Counters
from retrieval.parse.document import Kind
from retrieval.parse.formula import beside, mathml
from retrieval.parse.list_numbers import HtmlList
from retrieval.parse.markup_table import Table, lays_out
from retrieval.parse.raised import lowered, raised
from retrieval.parse.shown import PROGRAM, is_drawing, is_hidden, value
from retrieval.parse.stylesheet import StyleSheets

_BLOCKS = """p div section article main header footer aside address blockquote figure figcaption ul
    ol li dl dt dd pre form fieldset legend details summary hr body html caption center textarea
    text dialog h1 h2 h3 h4 h5 h6 para simpara footnote"""
_SCRIPTS = {"sup": "sup", "superscript": "sup", "sub": "sub", "subscript": "sub"}
_BLOCK_TAGS = frozenset(_BLOCKS.split())
_LITERAL = ("pre", "textarea")
_MARKS = {"q": ("“", "”"), **dict.fromkeys(("s", "del", "strike"), ("~~", "~~"))}
_RAISED = re.compile(r"\s*[\w+(−-]")


class Markup:
    """Walks one element tree into a builder."""

    def __init__(self, builder: Builder, sheets: StyleSheets | None = None) -> None:
        self.builder = builder
        self.hidden: Container[Any] = sheets.hidden if sheets else ()
        self.raised: Mapping[Any, str] = sheets.scripts if sheets else {}
        self.kinds_of_lists: Mapping[Any, str] = sheets.kinds if sheets else {}
        self.counters = Counters(sheets.counted if sheets else {})
        self.words: list[str] = []
        self.kinds: list[tuple[Kind, int]] = [("text", 0)]
        self.lead = ""  # the bullet or number of the list item that begins
        self.lists: list[HtmlList] = []
        self.tables: list[Table | None] = []  # None: a table that only lays out the page
        self.literal = 0  # how many <pre> are open
        self.scripts: list[tuple[list[str], int]] = []  # where raised and lowered text begins

    def read(self, root: Any) -> None:
        """Every element below `root`; without recursion, since a file may nest without end."""
        from lxml import etree

        steps = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        skipped: Any = None
        for event, element in steps:
            if event == "start" and isinstance(element.tag, str):
                if element is not root and self._is_read_at_once(element, _name(element)):
                    skipped = element
                    steps.skip_subtree()  # its end event follows, and adds the text behind it
                else:
                    self._start(element, _name(element))
                continue
            if event == "start":
                continue
            if element.tag is etree.Entity:
                self._text(html.unescape(element.text or ""))
            elif isinstance(element.tag, str) and element is not skipped:
                self._end(element, _name(element))
            if element is not root:
                self._text(element.tail)
        self._flush()

    def _is_read_at_once(self, element: Any, tag: str) -> bool:
        """What has no text of its own to walk through."""
        if tag in PROGRAM or is_drawing(element):
            return True
        if element in self.hidden or is_hidden(element, tag):
            self.builder.hide(_all_words(element))
            return True
        if tag == "math":
            formula = mathml(element)
            before = next(filter(None, reversed(self.words)), "")
            is_block = element.get("display") == "block"
            self.words.append(f"\n{formula}\n" if is_block else beside(before, formula))
            return True
        shown = value(element, tag)
        if shown is not None:
            self.words.append(f" {shown} ")
        return shown is not None

    def _start(self, element: Any, tag: str) -> None:
        number = self.counters.begin(element)
        if tag == "br":
            self.words.append("\n")
        elif tag == "table":
            self._flush()
            self.tables.append(None if lays_out(element) else Table())
        elif tag in ("tr", "td", "th"):
            self._cell(element, tag)
        elif tag in ("thead", "tbody", "tfoot") and self.tables and self.tables[-1]:
            self.tables[-1].end_section()
        elif tag in _BLOCK_TAGS:
            self._break()
            self._start_block(element, tag)
        elif tag == "button":
            self.words.append(" ")
        elif tag in _MARKS:
            self.words.append(_MARKS[tag][0])
        elif self._script(element, tag):
            self.scripts.append((self.words, len(self.words)))
        if number:
            if tag == "li" and not self._in_cell():
                self.lead = number
            else:
                self.words.append(number)
        self._text(element.text)

    def _start_block(self, element: Any, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.lists.append(HtmlList(element, tag, self.kinds_of_lists.get(element)))
        elif tag == "li":
            kind = self.kinds_of_lists.get(element)
            self.lead = self.lists[-1].next(element, kind) if self.lists else "• "
            if self.lead != "• " and self._in_cell():
                self.words.append(self.lead)
        elif tag in _LITERAL:
            self.literal += 1
        elif tag[0] == "h" and tag[1:].isdigit():
            self.kinds.append(("heading", int(tag[1:])))

    def _end(self, element: Any, tag: str) -> None:
        self.counters.end()
        table = self.tables[-1] if self.tables else None
        if tag == "table" and self.tables:
            self.tables.pop()
            if table is None:
                self._flush()
            else:
                table.put(self._taken())
                table.write(self.builder)
        elif tag in ("td", "th", "tr"):
            if table is None:
                self._flush()
            else:
                table.put(self._taken())
        elif tag == "caption":
            self._flush()
        elif tag in _BLOCK_TAGS:
            self._break()
            self._end_block(tag)
        elif tag == "button":
            self.words.append(" ")
        elif tag in _MARKS:
            self.words.append(_MARKS[tag][1])
        elif script := self._script(element, tag):
            self._end_script(script)

    def _end_block(self, tag: str) -> None:
        if tag in _LITERAL:
            self.literal -= 1
        elif tag in ("ol", "ul"):
            if self.lists:
                self.lists.pop()
        elif tag == "li":
            self.lead = ""
        elif tag[0] == "h" and tag[1:].isdigit() and len(self.kinds) > 1:
            self.kinds.pop()

    def _script(self, element: Any, tag: str) -> str:
        """ "sup" or "sub" where an element is raised or lowered, "" elsewhere."""
        if tag in _SCRIPTS:
            return _SCRIPTS[tag]
        if script := self.raised.get(element):
            # A <sup> in it, or around it, says the same once more.
            again = next(element.iter("{*}sup", "{*}sub"), None) is not None
            around = any(
                each in self.raised or _name(each) in ("sup", "sub")
                for each in element.iterancestors()
            )
            return "" if again or around or tag in _BLOCK_TAGS else script
        return _noteref(element) if tag == "a" else ""

    def _end_script(self, script: str) -> None:
        words, start = self.scripts.pop()
        inner = "".join(words[start:])
        # A mark in brackets of its own, or a star, stays as it is.
        if words is self.words and _RAISED.match(inner):
            words[start:] = [lowered(inner) if script == "sub" else raised(inner)]

    def _cell(self, element: Any, tag: str) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None:
            self._flush()
            return
        table.put(self._taken())
        if tag == "tr":
            table.open_row()
        else:
            table.open_cell(element)

    def _text(self, text: str | None) -> None:
        if text:
            self.words.append(text if self.literal else " ".join(re.split(r"\s+", text)))

    def _in_cell(self) -> bool:
        table = self.tables[-1] if self.tables else None
        return table is not None and bool(table.rows)

    def _break(self) -> None:
        """Between blocks; inside a cell of a table only a space."""
        if self._in_cell():
            self.words.append(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        words = self._taken()
        if words.strip():
            kind, level = self.kinds[-1]
            bullet = self.lead if kind == "text" and self.lead == "• " else ""
            number = "" if bullet or self.literal else self.lead
            self.builder.add(
                kind,
                number + words.lstrip() if number else words,
                level,
                bullet,
                literal=self.literal > 0,
            )
            self.lead = ""

    def _taken(self) -> str:
        words = "".join(self.words)
        self.words = []
        return words


def _name(element: Any) -> str:
    """`p`; `o:p` for what Office puts into pages, which is no paragraph."""
    space, _, name = element.tag.rpartition("}")
    if space.startswith("{urn:schemas-microsoft-com"):
        return f"o:{name}".lower()
    return str(name).lower()


def _noteref(element: Any) -> str:
    """ "sup" for a link to a note, which the book's style raises."""
    kind = element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""
    if "noteref" not in kind.split() and element.get("role") != "doc-noteref":
        return ""
    around = next(element.iterancestors("{*}sup"), None)
    return "sup" if around is None and next(element.iter("{*}sup"), None) is None else ""


def _all_words(element: Any) -> str:
    """The words in it, without scripts."""
    return " ".join(
        words
        for inner in element.iter()
        for words in (
            inner.text if isinstance(inner.tag, str) and _name(inner) not in PROGRAM else "",
            inner.tail if inner is not element else "",
        )
        if words
    )
