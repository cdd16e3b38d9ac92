"""Which passages the model reads, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from retrieval.passage import Passage

BUDGET = (
    4000  # tokens; models read small windows best (NeedleBench for Qwen2-7B: 87 at 8K, 39 at 128K)
)
SMALL_BUDGET = 900  # for a model under a billion parameters
SOURCES = 9  # sources: a one-digit number is the marker small models get right most often


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered piece of evidence: neighbouring passages of one page."""

    number: int
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """The passages with "..." where something between them is left out."""
        pieces = [self.passages[0].text]
        for before, passage in zip(self.passages, self.passages[1:], strict=False):
            pieces += ["\n" if passage.start - before.end <= 2 else "\n...\n", passage.text]
        return "".join(pieces)

    @property
    def title(self) -> str:
        """Where it stands, as a reader would say it."""
        first = self.passages[0]
        page = f", {first.unit} {first.page}" if first.page else ""
        heading = f", {first.heading}" if first.heading else ""
        return f"{first.document}{page}{heading}"


def budget(asked: int | None, weak: bool) -> int:
    """Tokens of evidence to read, given what the user asked for."""
    return min(asked or SMALL_BUDGET, SMALL_BUDGET) if weak else asked or BUDGET


def select(
    ranked: list[Passage], budget: int, count: Callable[[str], int], most: int = SOURCES
) -> list[Source]:
    """The best passages that fit `budget` tokens, grouped by page, in document order.

    Document order beats score order by several points in published comparisons (OP-RAG,
    arXiv 2409.01666; DOS RAG, arXiv 2506.03989).
    """
    kept: list[Passage] = []
    groups: set[tuple[str, int]] = set()
    left = budget
    for passage in ranked:
        group = _group(passage)
        if group not in groups and len(groups) == most:
            continue
        cost = count(passage.text + passage.context)
        if cost > left and kept:
            continue
        kept.append(passage)
        groups.add(group)
        left -= cost
    documents = list(dict.fromkeys(passage.document for passage in ranked))
    kept.sort(key=lambda passage: (documents.index(passage.document), passage.start))
    sources: list[list[Passage]] = []
    for passage in kept:
        if sources and _group(sources[-1][0]) == _group(passage):
            sources[-1].append(passage)
        else:
            sources.append([passage])
    return [Source(number, tuple(group)) for number, group in enumerate(sources, 1)]


def _group(passage: Passage) -> tuple[str, int]:
    """The page; without pages, about as much text as a page holds."""
    return passage.document, passage.page if passage.page else passage.start // 2500
