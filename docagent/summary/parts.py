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
    """Neighbouring passages of one section, by their numbers in the corpus; `tokens` to read."""

    section: int
    document: str
    numbers: range
    tokens: int

    def passages(self, corpus: Corpus) -> list[Passage]:
        """Its passages but tables of contents, in order."""
        return [corpus.passage(number) for number in self.numbers if not corpus.is_contents(number)]

    def span(self, corpus: Corpus) -> tuple[int, int]:
        """Where it begins and ends in the document's text."""
        return corpus.chunk(self.numbers[0]).start, corpus.chunk(self.numbers[-1]).end


def parts(
    corpus: Corpus, sections: Sequence[Section], window: int, count: Callable[[str], int]
) -> Iterator[Part]:
    """All sections in windows of about `window` tokens, cut where passages are: at paragraphs.

    The windows of one section are about equally long.
    """
    for section_number, section in enumerate(sections):
        text = corpus.text(section.document)
        chunks = [corpus.chunk(number) for number in section.numbers]
        tokens = [0 if chunk.contents else count(text[chunk.start : chunk.end]) for chunk in chunks]
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
