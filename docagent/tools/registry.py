"""The passages that the tools of one question have shown, by number. Nothing is ever taken out."""

from __future__ import annotations

from dataclasses import dataclass, field

from docagent.answering.evidence import in_turns
from docagent.grounding.source import Source
from retrieval.passage import Passage

MOST = 99  # passages; a marker has at most two digits


@dataclass
class CitationRegistry:
    """Passages numbered from 1 in the order they were met; a passage keeps its number.

    `shown` are the numbers whose whole text stands before the model, `results` the numbers that
    each call brought, best first.
    """

    most: int = MOST
    passages: dict[int, Passage] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    results: list[tuple[int, ...]] = field(default_factory=list)
    _numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def known(self, passage: Passage) -> int | None:
        """The number that a passage has, if it has one."""
        return self._numbers.get(_place(passage))

    def number(self, passage: Passage) -> int | None:
        """The number of a passage, a new one if it has none; None if the registry is full."""
        number = self.known(passage)
        if number is None and len(self.passages) < self.most:
            number = self._numbers[_place(passage)] = len(self.passages) + 1
            self.passages[number] = passage
        return number

    @property
    def ranked(self) -> list[Passage]:
        """All passages: the best of each result, then the second of each, and so on."""
        return [self.passages[number] for number in dict.fromkeys(in_turns(self.results))]

    @property
    def sources(self) -> list[Source]:
        """All passages under their numbers, for checking an answer's markers."""
        return [Source(number, (passage,)) for number, passage in self.passages.items()]


def _place(passage: Passage) -> tuple[str, int, int]:
    return passage.document, passage.start, passage.end
