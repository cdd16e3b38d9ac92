"""Which of the sentences that were written stand for the whole: from all over it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from docagent.summary.context import SummaryContext
from docagent.summary.extract import statements_extract
from docagent.summary.mmr import choose
from docagent.summary.statements import SummarySentence


def spread(
    context: SummaryContext,
    groups: Sequence[Sequence[SummarySentence]],
    sizes: Sequence[int],
    most: int,
) -> list[SummarySentence]:
    """At most `most` of the sentences of all groups, in order, unlike each other and central.

    Each group is heard as far as `most` goes, more of them the larger it is.
    """
    sentences = [sentence for group in groups for sentence in group]
    if len(sentences) <= most:
        return sentences
    extract = statements_extract(context, sentences)
    counts = [len(group) for group in groups]
    # What a focus looks for may stand in one place.
    limits = [] if context.options.focus else rooms(counts, quotas(sizes, counts, most))
    return [sentences[at] for at in choose(context, extract, most, extract.mean, rooms=limits)]


def quotas(sizes: Sequence[int], counts: Sequence[int], most: int) -> list[int]:
    """How many of `most` sentences each group may give: one, and more by its size (Jefferson).

    `counts` are the sentences each has.
    """
    given = [min(count, 1) for count in counts]
    if sum(given) > most:
        return shares(sizes, most)
    for _ in range(most - sum(given)):
        left = [at for at, count in enumerate(counts) if given[at] < count]
        if left:
            given[max(left, key=lambda at: sizes[at] / (given[at] + 1))] += 1
    return given


def shares(sizes: Sequence[int], most: int) -> list[int]:
    """How many of `most` sentences each section may have at most, by the root of its length.

    The square root keeps one long section from taking all of a short summary. Rounded up, so that
    what says nothing of the whole can be left out.
    """
    roots = [size**0.5 for size in sizes]
    return [ceil(most * root / (sum(roots) or 1.0)) for root in roots]


def rooms(counts: Sequence[int], most: Sequence[int]) -> list[tuple[range, int]]:
    """The numbers of each group's sentences, and how many of them may be taken."""
    ends = accumulate(counts)
    return [
        (range(end - count, end), room) for end, count, room in zip(ends, counts, most, strict=True)
    ]
