"""What the MCP tools return; their schemas are the tools' output schemas."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Place(BaseModel):
    """Where words stand: `page` counts from 1, `start` and `end` are offsets in the text.

    `place` is where they begin if no page tells: a chapter, a cell, a time, a line.
    """

    document: str
    document_id: str | None = None
    page: int | None = None
    page_label: str | None = None
    place: str = ""
    start: int
    end: int


class FoundPassage(Place):
    """A passage of a search."""

    heading: str
    text: str
    score: float


class SearchResult(BaseModel):
    """Passages, best first."""

    passages: list[FoundPassage]


class Quoted(Place):
    """Exact words; `id` is the number of its marker in the text."""

    id: int
    quote: str
    verified: bool


class AnswerResult(BaseModel):
    """An answer; where `found` is false, the citations are the nearest passages."""

    answer: str
    found: bool
    confidence: float
    citations: list[Quoted]
    note: str = ""


class SummaryResult(BaseModel):
    """A summary, and the words that its sentences stand on."""

    summary: str
    citations: list[Quoted]
    note: str = ""


class PageText(BaseModel):
    """One page."""

    page: int
    page_label: str | None
    text: str


class PagesResult(BaseModel):
    """Pages in order; `next` is the first that did not fit, to be asked for again."""

    document: str
    document_id: str
    pages: list[PageText]
    next: int | None = None


class Heading(BaseModel):
    """A heading; `level` 1 is the highest."""

    level: int
    heading: str
    page: int | None


class OutlineResult(BaseModel):
    """The headings of a document in order; `more` were left out."""

    document: str
    document_id: str
    headings: list[Heading]
    more: int = 0


class QuoteResult(BaseModel):
    """Whether these very words stand in the documents, up to white space, and where."""

    verified: bool
    places: list[Place]


class ServedDocument(BaseModel):
    """A document, how far it is read, and what of it could not be."""

    id: str
    name: str
    state: str
    error: str | None
    pages: int | None
    unit: str | None
    warnings: list[str]


class DocumentsResult(BaseModel):
    """The documents; `more` were left out, and are found by `search`."""

    documents: list[ServedDocument] = Field(default_factory=list)
    more: int = 0
