"""A document in windows: parts that a model reads one at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from retrieval.corpus import Corpus
from retrieval.pages import PageRange
from retrieval.passage import Passage

WINDOW = 2_000  # tokens; small models answer from short texts best
ROOM = 600  # tokens of the model's context kept for instructions, question and reply


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive passages: `numbers` in their document, `text[start:end]` of it."""

    document: str
    start: int
    end: int
    numbers: range
    tokens: int


def window_size(context: int) -> int:
    """Tokens of text that a model reads at a time."""
    return max(256, min(WINDOW, context - ROOM))


def windows(
    corpus: Corpus, size: int, count: Callable[[str], int], pages: tuple[int, int] | None = None
) -> list[Window]:
    """All documents in windows of at most `size` tokens (one passage at least), in their order.

    They are cut between passages, none of which crosses a page. `pages` limits them, from 1.
    """
    found: list[Window] = []
    for window in single(corpus, count, pages):
        last = found[-1] if found else None
        if (
            last
            and (last.document, last.numbers.stop) == (window.document, window.numbers.start)
            and last.tokens + window.tokens <= size
        ):
            numbers = range(last.numbers.start, window.numbers.stop)
            tokens = last.tokens + window.tokens
            found[-1] = Window(window.document, last.start, window.end, numbers, tokens)
        else:
            found.append(window)
    return found


def single(
    corpus: Corpus, count: Callable[[str], int], pages: tuple[int, int] | None
) -> Iterator[Window]:
    """Each passage as a window of its own."""
    limit = PageRange.of(pages)
    for name in corpus.documents:
        for number, passage in enumerate(corpus.passages(name)):
            if limit is None or passage.page in limit:
                numbers = range(number, number + 1)
                yield Window(name, passage.start, passage.end, numbers, count(passage.text))


def promising(windows: list[Window], ranked: list[Passage]) -> list[Window]:
    """Windows by the rank of their best passage; those without one last, as they stand."""
    order = {name: number for number, name in enumerate(dict.fromkeys(w.document for w in windows))}
    starts = [(order[window.document], window.start) for window in windows]
    best: dict[int, int] = {}
    for rank, passage in enumerate(ranked):
        if passage.document in order:
            at = bisect_right(starts, (order[passage.document], passage.start)) - 1
            best.setdefault(at, rank)
    numbers = sorted(range(len(windows)), key=lambda number: best.get(number, len(ranked)))
    return [windows[number] for number in numbers]
