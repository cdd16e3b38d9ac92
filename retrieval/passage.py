"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from retrieval.lexical.tokens import terms
from retrieval.parse.document import Unit

_CACHED = 5000  # passages whose terms are kept for the next question, about 20 MB


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: `text == corpus.text(document)[start:end]`.

    `page` is physical and counts from 1, `page_label` is the printed one; both are None for
    formats without pages. `score` lies in 0..1, 1 being first by words and by meaning. `cosine`
    is the likeness of question and passage by meaning. `context` holds the title and header of
    a table that the passage continues. `unit` says what `page` counts: pages, slides or sheets.
    `contents` is true if it is mostly a table of contents. `place` is where it begins if no page
    tells: a chapter, a cell, a time, a line.
    """

    document: str
    page: int | None
    page_label: str | None
    heading: str
    text: str
    score: float
    start: int
    end: int
    cosine: float = 0.0
    context: str = ""
    unit: Unit = "page"
    contents: bool = False
    place: str = ""

    @property
    def headed(self) -> str:
        """The text under the title and header of its table."""
        return f"{self.context} {self.text}"

    @property
    def terms(self) -> tuple[str, ...]:
        """The search terms of the text, in order; computed once for the same text."""
        return _terms(self.text)

    def as_json(self) -> dict[str, Any]:
        """The keys of `search --json`."""
        keys = ("document", "page", "page_label", "heading", "text", "score", "start", "end")
        return {key: getattr(self, key) for key in keys}


@lru_cache(maxsize=_CACHED)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(terms(text))
