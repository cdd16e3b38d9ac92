"""A summary in the documents' own words: no language model writes it."""

from __future__ import annotations

from collections.abc import Sequence

from docagent.events import Step
from docagent.reading.cost import Cost
from docagent.summary.context import Making, SectionDone, SummaryContext
from docagent.summary.extract import Extract, extract, joined, made_from, opened, some, unit
from docagent.summary.mmr import choose, near, repeated
from docagent.summary.parts import Part
from docagent.summary.sections import Section
from docagent.summary.spread import rooms, shares
from docagent.summary.statements import SummarySentence

_WHOLE = 0.5  # weight of what the documents say as a whole in what a section's sentences are


def extractive(work: SummaryContext, sections: Sequence[Section], parts: Sequence[Part]) -> Making:
    """Sentences for each section, and of these some for the whole."""
    yield Step("extract", "no language model: the documents' own sentences are quoted")
    read: list[list[Extract]] = [[] for _ in sections]
    with work.timed("read"):
        tokens = [part.tokens for part in parts]
        cost = Cost(work.kept, None, tokens, [_known(work, part) for part in parts])
        for number, part in enumerate(parts):
            read[part.section].append(extract(work, part))
            work.steps += 1
            yield cost.done(number)
    with work.timed("join"):
        told, overall = _joined(work, sections, read)
    for number, sentences in enumerate(told):
        yield SectionDone(number, sentences)
    yield SectionDone(None, overall)


def _known(work: SummaryContext, part: Part) -> bool:
    return work.kept.get(*made_from(work, part)) is not None


def _joined(
    work: SummaryContext, sections: Sequence[Section], read: list[list[Extract]]
) -> tuple[list[list[SummarySentence]], list[SummarySentence]]:
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
    most = (
        [work.wanted.sentences] * len(extracts)  # what is looked for may stand in one place
        if work.wanted.focus
        else shares([sections[number].size for number in extracts], work.wanted.sentences)
    )
    told: list[list[SummarySentence]] = [[] for _ in sections]
    picked: list[Extract] = []
    for (number, one), room in zip(extracts.items(), most, strict=True):
        mean = unit(one.mean + _WHOLE * whole)
        taken = choose(work, one, max(room, work.wanted.section), mean, never)
        told[number] = [SummarySentence(one.texts[at], (one.spans[at],)) for at in taken]
        picked.append(some(one, taken))
    best = choose(
        work,
        joined(picked),
        work.wanted.sentences,
        whole,
        rooms=rooms([len(one.spans) for one in picked], most),
    )
    every = [one for sentences in told for one in sentences]
    return told, [every[at] for at in best]


def _near(work: SummaryContext, extracts: dict[int, Extract]) -> dict[int, Extract]:
    """What of each section comes near to the focus."""
    found = zip(extracts.items(), near(work, list(extracts.values())), strict=True)
    return {number: some(one, taken) for (number, one), taken in found if taken}
