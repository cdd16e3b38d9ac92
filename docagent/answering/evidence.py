"""Which passages the model reads, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from docagent.grounding.source import Source
from retrieval.passage import Passage

if TYPE_CHECKING:
    from docagent.model import Model

T = TypeVar("T")

PORTIONS = 2  # where the best passages do not answer, the next are read, once
FIRST_WORD = 5.0  # seconds that reading the evidence may take
# Tokens of evidence. Gold words are within 700 for .975 of SQuAD's questions (search over their
# article), and models read small windows best (NeedleBench for Qwen2-7B: 87 at 8K, 39 at 128K).
# In steps, so that a speed that varies from run to run does not change what is read.
BUDGETS = (700, 1400, 2800, 4000)


def budget(asked: int | None, model: Model) -> int:
    """Tokens of evidence to read: what the user asked for, else what is read in `FIRST_WORD`."""
    if asked:
        return asked
    speed = model.reading_speed
    if speed is None:
        return BUDGETS[0] if model.on_cpu else BUDGETS[-1]
    return max((size for size in BUDGETS if size <= FIRST_WORD * speed), default=BUDGETS[0])


def portions(
    ranked: list[Passage], budget: int, count: Callable[[str], int]
) -> Iterator[list[Source]]:
    """The best passages that fit `budget` tokens, and then the next best."""
    for _ in range(PORTIONS):
        if not ranked:
            return
        sources = select(ranked, budget, count)
        yield sources
        read = {passage for source in sources for passage in source.passages}
        ranked = [passage for passage in ranked if passage not in read]


def select(ranked: list[Passage], budget: int, count: Callable[[str], int]) -> list[Source]:
    """The best passages that fit `budget` tokens, grouped by page, in document order.

    Document order beats score order by several points in published comparisons (OP-RAG,
    arXiv 2409.01666; DOS RAG, arXiv 2506.03989).
    """
    kept: list[Passage] = []
    left = budget
    for passage in ranked:
        cost = count(passage.text + passage.context)
        if cost > left and kept:
            continue
        kept.append(passage)
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


def in_turns(lists: Iterable[Iterable[T]]) -> list[T]:
    """The first of each list, then the second of each, and so on."""
    gone = object()
    columns = zip_longest(*lists, fillvalue=gone)
    return [item for column in columns for item in column if item is not gone]  # type: ignore[misc]
