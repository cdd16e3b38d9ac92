"""Each sentence of an answer with the words it stands on, or the mark of what has none."""

from __future__ import annotations

from docagent.answer import Citation
from docagent.grounding.attribution import attribute
from docagent.grounding.computed import Computation, computations
from docagent.grounding.figures import Figure, figures, missing, spelled_as
from docagent.grounding.markers import MARKER, is_claim, numbers, sentences_with_markers, statement
from docagent.grounding.source import Source
from docagent.grounding.support import Span
from retrieval.corpus import Corpus
from retrieval.passage import Passage

UNSUPPORTED = "[unsupported]"
"""Stands behind a sentence of an answer that nothing in the evidence bears out."""


class Grounding:
    """Gives sentences their markers, and collects the citations these stand for, from 1."""

    def __init__(self, corpus: Corpus, question: str, sources: list[Source]) -> None:
        self.citations: list[Citation] = []
        self._corpus = corpus
        self._question = question
        self._passages = [passage for source in sources for passage in source.passages]
        self._texts = [passage.headed for passage in self._passages]
        self._numbered = {source.number: source.passages for source in sources}

    def marked(self, sentence: str) -> str:
        """The sentence, then its markers or `UNSUPPORTED`; white space around it stays.

        Markers that the model wrote are hints: their passages are looked at first. A figure that is
        computed from figures of the evidence counts, and its computation is shown. Thousands are
        written as the evidence has them.
        """
        sentence = spelled_as(self._texts, sentence)
        bare = MARKER.sub("", sentence)
        text = bare.rstrip()
        space = bare[len(text) :]
        if not is_claim(sentence):
            return bare
        spans, computed = self._spans(sentence)
        if not spans:
            return f"{text} {UNSUPPORTED}{space}"
        sums = "; ".join(one.shown for one in computed if not one.written)
        ids = sorted({self._add(span) for span in spans})
        markers = f"[{', '.join(map(str, ids))}]"
        return f"{text}{f' ({sums})' if sums else ''} {markers}{space}"

    def bare(self, answer: str) -> str:
        """A short answer, such as a name or a figure; what bears it out is cited."""
        answer = spelled_as(self._texts, answer)
        for span in self._spans(answer)[0]:
            self._add(span)
        return MARKER.sub("", answer)

    def _add(self, span: Span) -> int:
        """The number of the citation of a span."""
        made = cite(self._corpus, len(self.citations) + 1, *span)
        for one in self.citations:
            if (one.document, one.start, one.end) == (made.document, made.start, made.end):
                return one.id
        self.citations.append(made)
        return made.id

    def _spans(self, sentence: str) -> tuple[list[Span], list[Computation]]:
        said = statement(sentence)
        if not said:
            return [], []
        hinted = [
            passage for number in numbers(sentence) for passage in self._numbered.get(number, ())
        ]
        for passages in filter(None, (hinted, self._passages)):
            if spans := attribute(self._corpus, said, passages, self._question):
                return spans, []
            computed = computations(said, _absent(said, passages))
            results = [one.result for one in computed]
            if computed and (
                spans := attribute(self._corpus, said, passages, self._question, results)
            ):
                return spans, computed
        return [], []


def check(
    corpus: Corpus, question: str, text: str, sources: list[Source]
) -> tuple[str, list[Citation]]:
    """An answer with the markers of what bears each sentence out, and the citations."""
    grounding = Grounding(corpus, question, sources)
    pieces, at = [], 0
    for start, end in sentences_with_markers(text):
        pieces += [text[at:start], grounding.marked(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]]).strip(), grounding.citations


def _absent(claim: str, passages: list[Passage]) -> list[Figure]:
    """The figures of a claim that no passage holds."""
    left = figures(claim)
    for passage in passages:
        left = missing(left, passage.headed)
    return left


def cite(corpus: Corpus, number: int, passage: Passage, start: int, end: int) -> Citation:
    """A citation of the words at a span, verified against the document's own text."""
    quote = passage.text[start - passage.start : end - passage.start]
    span = corpus.span(passage.document, start, end)
    return Citation(
        id=number,
        document=passage.document,
        page=passage.page,
        page_label=passage.page_label,
        quote=quote,
        verified=bool(quote.strip()) and quote.split() == span.text.split(),
        start=start,
        end=end,
        unit=passage.unit,
        place=span.place,
        header=_header(corpus, span),
    )


def _header(corpus: Corpus, quoted: Passage) -> str:
    """Title and header row of the table that a quote begins in the middle of."""
    first = next(iter(corpus.sentences(quoted)), None)
    return first.head if first and first.start == quoted.start else ""


def squeeze(text: str) -> str:
    """White space as single spaces."""
    return " ".join(text.split())
