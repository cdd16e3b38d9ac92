"""Cuts a document into chunks that the embedding model reads whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from retrieval.chunk.sentences import sentences, split_long
from retrieval.chunk.tables import Head, head_text, table_heads
from retrieval.parse.document import Block, Document

Count = Callable[[list[str]], list[int]]  # texts -> tokens of the embedding model

_SMALLEST = 40  # tokens; a shorter section shares a chunk with the next one beside or below it


@dataclass(frozen=True, slots=True)
class Chunk:
    """`text[start:end]` of its document, with where it stands.

    `page` indexes `Document.pages` (None for formats without pages). `heading` is the path from
    the highest heading down. `context` is the title and header row of the table it continues;
    like the heading it is embedded and shown with the text, and is no part of it.
    """

    start: int
    end: int
    page: int | None
    heading: tuple[str, ...]
    context: str = ""
    contents: bool = False  # mostly a table of contents


@dataclass(slots=True)
class _Unit:
    """The smallest thing that is not cut: a paragraph that fits, a sentence, a row, a heading."""

    start: int
    end: int
    kind: str
    heading: tuple[str, ...]
    context: str
    tokens: int = 0


def chunks(document: Document, count: Count, limit: int, target: int) -> list[Chunk]:
    """All chunks in document order; each with its prefix is at most `limit` tokens long.

    A chunk stands on one page, under one heading where that has more than a few words, and is
    filled up to about `target` tokens of text.
    """
    cut: list[Chunk] = []
    path: list[tuple[int, str]] = []
    heads = table_heads(document.text, document.blocks)  # a table may go on over pages
    at = 0
    for page, blocks in _pages(document):
        here = {index - at: heads[index] for index in range(at, at + len(blocks)) if index in heads}
        at += len(blocks)
        units = list(_units(document.text, blocks, path, here))
        units = _sized(document.text, units, count, target)
        cut += _pack(units, page, target)
    return _within(document, cut, count, limit)


def prefix(document: Document, chunk: Chunk) -> str:
    """What is embedded in front of a chunk's text: title, nearest headings, table header."""
    path = [document.title[:80], *(h[:80] for h in chunk.heading[-2:])]
    lines = [" > ".join(filter(None, path)), chunk.context[:240]]
    return "".join(f"{line}\n" for line in lines if line)


def _pages(document: Document) -> Iterator[tuple[int | None, list[Block]]]:
    if not document.pages:
        yield None, list(document.blocks)
        return
    at = 0
    for index, page in enumerate(document.pages):
        first = at
        while at < len(document.blocks) and document.blocks[at].start < page.end:
            at += 1
        yield index, list(document.blocks[first:at])


def _units(
    text: str, blocks: list[Block], path: list[tuple[int, str]], heads: dict[int, Head]
) -> Iterator[_Unit]:
    """Blocks with their heading path, which lives on from page to page in `path`."""
    for index, block in enumerate(blocks):
        if block.kind == "heading":
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append(
                (block.level, " ".join(text[block.start : block.end].split()).strip("#=- "))
            )
        heading = tuple(title for _, title in path)
        context = head_text(text, heads[index]) if index in heads else ""
        yield _Unit(block.start, block.end, block.kind, heading, context)


def _sized(text: str, units: list[_Unit], count: Count, target: int) -> list[_Unit]:
    """Units with their token counts, cut to sentences and smaller until each fits."""
    _measure(text, units, count)
    for cut in (_by_sentence, _by_length):
        pieces = [
            replace(unit, start=start, end=end)
            for unit in units
            for start, end in (
                [(unit.start, unit.end)] if unit.tokens <= target else cut(text, unit, target)
            )
        ]
        _measure(text, [piece for piece in pieces if piece.tokens > target], count)
        units = pieces
    return units


def _measure(text: str, units: list[_Unit], count: Count) -> None:
    tokens = count([text[unit.start : unit.end] for unit in units])
    for unit, number in zip(units, tokens, strict=True):
        unit.tokens = number


def _by_sentence(text: str, unit: _Unit, target: int) -> list[tuple[int, int]]:
    return sentences(text, unit.start, unit.end)


def _by_length(text: str, unit: _Unit, target: int) -> list[tuple[int, int]]:
    return split_long(text, unit.start, unit.end, -(-unit.tokens // target))


def _pack(units: list[_Unit], page: int | None, target: int) -> Iterator[Chunk]:
    """Fill chunks greedily; a new section opens a new chunk unless the last is still tiny."""
    pending: list[_Unit] = []
    tokens = 0
    for unit in units:
        content = any(u.kind != "heading" for u in pending)
        section = unit.kind == "heading" and content and tokens >= _SMALLEST
        if pending and (section or tokens + unit.tokens > target):
            yield _chunk(pending, page)
            pending, tokens = [], 0
        pending.append(unit)
        tokens += unit.tokens
    if pending:
        yield _chunk(pending, page)


def _chunk(units: list[_Unit], page: int | None) -> Chunk:
    body = next((unit for unit in units if unit.kind != "heading"), units[-1])
    contents = sum(unit.tokens for unit in units if unit.kind == "contents")
    mostly = 2 * contents > sum(unit.tokens for unit in units)
    return Chunk(units[0].start, units[-1].end, page, body.heading, units[0].context, mostly)


def _within(document: Document, cut: list[Chunk], count: Count, limit: int) -> list[Chunk]:
    """Halve what is still longer than the model reads, prefix and separators included."""
    fitting: list[Chunk] = []
    lengths = count([prefix(document, c) + document.text[c.start : c.end] for c in cut])
    for chunk, length in zip(cut, lengths, strict=True):
        if length <= limit:
            fitting.append(chunk)
            continue
        halves = split_long(document.text, chunk.start, chunk.end, 2)
        if len(halves) < 2:  # a single character under a prefix of `limit` tokens
            fitting.append(replace(chunk, heading=(), context=""))
            continue
        fitting += _within(
            document, [replace(chunk, start=a, end=b) for a, b in halves], count, limit
        )
    return fitting
