"""The sentences and table rows of a slice of a document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping

from retrieval.chunk.sentences import Sentence, sentences
from retrieval.chunk.tables import Head, goes_on, head_text, table_heads
from retrieval.parse.document import Document

_TABLE = 4000  # characters looked back for a table's header where there are no pages


def sentences_of(
    document: Document, start: int, end: int, all_heads: Callable[[], Mapping[int, Head]]
) -> list[Sentence]:
    """Sentences and rows of `text[start:end]`; headings only if it has nothing else.

    `all_heads` are those of the whole document, which takes a while; so it is asked only where a
    table goes on from the page before.
    """
    text = document.text
    # From where its table may begin: title and header stand above the slice.
    page = bisect_right(document.pages, start, key=lambda page: page.start) - 1
    top = document.pages[page].start if page >= 0 else start - _TABLE
    first = bisect_right(document.blocks, top, key=lambda block: block.end)
    last = bisect_left(document.blocks, end, key=lambda block: block.start)
    blocks = document.blocks[first:last]
    if page > 0 and blocks and goes_on(text, document.blocks, first):
        every = all_heads()
        heads = {index: every[index] for index in range(first, last) if index in every}
    else:
        heads = {first + index: head for index, head in table_heads(text, blocks).items()}
    by_kind: dict[str, list[Sentence]] = {"text": [], "row": [], "heading": [], "contents": []}
    for index, block in enumerate(blocks, first):
        begin, stop = max(block.start, start), min(block.end, end)
        if begin >= stop:
            continue
        if any(head[0] <= begin < head[1] for head in heads.values()):
            by_kind["heading"].append(Sentence(begin, stop))
        elif block.kind in ("text", "note"):
            by_kind["text"] += [Sentence(*span) for span in sentences(text, begin, stop)]
        else:
            head = head_text(text, heads[index]) if index in heads else ""
            by_kind[block.kind].append(Sentence(begin, stop, head))
    body = sorted(by_kind["text"] + by_kind["row"])
    return body or by_kind["heading"] or by_kind["contents"]
