"""What MCP's quick tools look up in the library."""

from __future__ import annotations

from typing import Any

import regex

from docagent.errors import DocAgentError
from docagent.serve import mcp_results as results
from docagent.serve.library import Library
from docagent.serve.work import Emit

_MOST = 40_000  # characters of pages in one result
_HEADINGS = 500
_PLACES = 20
_SECONDS = 2.0  # for looking a quote up in one document


def search(
    library: Library, query: str, wanted: list[str], k: int, emit: Emit
) -> results.SearchResult:
    """The nearest passages."""
    corpus, ids = library.corpus(wanted, emit), library.ids()
    found = [
        results.FoundPassage(
            **passage.as_json(), place=passage.place, document_id=ids.get(passage.document)
        )
        for passage in corpus.search(query, k)
    ]
    return results.SearchResult(passages=found)


def read_pages(
    library: Library, wanted: str, first: int, last: int, emit: Emit
) -> results.PagesResult:
    """Pages as far as they fit; the first of them is cut if it alone does not."""
    entry, pages, size = library.entry(wanted), list[results.PageText](), 0
    following = None
    for number in range(first, max(first, last) + 1):
        try:
            page = library.page(entry.id, number, emit)
        except DocAgentError:
            if not pages:
                raise
            break
        size += len(page["text"])
        if pages and size > _MOST:
            following = number
            break
        text = page["text"][:_MOST]
        pages.append(results.PageText(page=number, page_label=page["page_label"], text=text))
    name = library.name(entry)
    return results.PagesResult(document=name, document_id=entry.id, pages=pages, next=following)


def outline(library: Library, wanted: str, emit: Emit) -> results.OutlineResult:
    """The headings of a document."""
    entry = library.entry(wanted)
    corpus = library.corpus([entry.id], emit)
    name = corpus.documents[0]
    document = corpus.document(name)
    blocks = [block for block in document.blocks if block.kind == "heading"]
    headings = [
        results.Heading(
            level=block.level,
            heading=" ".join(document.text[block.start : block.end].split()).strip("#=- ")[:200],
            page=corpus.span(name, block.start, block.end).page,
        )
        for block in blocks[:_HEADINGS]
    ]
    more = len(blocks) - len(headings)
    return results.OutlineResult(document=name, document_id=entry.id, headings=headings, more=more)


def verify_quote(
    library: Library, quote: str, wanted: list[str], emit: Emit
) -> results.QuoteResult:
    """Where these very words stand."""
    words = quote.split()
    if not words:
        raise DocAgentError("The quote is empty; give the words to look for.")
    pattern = regex.compile(r"\s+".join(map(regex.escape, words)))
    corpus, ids = library.corpus(wanted, emit), library.ids()
    places: list[results.Place] = []
    for name in corpus.documents:
        emit(None)
        for match in pattern.finditer(corpus.text(name), timeout=_SECONDS):
            places.append(_place(corpus, name, ids, *match.span()))
            if len(places) == _PLACES:
                return results.QuoteResult(verified=True, places=places)
    return results.QuoteResult(verified=bool(places), places=places)


def documents(library: Library) -> results.DocumentsResult:
    """All documents."""
    told = [
        results.ServedDocument(**entry.as_json(library.name(entry))) for entry in library.entries()
    ]
    return results.DocumentsResult(documents=told)


def _place(corpus: Any, name: str, ids: dict[str, str], start: int, end: int) -> results.Place:
    span = corpus.span(name, start, end)
    return results.Place(
        document=name,
        document_id=ids.get(name),
        page=span.page,
        page_label=span.page_label,
        place=span.place,
        start=start,
        end=end,
    )
