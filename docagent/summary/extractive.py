"""A summary in the documents' own words, for a model too small to write one that holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from docagent.events import Step
from docagent.summary.central import choose, repeated, touching
from docagent.summary.cost import Cost
from docagent.summary.extract import Extract, extract, joined, made_from, opened, some, unit
from docagent.summary.parts import Part
from docagent.summary.sections import Section
from docagent.summary.told import Told
from docagent.summary.work import Finished, Making, Work

_NEAR = 0.6  # of the best sentence's likeness to the focus
_FAR = 0.3  # a cosine that unlike subjects seldom reach
_WHOLE = 0.5  # weight of what the documents say as a whole in what a section's sentences are


def extractive(work: Work, sections: Sequence[Section], parts: Sequence[Part]) -> Making:
    """Sentences for each section, and of these some for the whole."""
    yield Step("extract", f"{work.model.name} is too small to summarise: sentences are quoted")
    read: list[list[Extract]] = [[] for _ in sections]
    with work.timed("read"):
        cost = Cost([part.tokens for part in parts], [_known(work, part) for part in parts])
        for number, part in enumerate(parts):
            read[part.section].append(extract(work, part))
            work.steps += 1
            yield cost.done(number)
    with work.timed("join"):
        told, overall = _joined(work, sections, read)
    for number, sentences in enumerate(told):
        yield Finished(number, sentences)
    yield Finished(None, overall)


def _known(work: Work, part: Part) -> bool:
    return work.kept.get(*made_from(work, part)) is not None


def _joined(
    work: Work, sections: Sequence[Section], read: list[list[Extract]]
) -> tuple[list[list[Told]], list[Told]]:
    extracts = {
        number: opened(joined(found))
        for number, found in enumerate(read)
        if any(one.spans for one in found)
    }
    if work.wanted.focus:
        extracts = _near(work, extracts)
    if not extracts:
        return [], []
    whole = joined(list(extracts.values())).mean
    never = repeated(list(extracts.values()))
    rooms = (
        [work.wanted.sentences] * len(extracts)  # what is looked for may stand in one place
        if work.wanted.focus
        else shares([sections[number].size for number in extracts], work.wanted.sentences)
    )
    told: list[list[Told]] = [[] for _ in sections]
    picked: list[Extract] = []
    for (number, one), room in zip(extracts.items(), rooms, strict=True):
        mean = unit(one.mean + _WHOLE * whole)
        taken = choose(work, one, max(room, work.wanted.section), mean, never)
        told[number] = [Told(one.texts[at], (one.spans[at],)) for at in taken]
        picked.append(some(one, taken))
    best = choose(work, joined(picked), work.wanted.sentences, whole, rooms=_rooms(picked, rooms))
    every = [one for sentences in told for one in sentences]
    return told, [every[at] for at in best]


def _near(work: Work, extracts: dict[int, Extract]) -> dict[int, Extract]:
    """What comes about as near to the focus as anything does; nothing if nothing comes near."""
    scores = {
        number: touching(work, one.vectors, one.terms, work.corpus.trust(" ".join(one.texts)))
        for number, one in extracts.items()
    }
    best = max((float(score.max(initial=0.0)) for score in scores.values()), default=0.0)
    if best < _FAR:
        return {}
    near = {
        number: [at for at, value in enumerate(score.tolist()) if value >= _NEAR * best]
        for number, score in scores.items()
    }
    return {number: some(extracts[number], found) for number, found in near.items() if found}


def _rooms(picked: Sequence[Extract], rooms: Sequence[int]) -> list[tuple[range, int]]:
    """The numbers of each section's sentences, and how many of them may be taken."""
    ends = list(accumulate(len(one.spans) for one in picked))
    return [
        (range(end - len(one.spans), end), room)
        for one, end, room in zip(picked, ends, rooms, strict=True)
    ]


def shares(sizes: Sequence[int], most: int) -> list[int]:
    """How many of `most` sentences each section may have at most, by the root of its length.

    The square root keeps one long section from taking all of a short summary. Rounded up, so that
    what says nothing of the whole can be left out.
    """
    roots = [size**0.5 for size in sizes]
    return [ceil(most * root / (sum(roots) or 1.0)) for root in roots]
