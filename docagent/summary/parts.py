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
        begin = corpus.spans([self.document])[0].start
        numbers = range(begin + self.first, begin + self.last)
        return [corpus.passage(number) for number in numbers if not corpus.is_contents(number)]

    def span(self, corpus: Corpus) -> tuple[int, int]:
        """Where it begins and ends in the document's text."""
        table = corpus.indexed[self.document].table
        return int(table[self.first, 0]), int(table[self.last - 1, 1])


def parts(
    corpus: Corpus, sections: Sequence[Section], window: int, count: Callable[[str], int]
) -> Iterator[Part]:
    """All sections in windows of about `window` tokens, cut where chunks are: at paragraphs.

    The windows of one section are about equally long.
    """
    for number, section in enumerate(sections):
        text, table = corpus.text(section.document), corpus.indexed[section.document].table
        tokens = [
            0 if contents else count(text[start:end])
            for start, end, _, _, _, contents in table[section.first : section.last].tolist()
        ]
        target = sum(tokens) / -(-sum(tokens) // window) if sum(tokens) else window
        first, held = section.first, 0
        for chunk, more in enumerate(tokens, section.first):
            if held and held + more / 2 > target:
                yield Part(number, section.document, first, chunk, held)
                first, held = chunk, 0
            held += more
        if held:
            yield Part(number, section.document, first, section.last, held)
