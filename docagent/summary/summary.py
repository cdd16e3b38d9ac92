"""A summary, the words it stands on and what it cost: the object behind `summarize --json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from docagent.answer import Citation, Cited, Usage
from docagent.events import Progress, Step
from retrieval.parse.document import Unit

if TYPE_CHECKING:
    from retrieval.corpus import Corpus


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """What one section says. `pages` are its first and last physical page, from 1.

    `pages` is None for formats without pages, `heading` empty where the document has none; the
    markers in `text` are the numbers of the summary's citations.
    """

    document: str
    heading: str
    pages: tuple[int, int] | None
    text: str
    unit: Unit = "page"

    def as_json(self) -> dict[str, Any]:
        """The keys of a section in `summarize --json`."""
        described = asdict(self)
        del described["unit"]
        return described


@dataclass(frozen=True, slots=True)
class Summary(Cited):
    """What documents say as a whole (`text`) and section by section, in document order.

    Each sentence ends with the numbers of its citations, which count up in document order.
    `found` is False when nothing in the documents touches the focus. `note` says what limits the
    summary, such as parts that could not be read. `corpus` are the documents it tells of.
    """

    documents: tuple[str, ...]
    text: str
    sections: tuple[SectionSummary, ...]
    citations: tuple[Citation, ...]
    model: str
    steps: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: dict[str, float] = field(default_factory=dict)
    note: str = ""
    corpus: Corpus | None = field(default=None, repr=False, compare=False)

    __getstate__ = Cited.__getstate__  # a dataclass would write its own

    @property
    def found(self) -> bool:
        """Whether there was anything to tell."""
        return bool(self.citations)

    def as_json(self) -> dict[str, Any]:
        """The object that `summarize --json` prints."""
        return {
            "documents": list(self.documents),
            "summary": self.text,
            "sections": [section.as_json() for section in self.sections],
            "citations": [citation.as_json() for citation in self.citations],
            "model": self.model,
            "steps": self.steps,
            "usage": asdict(self.usage),
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "note": self.note,
        }


SummaryEvent = Progress | Step | SectionSummary | Summary
"""What a summary emits: sections as they are finished, and last the `Summary`."""
