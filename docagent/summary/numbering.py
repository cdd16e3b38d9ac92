"""The citations of a summary: numbered as its sections are finished, in document order."""

from __future__ import annotations

from collections.abc import Iterable

from docagent.answer import Citation
from docagent.grounding.claims import cite
from docagent.summary.statements import Span, SummarySentence
from retrieval.corpus import Corpus


class Numbering:
    """Numbers from 1 for the words that sentences stand on."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._numbers: dict[Span, int] = {}

    def text(self, sentences: Iterable[SummarySentence], verbatim: bool) -> str:
        """Sentences with their markers; a document's own in quotation marks, one a line."""
        sentences = list(sentences)
        for span in sorted(
            {span for sentence in sentences for span in sentence.spans}, key=lambda one: one.start
        ):
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

    def _markers(self, one: SummarySentence) -> str:
        numbers = sorted({self._numbers[span] for span in one.spans})
        return f" [{', '.join(map(str, numbers))}]"
