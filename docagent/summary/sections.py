"""A document's outline as a tree, and the sections that a summary tells one by one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import shorten

from retrieval.corpus import Corpus
from retrieval.pages import PageRange
from retrieval.parse.document import Document
from retrieval.passage import Passage

SECTIONS = 16  # at most, over all documents, unless there are more documents
_LARGE = 0.25  # of a document: a larger section is summarised by those below it
_SMALL = 0.02  # of a document: a smaller one joins its neighbour
_TITLE = 80  # characters
_LONG = 60_000  # characters, some 15,000 tokens: longer stretches without headings are cut
# Reports set "PART I", "Item 2", "Note 3" and what is below them in one type.
_RANKS = (
    re.compile(r"(part|book|teil|partie)\s+[\divxlc]+\b", re.IGNORECASE),
    re.compile(r"(item|chapter|kapitel|chapitre)\s+[\divxlc]+", re.IGNORECASE),
    re.compile(r"(note|section|article|appendix|annex)\s+[\divxlc]+", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Section:
    """Neighbouring passages of a document, by their numbers in it, under their headings.

    `size` are characters.
    """

    document: str
    heading: str
    numbers: range
    size: int


@dataclass(slots=True)
class _Node:
    rank: tuple[int, int]
    title: str
    own: list[int] = field(default_factory=list)  # chunks before the first heading below
    below: list[_Node] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True)
class _Run:
    """Neighbouring nodes that become one section; `parent` tells which belong together."""

    titles: list[str]
    nodes: list[_Node]
    chunks: list[int]
    size: int
    parent: int


def sections(corpus: Corpus, pages: tuple[int, int] | None = None) -> list[Section]:
    """The sections of all documents, in order; tables of contents belong to none."""
    most = max(1, SECTIONS // len(corpus.documents))
    result: list[Section] = []
    for name in corpus.documents:
        passages = corpus.passages(name)
        root = _tree(corpus.document(name), passages, PageRange.of(pages))
        runs = _joined(_opened(root, most), most, root.size) if root.size else []
        result += [section for run in runs for section in _cut(passages, name, run)]
    return result


def _tree(document: Document, passages: Sequence[Passage], pages: PageRange | None) -> _Node:
    """Headings by level, each with the passages that follow it."""
    headings = [block for block in document.blocks if block.kind == "heading"]
    titles = [_title(document.text[heading.start : heading.end]) for heading in headings]
    starts = [heading.start for heading in headings]
    nodes = [
        _Node((heading.level, _rank(title)), title)
        for heading, title in zip(headings, titles, strict=True)
    ]
    root = _Node((-1, 0), "")
    path = [root]
    above: list[list[_Node]] = []
    for node in nodes:
        while path[-1].rank >= node.rank:
            path.pop()
        path[-1].below.append(node)
        above.append([*path, node])
        path.append(node)
    bodies = [block.start for block in document.blocks if block.kind != "heading"]
    for number, passage in enumerate(passages):
        if passage.contents or (pages is not None and passage.page not in pages):
            continue
        start = passage.start
        body = bodies[min(bisect_right(bodies, start - 1), len(bodies) - 1)] if bodies else 0
        at = bisect_right(starts, max(start, min(body, passage.end - 1))) - 1
        owners = above[at] if at >= 0 else [root]
        owners[-1].own.append(number)
        for node in owners:
            node.size += passage.end - start
    return root


def _title(text: str) -> str:
    return " ".join(text.split()).strip("#=-•☐☒ ")


def _rank(title: str) -> int:
    return next((rank for rank, name in enumerate(_RANKS) if name.match(title)), len(_RANKS))


def _opened(root: _Node, most: int) -> list[_Run]:
    """Large sections as those below them, largest first, until none is large."""
    runs = [_Run([root.title], [root], _chunks(root), root.size, 0)]
    while len(runs) < 4 * most:
        large = [
            run
            for run in runs
            if run.nodes[0].below and (run.size > _LARGE * root.size or run.nodes[0] is root)
        ]
        if not large:
            break
        run = max(large, key=lambda run: run.size)
        at = runs.index(run)
        runs[at : at + 1] = _below(run.nodes[0])
    return [run for run in runs if run.chunks]


def _below(node: _Node) -> Iterator[_Run]:
    own = _Node(node.rank, node.title, node.own)
    own.size = node.size - sum(child.size for child in node.below)
    for child in [own, *node.below]:
        yield _Run([child.title], [child], _chunks(child), child.size, id(node))


def _chunks(node: _Node) -> list[int]:
    return node.own + [number for child in node.below for number in _chunks(child)]


def _joined(runs: list[_Run], most: int, total: int) -> list[_Run]:
    """Tiny neighbours together, rather of one parent, and so many that `most` are left."""
    while len(runs) > 1:
        smallest = min(range(len(runs)), key=lambda at: runs[at].size)
        if len(runs) <= most and runs[smallest].size >= _SMALL * total:
            break
        beside = [at for at in (smallest - 1, smallest + 1) if 0 <= at < len(runs)]
        other = min(
            beside, key=lambda at: (runs[at].parent != runs[smallest].parent, runs[at].size)
        )
        first, second = sorted((smallest, other))
        runs[first : second + 1] = [_pair(runs[first], runs[second])]
    return runs


def _pair(a: _Run, b: _Run) -> _Run:
    """Both as one; a tiny section has no say in what they are called."""
    larger, smaller = (a, b) if a.size >= b.size else (b, a)
    titles = larger.titles if smaller.size < larger.size / 4 else a.titles + b.titles
    return _Run(titles, a.nodes + b.nodes, a.chunks + b.chunks, a.size + b.size, larger.parent)


def _heading(titles: list[str]) -> str:
    short = [shorten(title, _TITLE, placeholder="...") for title in dict.fromkeys(titles) if title]
    return f"{short[0]} … {short[-1]}" if len(short) > 2 else "; ".join(short)


def _cut(passages: Sequence[Passage], name: str, run: _Run) -> Iterator[Section]:
    """A run as one section, or as several where it is long and has no headings to go by."""
    heading = _heading(run.titles)
    pieces = max(1, min(SECTIONS, round(run.size / _LONG))) if len(run.nodes) == 1 else 1
    count = len(run.chunks)
    for piece in range(pieces):
        numbers = run.chunks[piece * count // pieces : (piece + 1) * count // pieces]
        if not numbers:
            continue
        part = f"part {piece + 1} of {pieces}" if pieces > 1 else ""
        title = f"{heading} ({part})" if heading and part else heading or part.capitalize()
        size = sum(passages[number].end - passages[number].start for number in numbers)
        yield Section(name, title, range(numbers[0], numbers[-1] + 1), size)
