"""A summary, top to bottom: open, find the sections, read their parts, tell each and the whole."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.answer import Usage
from docagent.errors import DocAgentError
from docagent.events import Step
from docagent.summary.context import SectionDone, SummaryContext
from docagent.summary.extractive import extractive
from docagent.summary.generative import written
from docagent.summary.numbering import Numbering
from docagent.summary.options import SummaryOptions
from docagent.summary.parts import WINDOW, parts
from docagent.summary.sections import Section, sections
from docagent.summary.statements import SummarySentence
from docagent.summary.summary import Reported, SectionSummary, Summary
from docagent.summary.translate import translated

if TYPE_CHECKING:
    from docagent.api import DocAgent
    from retrieval.corpus import Corpus

NOTHING = "There is nothing to tell that the document bears out."


def summarize(
    agent: DocAgent, paths: Sequence[str | Path], wanted: SummaryOptions
) -> Iterator[Reported]:
    """Summarise documents; the last event is the `Summary`.

    Raises DocAgentError for documents that cannot be read, models that cannot be had, and a
    language where no model is to write.
    """
    begun = time.perf_counter()
    model = agent.language_model()
    if model is None and wanted.language:
        raise DocAgentError(
            f"Without a language model nothing can be written in {wanted.language}; "
            "leave out --language, or --model none."
        )
    opening = time.perf_counter()  # loading models counts in the total alone
    corpus = yield from agent.open(paths)
    opened = time.perf_counter() - opening
    with corpus.undisturbed():
        work = SummaryContext(corpus, model, agent.kept, wanted)
        found = sections(corpus, agent.settings.pages)
        window = min(WINDOW, model.context // 2) if model else WINDOW
        cut = list(parts(corpus, found, window, model.count if model else _estimate))
        if not cut:
            raise DocAgentError("There is no text to summarise here; look at --pages.")
        yield Step("outline", f"{len(found)} sections, {len(cut)} parts")
        making = (written if model else extractive)(work, found, cut)
        numbered = Numbering(corpus)
        told: list[SectionSummary] = []
        text = NOTHING
        for event in making:
            if not isinstance(event, SectionDone):
                yield event
                continue
            if not event.told:
                continue
            sentences = numbered.text((yield from _translated(work, event.told)), not model)
            if event.section is None:
                text = sentences
            else:
                told.append(_section(corpus, found[event.section], sentences))
                if len(found) > 1:
                    yield told[-1]
        citations = numbered.citations()
    yield Summary(
        tuple(corpus.documents),
        text,
        tuple(told),
        citations,
        model.name if model else "none",
        steps=work.steps,
        usage=model.usage if model else Usage(),
        seconds={"open": opened, **work.seconds, "total": time.perf_counter() - begun},
        note=_note(work, len(cut)),
    )


def _translated(
    work: SummaryContext, told: list[SummarySentence]
) -> Generator[Step, None, list[SummarySentence]]:
    return (yield from translated(work, told)) if work.wanted.language else told


def _estimate(text: str) -> int:
    """About how many tokens a text has, where no model counts them."""
    return len(text.encode()) // 4


def _section(corpus: Corpus, section: Section, text: str) -> SectionSummary:
    passages = corpus.passages(section.document)
    first, last = passages[section.first], passages[section.last - 1]
    pages = (first.page, last.page) if first.page and last.page else None
    return SectionSummary(section.document, section.heading, pages, text, first.unit)


def _note(work: SummaryContext, parts: int) -> str:
    notes = []
    if work.lost:
        notes.append(f"{len(work.lost)} of {parts} parts could not be read: {work.lost[0]}")
    if work.unsupported:
        notes.append(
            f"of {work.unsupported} of {parts} parts the model wrote nothing that their words "
            "bear out; a larger model would"
        )
    return "; ".join(notes)
