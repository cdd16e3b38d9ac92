"""Elements of HTML and XHTML to blocks: what a browser would show, tables row by row."""

from __future__ import annotations

import html
import re
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.document import Kind

_HIDDEN = """head script style noscript template svg nav iframe object button select input textarea
    audio video canvas map datalist dialog"""
_BLOCKS = """p div section article main header footer aside address blockquote figure figcaption ul
    ol li dl dt dd pre form fieldset legend details summary hr body html caption center
    h1 h2 h3 h4 h5 h6"""
_HIDDEN_TAGS, _BLOCK_TAGS = frozenset(_HIDDEN.split()), frozenset(_BLOCKS.split())
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SIGN = re.compile(r"[$€£¥(]+")  # cells of their own in tables laid out for paper
_TAIL = re.compile(r"[)%]+")


class Markup:
    """Walks one element tree into a builder."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.words: list[str] = []
        self.kinds: list[tuple[Kind, int]] = [("text", 0)]
        self.bullet = False
        self.tables: list[_Table | None] = []  # None: a table that only lays out the page
        self.literal = 0  # how many <pre> are open

    def read(self, root: Any) -> None:
        """Every element below `root`; without recursion, since a file may nest without end."""
        from lxml import etree

        steps = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in steps:
            if event == "start" and not isinstance(element.tag, str):
                event = "comment"
            if event == "start":
                tag = etree.QName(element).localname.lower()
                if _is_hidden(element, tag):
                    steps.skip_subtree()
                    continue  # its end event follows, and adds the text behind it
                self._start(element, tag)
            elif event == "end":
                if element.tag is etree.Entity:
                    self._text(html.unescape(element.text or ""))
                elif isinstance(element.tag, str):
                    tag = etree.QName(element).localname.lower()
                    if not _is_hidden(element, tag):
                        self._end(tag)
                if element is not root:
                    self._text(element.tail)
            elif element is not root:
                self._text(element.tail)
        self._flush()

    def _start(self, element: Any, tag: str) -> None:
        if tag == "br":
            self.words.append("\n")
        elif tag == "table":
            self._flush()
            self.tables.append(None if _lays_out(element) else _Table())
        elif tag in ("tr", "td", "th"):
            self._cell(element, tag)
        elif tag in _BLOCK_TAGS:
            self._break()
            if tag == "li":
                self.bullet = True
            if tag == "pre":
                self.literal += 1
            if tag[0] == "h" and tag[1:].isdigit():
                self.kinds.append(("heading", int(tag[1:])))
        text = element.text
        raised = tag == "sup" and text and not set(text) - set("0123456789+-n")
        self._text(text.translate(_RAISED) if raised else text)

    def _end(self, tag: str) -> None:
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
            if tag == "pre":
                self.literal -= 1
            if tag == "li":
                self.bullet = False
            if tag[0] == "h" and tag[1:].isdigit() and len(self.kinds) > 1:
                self.kinds.pop()

    def _cell(self, element: Any, tag: str) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None:
            self._flush()
        elif tag == "tr":
            table.put(self._taken())
            table.rows.append([])
        else:
            table.put(self._taken())
            span = element.get("colspan", "1").strip()
            table.open(min(int(span), 100) if span.isdecimal() else 1)

    def _text(self, text: str | None) -> None:
        if text:
            self.words.append(text if self.literal else " ".join(re.split(r"\s+", text)))

    def _break(self) -> None:
        """Between blocks; inside a cell of a table only a space."""
        if self.tables and self.tables[-1] is not None and self.tables[-1].rows:
            self.words.append(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        words = self._taken()
        if words.strip():
            kind, level = self.kinds[-1]
            lead = "• " if self.bullet and kind == "text" else ""
            self.builder.add(kind, words, level, lead, literal=self.literal > 0)
            self.bullet = False

    def _taken(self) -> str:
        words = "".join(self.words)
        self.words = []
        return words


class _Table:
    """Rows of one table until its end, when it is known which columns are only space."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.spans = 0

    def open(self, span: int) -> None:
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append("")
        self.spans = span

    def put(self, words: str) -> None:
        """What was read belongs to the open cell."""
        if self.spans:
            self.rows[-1][-1] = " ".join(words.split())
            self.rows[-1] += [""] * (self.spans - 1)
            self.spans = 0
        elif words.strip():  # text between cells, as broken pages have it
            self.rows.append([" ".join(words.split())])

    def write(self, builder: Builder) -> None:
        rows = [_joined(row) for row in self.rows]
        width = max(map(len, rows), default=0)
        used = [any(len(row) > i and row[i] for row in rows) for i in range(width)]
        for row in rows:
            builder.row(cell for cell, is_used in zip(row, used, strict=False) if is_used)


def _joined(row: list[str]) -> list[str]:
    """ "$ | 1,234 | )" becomes "$1,234)", as it looks on paper."""
    row = list(row)
    for index, cell in enumerate(row):
        after = next((i for i in range(index + 1, len(row)) if row[i]), None)
        if after is not None and _SIGN.fullmatch(cell) and row[after][0].isdigit():
            row[index], row[after] = "", cell + row[after]
        before = next((i for i in range(index - 1, -1, -1) if row[i]), None)
        if before is not None and _TAIL.fullmatch(cell) and row[before][-1].isdigit():
            row[index], row[before] = "", row[before] + cell
    return row


def _is_hidden(element: Any, tag: str) -> bool:
    return (
        tag in _HIDDEN_TAGS
        or element.get("hidden") is not None
        or bool(_NOT_SHOWN.search(element.get("style") or ""))
    )


def _lays_out(table: Any) -> bool:
    """Whether a table only puts parts of the page beside each other."""
    return (
        table.get("role") == "presentation"
        or any(
            next(table.iter(tag, f"{{http://www.w3.org/1999/xhtml}}{tag}"), table) is not table
            for tag in ("h1", "h2", "h3", "h4")
        )
        or any(inner is not table for inner in table.iter(table.tag))
    )
