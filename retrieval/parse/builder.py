"""Grows the text of a document whose format tells what is a heading, a row or a paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from retrieval.errors import DocumentError
from retrieval.parse.document import Block, Document, Kind, Page, Unit, ranges
from retrieval.parse.layout import plain
from retrieval.parse.place import Places
from retrieval.parse.raised import with_fractions

_SPACES = re.compile(r"[^\S\n]+")


class Builder:
    """Text, blocks and pages, as they come."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.pages: list[Page] = []
        self.aside: list[tuple[int, str]] = []
        self.hidden: list[tuple[int, str]] = []
        self.places: list[tuple[int, str]] = []
        self.warnings: list[str] = []
        self.pictures: Any = None  # of an Office file (office_pictures.py), once they are read
        self._page_start = 0

    @classmethod
    def behind(cls, document: Document) -> Builder:
        """One that goes on at the end of the last page of a document, which is open again."""
        builder, last = cls(), document.pages[-1]
        builder.parts, builder.length = [document.text[: last.end]], last.end
        builder.blocks, builder.pages = [*document.blocks], [*document.pages[:-1]]
        builder.places, builder._page_start = [*document.places], last.start
        return builder

    def add(
        self, kind: Kind, text: str, level: int = 0, lead: str = "", literal: bool = False
    ) -> None:
        """A block on a line of its own; `lead`, such as a bullet, stands before it.

        White space is squeezed unless it is `literal`; line breaks in the text are kept.
        """
        text = "\n".join(map(plain, text.splitlines())).strip("\n") if literal else tidy(text)
        if kind == "heading":
            text = " ".join(text.split())
        if not text.strip():
            return
        if self.length > self._page_start:
            same = kind == self.blocks[-1].kind
            together = same and (kind == "row" or lead)
            self._put("\n" if together else "\n\n")
        self._put(lead)
        start = self.length
        self._put(text)
        self.blocks.append(Block(kind, start, self.length, level))

    def row(self, cells: Iterable[str]) -> None:
        """One row of a table, its cells between bars; a lone word cell is a title or a remark."""
        words = [with_fractions(" ".join(plain(cell).split())) for cell in cells]
        while words and not words[-1]:
            words.pop()
        filled = [word for word in words if word]
        if len(filled) == 1 and any(char.isalpha() for char in filled[0]):
            self.add("text", filled[0])
        else:
            self.add("row", " | ".join(words))

    def note(self, what: str, text: str) -> None:
        """What is no part of the running text, marked as what it is: "Comment by Ann Bolt"."""
        if text.strip():
            self.add("note", f"{what}: {text}")

    def hide(self, text: str) -> None:
        """Words that no reader of the file sees; they are listed, and no part of the text."""
        if words := " ".join(plain(text).split()):
            self.hidden.append((len(self.pages) + 1, words))

    def place(self, name: str) -> None:
        """What comes next stands at this place, such as a cell or a time."""
        self.places.append((self.length, name))

    def warn(self, sentence: str) -> None:
        """Say once, whenever the file is opened, what of it was not read."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def attach(self, name: str, inner: Document, level: int = 1) -> None:
        """A file within this one, under a heading; its places say where in it something stands."""
        what, here = f"attachment {name}", len(self.pages) + 1
        self.place(what)
        self.add("heading", f"Attachment {name}", level)
        self._put("\n\n")
        start = self.length
        self._put(inner.text.replace("\f", "\n"))
        places = Places(inner)
        for block in inner.blocks:
            own = block.level + level if block.kind == "heading" else block.level
            self.blocks.append(Block(block.kind, start + block.start, start + block.end, own))
            page = bisect_right(inner.pages, block.start, key=lambda page: page.start)
            sheet = f"{inner.unit} {page}" if page else ""
            where = ", ".join(filter(None, (what, sheet, places.at(block.start))))
            if where != self.places[-1][1]:
                self.places.append((start + block.start, where))
        self.place("")
        self.aside += ((here, words) for _, words in inner.aside)
        self.hidden += ((here, words) for _, words in inner.hidden)
        for warning in inner.warnings:
            self.warn(f"{what}: {warning}")
        if inner.silent:
            self.warn(f"{what}: {inner.unit} {ranges(inner.silent)} holds no text.")

    def end_page(self, label: str | None = None) -> None:
        """What came since the last page is the next one."""
        number = len(self.pages) + 1
        self.pages.append(Page(number, label, self._page_start, self.length))
        self._put("\f")
        self._page_start = self.length

    def first_heading(self) -> str:
        """What a document is called that says nothing of it; "" without a heading."""
        first = next((block for block in self.blocks if block.kind == "heading"), None)
        return "".join(self.parts)[first.start : first.end] if first else ""

    def document(self, title: str, file: str, unit: Unit = "page") -> Document:
        """All of it. Raises DocumentError where there is no text at all."""
        if not self.blocks:
            raise DocumentError(f"{file} holds no text.")
        # A slide without text may show a picture of some; a sheet without cells is just empty, and
        # what is hidden shows nothing.
        unseen = {page for page, _ in self.hidden}
        silent = tuple(
            page.number
            for page in self.pages
            if page.start == page.end and page.number not in unseen
        )
        return Document(
            title=" ".join(plain(title).split()),
            text="".join(self.parts),
            pages=tuple(self.pages),
            blocks=tuple(self.blocks),
            silent=() if unit == "sheet" else silent,
            unit=unit,
            aside=tuple((page if self.pages else 0, words) for page, words in self.aside),
            hidden=tuple((page if self.pages else 0, words) for page, words in self.hidden),
            places=tuple(self.places),
            warnings=tuple(self.warnings),
        )

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def tidy(text: str) -> str:
    """White space squeezed line by line; never a lone surrogate or a control character."""
    lines = (_SPACES.sub(" ", line).strip() for line in with_fractions(plain(text)).splitlines())
    return "\n".join(line for line in lines if line)
