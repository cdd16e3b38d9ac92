"""What MCP's quick tools look up in the library."""

from __future__ import annotations

from typing import Any

import regex

from docagent.errors import DocAgentError
from docagent.serve import mcp_results as results
from docagent.serve.documents import Documents
from docagent.serve.work import Emit

_MOST = 40_000  # characters of pages in one result
_HEADINGS = 500
_PLACES = 20
_ALL = 1_000_000  # passages of a collection that a quote is looked for in as a whole
_SECONDS = 2.0  # for looking a quote up in one document


def search(
    library: Documents, query: str, wanted: list[str], k: int, emit: Emit
) -> results.SearchResult:
    """The nearest passages."""
    found = library.corpus(wanted, emit).search(query, k)
    ids = library.ids({passage.document for passage in found})
    passages = [
        results.FoundPassage(
            **passage.as_json(), place=passage.place, document_id=ids.get(passage.document)
        )
        for passage in found
    ]
    return results.SearchResult(passages=passages)


def read_pages(
    library: Documents, wanted: str, first: int, last: int, emit: Emit
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
    return results.PagesResult(
        document=entry.name, document_id=entry.id, pages=pages, next=following
    )


def outline(library: Documents, wanted: str, emit: Emit) -> results.OutlineResult:
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
    library: Documents, quote: str, wanted: list[str], emit: Emit
) -> results.QuoteResult:
    """Where these very words stand."""
    words = quote.split()
    if not words:
        raise DocAgentError("The quote is empty; give the words to look for.")
    pattern = regex.compile(r"\s+".join(map(regex.escape, words)))
    corpus = library.corpus(wanted, emit)
    if not wanted and len(corpus) > _ALL:
        raise DocAgentError("Name the documents to look in, as `search` finds them: here are many.")
    ids = library.ids(corpus.documents)
    places: list[results.Place] = []
    for name in corpus.documents:
        emit(None)
        for match in pattern.finditer(corpus.text(name), timeout=_SECONDS):
            places.append(_place(corpus, name, ids, *match.span()))
            if len(places) == _PLACES:
                return results.QuoteResult(verified=True, places=places)
    return results.QuoteResult(verified=bool(places), places=places)


def documents(library: Documents) -> results.DocumentsResult:
    """All documents, or as many as are wise to list."""
    told = [results.ServedDocument(**entry.as_json()) for entry in library.listed(0, None)]
    more = max(0, sum(library.states().values()) - len(told))
    return results.DocumentsResult(documents=told, more=more)


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
