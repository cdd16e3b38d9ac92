"""A summary, top to bottom: find the sections, read their parts, sum up each and the whole."""

from __future__ import annotations

from docagent.answer import Citation, Usage
from docagent.errors import DocAgentError
from docagent.events import Step
from docagent.grounding.claims import cite
from docagent.model import estimated_tokens
from docagent.summary.context import SummaryContext
from docagent.summary.extractive import extractive
from docagent.summary.generative import generative
from docagent.summary.parts import WINDOW, parts
from docagent.summary.sections import Section, sections
from docagent.summary.statements import Span, SummarySentence
from docagent.summary.summary import SectionSummary, Summary
from docagent.summary.translate import translated
from retrieval.corpus import Corpus

NOTHING = "There is nothing to tell that the document bears out."


def summarize(context: SummaryContext) -> Summary:
    """Summarise open documents; `context.emit` gets each section as it is finished.

    Raises DocAgentError where there is no text, or a model fails.
    """
    corpus, model = context.corpus, context.language_model
    outline = sections(corpus, context.pages)
    window = min(WINDOW, model.context // 2) if model else WINDOW
    windows = list(parts(corpus, outline, window, model.count if model else estimated_tokens))
    if not windows:
        raise DocAgentError("There is no text to summarise here; look at --pages.")
    context.emit(Step("outline", f"{len(outline)} sections, {len(windows)} parts"))
    numbering = Numbering(corpus)
    summaries: list[SectionSummary] = []

    def text(sentences: list[SummarySentence]) -> str:
        if context.options.language:
            sentences = translated(context, sentences)
        return numbering.text(sentences, verbatim=model is None)

    def section_done(number: int, sentences: list[SummarySentence]) -> None:
        if sentences:
            summaries.append(_section(corpus, outline[number], text(sentences)))
            if len(outline) > 1:
                context.emit(summaries[-1])

    whole = (generative if model else extractive)(context, outline, windows, section_done)
    return Summary(
        tuple(corpus.documents),
        text(whole) if whole else NOTHING,
        tuple(summaries),
        numbering.citations(),
        model.name if model else "none",
        steps=context.steps,
        usage=model.usage if model else Usage(),
        seconds=context.seconds,
        note=_note(context, len(windows)),
        corpus=corpus,
    )


class Numbering:
    """Numbers from 1 for the words that sentences stand on, in document order."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._numbers: dict[Span, int] = {}

    def text(self, sentences: list[SummarySentence], verbatim: bool) -> str:
        """Sentences with their markers; a document's own in quotation marks, one a line."""
        spans = {span for sentence in sentences for span in sentence.spans}
        for span in sorted(spans, key=lambda span: span.start):
            self._numbers.setdefault(span, len(self._numbers) + 1)
        return ("\n" if verbatim else " ").join(
            (f"“{sentence.text}”" if verbatim else sentence.text) + self._markers(sentence)
            for sentence in sentences
        )

    def citations(self) -> tuple[Citation, ...]:
        """All that have a number, verified against the documents' own text."""
        return tuple(
            cite(self._corpus, number, self._corpus.span(*span), span.start, span.end)
            for span, number in self._numbers.items()
        )

    def _markers(self, sentence: SummarySentence) -> str:
        numbers = sorted({self._numbers[span] for span in sentence.spans})
        return f" [{', '.join(map(str, numbers))}]"


def _section(corpus: Corpus, section: Section, text: str) -> SectionSummary:
    passages = corpus.passages(section.document)
    first, last = passages[section.numbers[0]], passages[section.numbers[-1]]
    pages = (first.page, last.page) if first.page and last.page else None
    return SectionSummary(section.document, section.heading, pages, text, first.unit)


def _note(context: SummaryContext, parts: int) -> str:
    notes = []
    if context.lost:
        count = f"{len(context.lost)} of {parts} parts"
        notes.append(f"{count} could not be read: {context.lost[0]}")
    if context.unsupported:
        notes.append(
            f"of {context.unsupported} of {parts} parts the model wrote nothing that their words "
            "bear out; a larger model would"
        )
    return "; ".join(notes)
