"""The answer, its citations and what it cost: the object behind `ask --json`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any, cast

from docagent.marked import Marked, display, in_notebook, link, open_page, page
from retrieval.locate.place import Place
from retrieval.parse.document import Unit

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

_MARGIN = 60.0  # points around the words in a notebook
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Citation:
    """Exact words of a document: `quote` is its text from `start` to `end` up to white space.

    `id` is the number the answer's markers use, `page` the physical page from 1, `page_label`
    the printed one. `unit` says what `page` counts: pages, slides or sheets. `place` is where the
    quote begins if no page tells: a chapter, a cell, a time, a line. `header` is the title and
    header row of the table that a quoted row belongs to. `answer` is where in the document those
    words of the quote stand that are the answer by themselves, if the small reader chose them.
    """

    id: int
    document: str
    page: int | None
    page_label: str | None
    quote: str
    verified: bool
    start: int
    end: int
    unit: Unit = "page"
    place: str = ""
    header: str = ""
    answer: tuple[int, int] | None = None

    def __str__(self) -> str:
        return self.line()

    def line(self, safe: Callable[[str], str] = str, mark: str = "{}") -> str:
        """The citation in a line. `safe` makes text of documents safe to show; `mark` is put round
        the words that are the answer."""
        page = f", {self.unit} {self.page}" if self.page else ""
        place = f", {self.place}" if self.place else ""
        header = safe(f" ({self.header})") if self.header else ""
        return (
            f'[{self.id}] {safe(self.document + page + place)}: "{self.words(safe, mark)}"{header}'
        )

    def words(self, safe: Callable[[str], str] = str, mark: str = "{}") -> str:
        """The quote with white space as single spaces, its answer marked."""
        start, end = self.answer or (self.start, self.start)
        parts = self.quote[: start - self.start], self.quote[end - self.start :]
        before, behind = (safe(_SPACE.sub(" ", part)) for part in parts)
        answer = safe(" ".join(self.quote[start - self.start : end - self.start].split()))
        return f"{before.lstrip()}{mark.format(answer) if answer else ''}{behind.rstrip()}".strip()

    def as_json(self) -> dict[str, Any]:
        """The keys of a citation in `ask --json`."""
        described = asdict(self)
        for key in ("unit", "place", "header", "answer"):
            del described[key]
        return described


class Cited:
    """A text that cites documents: what an answer and a summary can do."""

    __slots__ = ()
    text: str
    citations: tuple[Citation, ...]
    corpus: Corpus | None

    def __str__(self) -> str:
        return "\n".join([self.text, "", *map(str, self.citations)]).strip()

    def __getstate__(self) -> list[Any]:
        """A pickled one goes without its documents."""
        named = ((each.name, getattr(self, each.name)) for each in fields(cast(Any, self)))
        return [None if name == "corpus" else value for name, value in named]

    def locate(self, citation: Citation) -> Place:
        """Where a citation stands in its file: the page, and boxes of the quoted words on it.

        See `Corpus.locate`. Without its documents, as by hand, it tells what the citation does.
        """
        if self.corpus is not None:
            return self.corpus.locate(citation.document, citation.start, citation.end)
        return Place(
            document=citation.document,
            page=citation.page,
            label=citation.page_label,
            name=citation.place,
            quote=citation.quote,
            unit=citation.unit,
        )

    def marked(self, margin: float | None = None) -> list[Marked]:
        """Each citation with pictures of its page and of those it goes on to, its words marked.

        With a `margin` a picture shows only so many points above and below them.
        """
        found = []
        for citation in self.citations:
            place = self.locate(citation)
            shown = [place, *(further for further in place.overleaf if further.boxes)]
            pictures = [self.corpus.picture(one, margin) for one in shown] if self.corpus else []
            drawn = tuple(one for one in pictures if one)
            goes_on = " (goes on overleaf)" if 0 < len(drawn) <= len(place.overleaf) else ""
            found.append(Marked(f"{citation}{goes_on}", self.link(citation), drawn))
        return found

    def link(self, citation: Citation) -> str:
        """`file:///papers/report.pdf#page=37`, where to open a citation; "" if it is no file."""
        if self.corpus is None:
            return ""
        page = citation.page if citation.unit == "page" else None
        return link(self.corpus.source(citation.document), page)

    def show(self) -> None:
        """Show the cited pages with the words marked: below the cell of a notebook, or else in the
        browser. Where there is no display, a line of the log says where the page is."""
        if in_notebook():
            display(self.text, self.marked(_MARGIN))
        else:
            open_page(page(self.text, self.marked()))

    def _repr_html_(self) -> str:
        items = (f"<li>{one.line(escape, '<mark>{}</mark>')}</li>" for one in self.citations)
        return f"<p>{escape(self.text)}</p><ul style='list-style: none'>{''.join(items)}</ul>"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model over the whole question."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def plus(self, other: Usage) -> Usage:
        """The tokens of both."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Answer(Cited):
    """What was found. `found` is False when the document does not say; then `citations` are the
    nearest passages looked at. `confidence` is the calibrated probability that the documents answer
    the question. `note` says what limits the answer, such as reading that was broken off. `corpus`
    are the documents it was given from."""

    question: str
    text: str
    found: bool
    citations: tuple[Citation, ...]
    model: str
    confidence: float = 1.0
    strategy: str = "retrieve"
    steps: int = 1
    usage: Usage = Usage()
    seconds: dict[str, float] = field(default_factory=dict)
    note: str = ""
    corpus: Corpus | None = field(default=None, repr=False, compare=False)

    __getstate__ = Cited.__getstate__  # a dataclass would write its own

    def as_json(self) -> dict[str, Any]:
        """The object that `ask --json` prints."""
        return {
            "question": self.question,
            "answer": self.text,
            "found": self.found,
            "confidence": round(self.confidence, 3),
            "citations": [citation.as_json() for citation in self.citations],
            "model": self.model,
            "strategy": self.strategy,
            "steps": self.steps,
            "usage": asdict(self.usage),
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
        }
