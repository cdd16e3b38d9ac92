"""Tables among a page's blocks: which blocks belong to one, and what heads it."""

from __future__ import annotations

import re

from retrieval.parse.document import Block

_YEAR = re.compile(r"(19|20)\d\d[,*]?|\d+[QH]|[QH]\d|FY\d*", re.IGNORECASE)
_SHORT = 110  # characters; a longer line between rows is prose


def table_heads(text: str, blocks: list[Block]) -> dict[int, tuple[int, int]]:
    """Block index -> span of its table's title and header row, for the rows below them.

    A table is a run of rows, single short lines between them included. Its title and header are
    the short lines directly above its first row, and leading rows without figures but years.
    """
    heads: dict[int, tuple[int, int]] = {}
    index = 0
    while index < len(blocks):
        if blocks[index].kind != "row":
            index += 1
            continue
        first, last = index, _end_of_run(blocks, index)
        top = first
        while top > 0 and first - top < 3 and _is_short(text, blocks[top - 1]):
            top -= 1
        body = first
        while body < last and _is_header(text[blocks[body].start : blocks[body].end]):
            body += 1
        if top < body:
            span = blocks[top].start, blocks[body - 1].end
            heads.update(dict.fromkeys(range(body, last), span))
        index = last
    return heads


def head_text(text: str, span: tuple[int, int]) -> str:
    """Title and header in one line."""
    lines = text[slice(*span)].splitlines()
    return " | ".join(" ".join(line.split()) for line in lines if line.strip())


def _end_of_run(blocks: list[Block], first: int) -> int:
    last = first + 1
    while last < len(blocks):
        following = blocks[last : last + 2]
        if following[0].kind == "row":
            last += 1
        elif (
            len(following) == 2
            and following[1].kind == "row"
            and following[0].kind == "text"
            and following[0].end - following[0].start <= _SHORT
        ):
            last += 2
        else:
            break
    return last


def _is_short(text: str, block: Block) -> bool:
    words = text[block.start : block.end]
    return (
        block.kind != "row"
        and len(words) <= _SHORT
        and not words.rstrip().endswith((".", "。", ";"))
    )


def _is_header(row: str) -> bool:
    """A row of column names: no figures, or only years."""
    if set(row) <= set("|-: \t"):
        return True  # the rule below a Markdown header
    words = [word.strip("|$") for word in row.split()]
    return all(_YEAR.fullmatch(word) or not any(c.isdigit() for c in word) for word in words)
