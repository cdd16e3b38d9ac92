"""A summary in the documents' own words: no language model writes it."""

from __future__ import annotations

from collections.abc import Sequence

from docagent.events import Progress, Step
from docagent.summary.context import SectionDone, SummaryContext
from docagent.summary.extract import extract
from docagent.summary.mmr import (
    Extract,
    choose,
    joined,
    near,
    opened,
    repeated,
    some,
    unit,
)
from docagent.summary.parts import Part
from docagent.summary.sections import Section
from docagent.summary.spread import rooms, shares
from docagent.summary.statements import SummarySentence

_WHOLE = 0.5  # weight of what the documents say as a whole in what a section's sentences are


def extractive(
    context: SummaryContext,
    sections: Sequence[Section],
    parts: Sequence[Part],
    section_done: SectionDone,
) -> list[SummarySentence]:
    """Sentences for each section, and of these some for the whole, which are returned."""
    context.emit(Step("extract", "no language model: the documents' own sentences are quoted"))
    by_section: list[list[Extract]] = [[] for _ in sections]
    with context.timed("read"):
        for part in parts:
            by_section[part.section].append(extract(context, part))
            context.steps += 1
            context.emit(Progress("parts", context.steps, len(parts), "parts"))
    with context.timed("join"):
        sentences, whole = _joined(context, sections, by_section)
    for number, chosen in enumerate(sentences):
        section_done(number, chosen)
    return whole


def _joined(
    context: SummaryContext, sections: Sequence[Section], by_section: list[list[Extract]]
) -> tuple[list[list[SummarySentence]], list[SummarySentence]]:
    options = context.options
    extracts = {
        number: opened(joined(extracts))
        for number, extracts in enumerate(by_section)
        if any(extract.spans for extract in extracts)
    }
    if options.focus:
        extracts = _near(context, extracts)
    if not extracts:
        return [], []
    whole = joined(list(extracts.values())).mean
    never = repeated(list(extracts.values()))
    most = (
        [options.sentences] * len(extracts)  # what is looked for may stand in one place
        if options.focus
        else shares([sections[number].size for number in extracts], options.sentences)
    )
    sentences: list[list[SummarySentence]] = [[] for _ in sections]
    picked: list[Extract] = []
    for (number, section), room in zip(extracts.items(), most, strict=True):
        mean = unit(section.mean + _WHOLE * whole)
        chosen = choose(context, section, max(room, options.section), mean, never)
        sentences[number] = [
            SummarySentence(section.texts[at], (section.spans[at],)) for at in chosen
        ]
        picked.append(some(section, chosen))
    limits = rooms([len(extract.spans) for extract in picked], most)
    best = choose(context, joined(picked), options.sentences, whole, rooms=limits)
    every = [sentence for group in sentences for sentence in group]
    return sentences, [every[at] for at in best]


def _near(context: SummaryContext, extracts: dict[int, Extract]) -> dict[int, Extract]:
    """What of each section comes near to the focus."""
    chosen = zip(extracts.items(), near(context, list(extracts.values())), strict=True)
    return {number: some(extract, places) for (number, extract), places in chosen if places}
