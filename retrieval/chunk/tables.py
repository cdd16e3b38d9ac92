"""Tables among a page's blocks: which blocks belong to one, and what heads it."""

from __future__ import annotations

import re

from retrieval.parse.document import Block
from retrieval.parse.line import count_figures

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
        lines = [text[block.start : block.end] for block in blocks[first:last]]
        while body < last and _is_header(*[*lines[body - first :], ""][:2]):
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


def _is_header(row: str, below: str) -> bool:
    """A row of column names: no figures but years, or far fewer than the row below has."""
    if set(row) <= set("|-: \t"):
        return True  # the rule below a Markdown header
    words = [word.strip("|$") for word in row.split()]
    if all(_YEAR.fullmatch(word) or not any(c.isdigit() for c in word) for word in words):
        return True
    share = _figure_share(row)  # "Route  Car up to 5 m" over "1  41.50"
    return share <= 0.25 and _figure_share(below) >= 2 * share + 0.2


def _figure_share(row: str) -> float:
    words = row.replace("|", " ").split()
    return count_figures(words) / max(1, len(words))
