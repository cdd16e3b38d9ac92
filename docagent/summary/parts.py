"""The windows that a summary is read in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docagent.reading.windows import Window
from docagent.summary.sections import Section
from retrieval.corpus import Corpus
from retrieval.passage import Passage

WINDOW = 1_500  # tokens


@dataclass(frozen=True, slots=True)
class Part(Window):
    """A window within one section, by the section's number from 0."""

    section: int

    def passages(self, corpus: Corpus) -> list[Passage]:
        """Its passages but tables of contents, in order."""
        passages = corpus.passages(self.document)[self.numbers.start : self.numbers.stop]
        return [passage for passage in passages if not passage.contents]


def parts(
    corpus: Corpus, sections: Sequence[Section], window: int, count: Callable[[str], int]
) -> Iterator[Part]:
    """All sections in windows of about `window` tokens, cut where passages are: at paragraphs.

    The windows of one section are about equally long.
    """
    for section_number, section in enumerate(sections):
        document, numbers = section.document, section.numbers
        passages = corpus.passages(document)
        tokens = [0 if passages[n].contents else count(passages[n].text) for n in numbers]
        target = sum(tokens) / -(-sum(tokens) // window) if sum(tokens) else window
        pieces: list[tuple[range, int]] = []
        first, size = numbers.start, 0
        for number, more in zip(numbers, tokens, strict=True):
            if size and size + more / 2 > target:
                pieces.append((range(first, number), size))
                first, size = number, 0
            size += more
        if size:
            pieces.append((range(first, numbers.stop), size))
        for piece, size in pieces:
            start, end = passages[piece[0]].start, passages[piece[-1]].end
            yield Part(document, start, end, piece, size, section_number)
