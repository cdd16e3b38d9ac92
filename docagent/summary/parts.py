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
    """Neighbouring chunks of one section, by their numbers in the document; `tokens` to read."""

    section: int
    document: str
    first: int
    last: int
    tokens: int

    def passages(self, corpus: Corpus) -> list[Passage]:
        """Its passages but tables of contents, in order."""
        passages = corpus.passages(self.document)[self.first : self.last]
        return [passage for passage in passages if not passage.contents]

    def span(self, corpus: Corpus) -> tuple[int, int]:
        """Where it begins and ends in the document's text."""
        passages = corpus.passages(self.document)
        return passages[self.first].start, passages[self.last - 1].end


def parts(
    corpus: Corpus, sections: Sequence[Section], window: int, count: Callable[[str], int]
) -> Iterator[Part]:
    """All sections in windows of about `window` tokens, cut where chunks are: at paragraphs.

    The windows of one section are about equally long.
    """
    for number, section in enumerate(sections):
        passages = corpus.passages(section.document)[section.first : section.last]
        tokens = [0 if passage.contents else count(passage.text) for passage in passages]
        target = sum(tokens) / -(-sum(tokens) // window) if sum(tokens) else window
        first, held = section.first, 0
        for chunk, more in enumerate(tokens, section.first):
            if held and held + more / 2 > target:
                yield Part(number, section.document, first, chunk, held)
                first, held = chunk, 0
            held += more
        if held:
            yield Part(number, section.document, first, section.last, held)
