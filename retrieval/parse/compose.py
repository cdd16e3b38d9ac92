"""One document of the lines of its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from retrieval.parse.contents import contents_lines
from retrieval.parse.decode import stem
from retrieval.parse.document import Document, Page
from retrieval.parse.footnotes import footnotes_last
from retrieval.parse.furniture import Span, edge_lines, without_furniture
from retrieval.parse.headings import body_size, heading_levels
from retrieval.parse.layout import Flow, plain
from retrieval.parse.line import Line
from retrieval.parse.page_numbers import printed_labels


def compose(
    path: Path,
    head: dict[str, Any],
    pages: list[list[Line]],
    silent: tuple[int, ...],
    notes: Mapping[int, Sequence[str]] = MappingProxyType({}),
    beside: Sequence[tuple[int, str]] = (),
    heights: Sequence[Span | None] = (),
) -> Document:
    """One document of the lines of its pages; `head` holds its labels, outline and title.

    `notes` of a page, by its number, stand behind its lines; `beside` is what a page holds that is
    no part of them, as (page number from 1, words). `heights` say from where to
    where each page reaches.
    """
    labels = [plain(label) or None for label in head["labels"]]
    if not any(labels):
        labels = printed_labels([edge_lines(page) for page in pages])
    pages, aside = without_furniture(pages, heights)
    body = body_size(pages)
    pages = [footnotes_last(lines, body) for lines in pages]
    outline = [(level, plain(title).strip(), index) for level, title, index in head["outline"]]
    flow = Flow(pages)
    spans = [
        flow.add_page(lines, levels, contents_lines(lines, len(pages)), notes.get(number, ()))
        for number, (lines, levels) in enumerate(
            zip(pages, heading_levels(pages, outline), strict=True), 1
        )
    ]
    return Document(
        title=_title(plain(head["title"] or "").strip(), path),
        text=flow.text,
        pages=tuple(
            Page(number, label, start, end)
            for number, (label, (start, end)) in enumerate(zip(labels, spans, strict=True), 1)
        ),
        blocks=tuple(flow.blocks),
        silent=silent,
        aside=tuple(sorted([*aside, *beside], key=lambda page: page[0])),
    )


def _title(title: str, path: Path) -> str:
    """The file's own title, unless it is a number from the system that made it."""
    wordy = sum(char.isalpha() for char in title) > 0.4 * len(title)
    return title if wordy and len(title) > 3 else stem(path)
