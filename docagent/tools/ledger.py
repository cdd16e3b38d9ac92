"""The passages that the tools of one question have shown, by number. Nothing is ever taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docagent.reading.evidence import Source
from retrieval.passage import Passage

_MARKER = re.compile(r"\[\d{1,2}(?:\s*[,;]\s*\d{1,2})*\]")
MOST = 99  # passages; a marker has at most two digits


@dataclass
class Ledger:
    """Passages numbered from 1 in the order they were met; a passage keeps its number.

    `cited` are the numbers the model has named as evidence, `notes` what it wrote down. `shown`
    are the numbers whose whole text still stands before the model.
    """

    most: int = MOST
    passages: dict[int, Passage] = field(default_factory=dict)
    cited: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)
    _numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def known(self, passage: Passage) -> int | None:
        """The number that a passage has, if it has one."""
        return self._numbers.get(_place(passage))

    def number(self, passage: Passage) -> int | None:
        """The number of a passage, a new one if it has none; None if the ledger is full."""
        number = self.known(passage)
        if number is None and len(self.passages) < self.most:
            number = self._numbers[_place(passage)] = len(self.passages) + 1
            self.passages[number] = passage
        return number

    def cite(self, numbers: list[int]) -> None:
        """Mark passages as evidence."""
        self.cited += [number for number in numbers if number not in self.cited]

    def cites(self, text: str) -> bool:
        """Whether a text has a marker of one of these passages, "[3]" or "[3, 4]"."""
        numbers = {int(n) for marker in _MARKER.findall(text) for n in re.findall(r"\d+", marker)}
        return not numbers.isdisjoint(self.passages)

    @property
    def cited_first(self) -> list[Passage]:
        """All passages, those that were cited before the others."""
        others = [number for number in self.passages if number not in self.cited]
        return [self.passages[number] for number in [*self.cited, *others]]

    @property
    def sources(self) -> list[Source]:
        """All passages under their numbers, for checking an answer's markers."""
        return [Source(number, (passage,)) for number, passage in self.passages.items()]


def _place(passage: Passage) -> tuple[str, int, int]:
    return passage.document, passage.start, passage.end
