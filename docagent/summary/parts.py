"""The windows that a summary is read in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docagent.summary.sections import Section
from retrieval.corpus import Corpus
from retrieval.passage import Passage

WINDOW = 1_500  # tokens


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring passages of one section, by their numbers in the document; `tokens`
    to read."""

    section: int
    document: str
    numbers: range
    tokens: int

    def passages(self, corpus: Corpus) -> list[Passage]:
        """Its passages but tables of contents, in order."""
        passages = corpus.passages(self.document)[self.numbers.start : self.numbers.stop]
        return [passage for passage in passages if not passage.contents]

    def span(self, corpus: Corpus) -> tuple[int, int]:
        """Where it begins and ends in the document's text."""
        passages = corpus.passages(self.document)
        return passages[self.numbers[0]].start, passages[self.numbers[-1]].end


def parts(
    corpus: Corpus, sections: Sequence[Section], window: int, count: Callable[[str], int]
) -> Iterator[Part]:
    """All sections in windows of about `window` tokens, cut where passages are: at paragraphs.

    The windows of one section are about equally long.
    """
    for section_number, section in enumerate(sections):
        numbers = section.numbers
        passages = corpus.passages(section.document)[numbers.start : numbers.stop]
        tokens = [0 if passage.contents else count(passage.text) for passage in passages]
        target = sum(tokens) / -(-sum(tokens) // window) if sum(tokens) else window
        first, size = section.numbers.start, 0
        for number, more in zip(section.numbers, tokens, strict=True):
            if size and size + more / 2 > target:
                yield Part(section_number, section.document, range(first, number), size)
                first, size = number, 0
            size += more
        if size:
            last = range(first, section.numbers.stop)
            yield Part(section_number, section.document, last, size)
