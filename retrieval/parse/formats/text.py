"""Text and Markdown files: their text is taken as it stands, so offsets hold in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from retrieval.parse.decode import file_text, line_spans, stem
from retrieval.parse.document import Block, Document
from retrieval.parse.line import is_figures
from retrieval.parse.registry import Format, register

_ATX = re.compile(r" {0,3}(#{1,6})\s+\S")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")  # below the head of a table
_FENCE = re.compile(r"\s*(```|~~~)")
_CHAPTER = re.compile(
    r"(chapter|part|book|section|appendix|act|scene)\s+[ivxlc\d]+\b", re.IGNORECASE
)


def read_text(path: Path, *_: object) -> Document:
    """Parse a .txt or .md file.

    Raises DocumentError for an empty file and for one that is not text.
    """
    text, warnings = file_text(path)
    markdown = path.suffix.lower() in {".md", ".markdown"}
    blocks = tuple(_markdown_blocks(text) if markdown else text_blocks(text))
    title = next((text[b.start : b.end].strip("# \r\n") for b in blocks if b.level == 1), "")
    return Document(
        title or stem(path), text, (), blocks, places=line_places(blocks), warnings=warnings
    )


def line_places(blocks: tuple[Block, ...]) -> tuple[tuple[int, str], ...]:
    """Lines tell where something stands as long as no heading does."""
    first = next((block.start for block in blocks if block.kind == "heading"), None)
    if first is None:
        return ((0, "line 1"),)
    return ((0, "line 1"), (first, "")) if first > 0 else ()


def paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines, start and end, between empty ones."""
    lines: list[tuple[int, int]] = []
    for start, end in line_spans(text):
        if text[start:end].strip():
            lines.append((start, end))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, rows and headings of a text without marks."""
    for lines in paragraphs(text):
        first = text[lines[0][0] : lines[0][1]].strip()
        if len(lines) == 1 and _is_heading(first):
            yield Block("heading", *lines[0], level=1 if _CHAPTER.match(first) else 2)
        else:
            yield from body_blocks(text, lines)


def _is_heading(line: str) -> bool:
    letters = [char for char in line if char.isalpha()]
    if len(line) > 80 or len(letters) < 3 or line.endswith((".", ",", ";", ":", "。", "，")):
        return False
    return bool(_CHAPTER.match(line)) or (all(c.isupper() for c in letters) and len(letters) > 3)


def _markdown_blocks(text: str) -> Iterator[Block]:
    fenced = False
    for lines in paragraphs(text):
        paragraph: list[tuple[int, int]] = []
        for index, (start, end) in enumerate(lines):
            line = text[start:end]
            if _FENCE.match(line):
                fenced = not fenced
            heading = None if fenced else _ATX.match(line)
            under = None if fenced or not paragraph else _UNDERLINE.match(line)
            if heading:
                yield from body_blocks(text, paragraph)
                paragraph = []
                yield Block("heading", start, end, len(heading[1]))
            elif under and index == 1:
                yield Block("heading", paragraph[0][0], end, 1 if "=" in under[1] else 2)
                paragraph = []
            else:
                paragraph.append((start, end))
        yield from body_blocks(text, paragraph)


def body_blocks(text: str, lines: list[tuple[int, int]]) -> Iterator[Block]:
    """Rows where lines look like a table, paragraphs otherwise."""
    start: int | None = None
    ruled = any(_RULE.fullmatch(text[begin:end]) for begin, end in lines[1:2])
    for index, (begin, end) in enumerate(lines):
        if _is_row(text[begin:end]) or (ruled and "|" in text[begin:end]):
            if start is not None:
                yield Block("text", start, lines[index - 1][1])
                start = None
            yield Block("row", begin, end)
        elif start is None:
            start = begin
    if start is not None:
        yield Block("text", start, lines[-1][1])


def _is_row(line: str) -> bool:
    return line.count("|") >= 2 or line.count("\t") >= 2 or (len(line) < 160 and is_figures(line))


register(Format("txt", (".txt", ".text"), read_text))
register(Format("md", (".md", ".markdown"), read_text))
