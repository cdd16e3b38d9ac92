"""A numbered piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.passage import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered piece of evidence: neighbouring passages of one page."""

    number: int
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """The passages with "..." where something between them is left out."""
        pieces = [self.passages[0].text]
        for before, passage in zip(self.passages, self.passages[1:], strict=False):
            pieces += ["\n" if passage.start - before.end <= 2 else "\n...\n", passage.text]
        return "".join(pieces)
