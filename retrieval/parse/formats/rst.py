"""Text with light markup (.rst, .adoc, .org): the text as it stands, its titles as headings."""

from __future__ import annotations

import re
from pathlib import Path

from retrieval.parse.decode import file_text, line_spans, stem
from retrieval.parse.document import Block, Document
from retrieval.parse.formats.text import body_blocks, line_places, paragraphs
from retrieval.parse.registry import Format, register

_LINE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1+\s*$")  # under a title of reStructuredText
_TITLE = {".adoc": re.compile(r"(={1,6})\s+\S"), ".org": re.compile(r"(\*{1,8})\s+\S")}


def read_marked(path: Path, *_: object) -> Document:
    """Parse a text with light markup.

    Raises DocumentError for an empty file and for one that is not text.
    """
    text, warnings = file_text(path)
    titles = _titles(text, _TITLE.get(path.suffix.lower()))
    blocks: list[Block] = []
    for lines in paragraphs(text):
        plain: list[tuple[int, int]] = []
        for start, end in lines:
            level = titles.get(start)
            if level is None:
                plain.append((start, end))
                continue
            blocks += body_blocks(text, plain)
            plain = []
            if level:
                blocks.append(Block("heading", start, end, level))
        blocks += body_blocks(text, plain)
    first = next((text[b.start : b.end].strip("=* ") for b in blocks if b.level), "")
    places = line_places(tuple(blocks))
    return Document(first or stem(path), text, (), tuple(blocks), places=places, warnings=warnings)


def _titles(text: str, title: re.Pattern[str] | None) -> dict[int, int]:
    """Start of a line -> its level as a heading, 0 for the lines drawn around a title."""
    lines = list(line_spans(text))
    found: dict[int, int] = {}
    levels: dict[str, int] = {}  # the kinds of lines, in the order in which they are met
    for index, (start, end) in enumerate(lines):
        words = text[start:end].rstrip()
        if title:
            if match := title.match(words):
                found[start] = len(match[1])
            continue
        under = text[slice(*lines[index + 1])].rstrip() if index + 1 < len(lines) else ""
        if not words or start in found or _LINE.match(words) or not _LINE.match(under):
            continue
        above = text[slice(*lines[index - 1])].rstrip() if index else ""
        is_boxed = above == under
        if len(under) < len(words.strip()) or (words[0].isspace() and not is_boxed):
            continue
        found[start] = levels.setdefault(under[0] * (1 + is_boxed), len(levels) + 1)
        found[lines[index + 1][0]] = 0
        if is_boxed:
            found[lines[index - 1][0]] = 0
    return found


register(Format("rst", (".rst", ".adoc", ".org"), read_marked))
