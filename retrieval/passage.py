"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from retrieval.parse.document import Unit


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: `text == corpus.text(document)[start:end]`.

    `page` is physical and counts from 1, `page_label` is the printed one; both are None for
    formats without pages. `score` lies in 0..1, 1 being first by words and by meaning. `cosine`
    is the likeness of question and passage by meaning. `context` holds the title and header of
    a table that the passage continues. `unit` says what `page` counts: pages, slides or sheets.
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

    @property
    def headed(self) -> str:
        """The text under the title and header of its table."""
        return f"{self.context} {self.text}"

    def as_json(self) -> dict[str, Any]:
        """The keys of `search --json`."""
        keys = ("document", "page", "page_label", "heading", "text", "score", "start", "end")
        return {key: getattr(self, key) for key in keys}
