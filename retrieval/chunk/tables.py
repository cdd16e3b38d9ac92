"""Tables among a document's blocks: which blocks belong to one, and what heads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.parse.document import Block
from retrieval.parse.line import CAPTION, CELLS, count_figures

_YEAR = re.compile(r"(19|20)\d\d[,*]?|\d+[QH]|[QH]\d|FY\d*", re.IGNORECASE)
_DATE = re.compile(
    r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b|\d{1,2}/\d{1,2}/\d{2,4}"
    r"|\d{1,2}\s+(weeks|months)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\(\w{1,2}\)\s|\d{1,2}\s|note\b|[*†‡§]", re.IGNORECASE)  # of the table before
_CONTINUED = re.compile(
    r"\b(continued|cont['’]?d|cont\.|fortsetzung|suite|continuación|segue|vervolg|续|続)",
    re.IGNORECASE,
)
_SHORT = 110  # characters; a longer line between rows is prose
_CAPTION = 300  # characters; a longer one goes on with what it shows
_TITLES = 4  # lines above a table that may belong to it
_HEADERS = 6  # rows
_LABELS = 3  # short lines between two rows of one table
_LOOKED_AT = 6  # rows on either side of the end of a page, of which the fullest tells the columns


class Head(NamedTuple):
    """Title and header rows of a table as one span, then the label of the section or caption
    below the table, as spans of their own."""

    start: int
    end: int
    more: tuple[tuple[int, int], ...] = ()


def table_heads(text: str, blocks: Sequence[Block]) -> dict[int, Head]:
    """Block index -> what heads its row: title and header row of its table, label of its section.

    A table is a run of rows, with the labels of its sections between them; it goes on over
    pages where it has as many columns there. Its title and header are the short lines directly
    above its first row, and leading rows without figures but years.
    """
    heads: dict[int, Head] = {}
    index = 0
    while index < len(blocks):
        if blocks[index].kind != "row":
            index += 1
            continue
        first, last = index, _end_of_run(text, blocks, index)
        top, body = _title(text, blocks, first), _end_of_header(text, blocks, first, last)
        head = Head(blocks[top].start, blocks[body - 1].end) if top < body else Head(0, 0)
        if last < len(blocks) and not any(_is_caption(text, b) for b in blocks[top:first]):
            head = head._replace(more=_caption_below(text, blocks[last]))
        label, behind_row = head.more, True
        for at in range(body, last):
            block = blocks[at]
            if block.kind == "row":
                if top < body or label:
                    heads[at] = head._replace(more=label)
                behind_row = True
            elif not _is_at_foot(text, blocks, at):
                label = (*(head.more if behind_row else label), (block.start, block.end))
                behind_row = False
        index = last
    return heads


def head_text(text: str, head: Head) -> str:
    """Title, header and label in one line."""
    spans = [(head.start, head.end), *head.more]
    lines = [line for span in spans for line in text[slice(*span)].splitlines()]
    return " | ".join(" ".join(line.split()) for line in lines if line.strip())


def goes_on(text: str, blocks: Sequence[Block], first: int) -> bool:
    """Whether a block stands within a table, or is a label in it, that begins before it."""
    before = range(first - 1, max(-1, first - 3 - _LABELS), -1)
    row = next((index for index in before if blocks[index].kind == "row"), None)
    return row is not None and (_next_row(text, blocks, row) or 0) >= first


def _end_of_run(text: str, blocks: Sequence[Block], first: int) -> int:
    last = first
    while (row := _next_row(text, blocks, last)) is not None:
        last = row
    return last + 1


def _next_row(text: str, blocks: Sequence[Block], last: int) -> int | None:
    """The next row of the same table, behind labels of its sections; None where it ends."""
    row = last + 1
    while row < len(blocks) and row - last <= 1 + _LABELS and _is_label(text, blocks[row]):
        row += 1
    if row == len(blocks) or blocks[row].kind != "row":
        return None
    begins = _is_header(text, blocks, row)
    if begins and (row - last > 1 or not _is_header(text, blocks, last)):
        return None  # another table
    if row - last > 2 or blocks[last + 1].kind == "heading":
        cells = [_cells(text, blocks[i]) for i in (last, row)]
        if cells[0] != cells[1] and not _is_header(text, blocks, last):
            return None
    if "\f" in text[blocks[last].end : blocks[row].start]:
        above, below = range(last, last - _LOOKED_AT, -1), range(row, row + _LOOKED_AT)
        if _columns(text, blocks, above) != _columns(text, blocks, below):
            return None
    return row


def _is_at_foot(text: str, blocks: Sequence[Block], index: int) -> bool:
    """Whether a line within a table is the last thing on its page: a footer, no label."""
    row = next(block for block in blocks[index : index + 2 + _LABELS] if block.kind == "row")
    return "\f" in text[blocks[index].end : row.start]


def _columns(text: str, blocks: Sequence[Block], indexes: range) -> int:
    """Cells of the fullest of some rows; only those count that stand together on one page."""
    most, before = 0, blocks[indexes[0]]
    for index in indexes:
        block = blocks[index] if 0 <= index < len(blocks) else None
        if block is None or block.kind != "row":
            break
        low, high = sorted((before.start, block.start))
        if "\f" in text[low:high]:
            break
        most, before = max(most, _cells(text, block)), block
    return most


def _title(text: str, blocks: Sequence[Block], first: int) -> int:
    """First of the lines above a table that name it."""
    top = first
    while top > 0 and first - top < _TITLES:
        above = blocks[top - 1]
        if _is_caption(text, above):
            return top - 1
        below_heading = top < first and blocks[top].kind == "heading"
        if not _is_label(text, above) or (below_heading and above.kind != "heading"):
            break
        if above.kind == "text" and _NOTE.match(text, above.start):
            break
        top -= 1
    return top


def _end_of_header(text: str, blocks: Sequence[Block], first: int, last: int) -> int:
    body = first
    while body < last and body - first < _HEADERS and _is_header(text, blocks, body):
        body += 1
    return body


def _caption_below(text: str, block: Block) -> tuple[tuple[int, int], ...]:
    return ((block.start, block.end),) if _is_caption(text, block) else ()


def _is_caption(text: str, block: Block) -> bool:
    words = text[block.start : block.end]
    return block.kind != "row" and len(words) <= _CAPTION and bool(CAPTION.match(words))


def _is_label(text: str, block: Block) -> bool:
    words = text[block.start : block.end]
    return (
        block.kind in ("text", "heading")
        and len(words) <= _SHORT
        and not words.rstrip().endswith((".", "。", ";"))
        and (not CAPTION.match(words) or bool(_CONTINUED.search(words)))
    )


def _is_header(text: str, blocks: Sequence[Block], index: int) -> bool:
    """A row of column names: no figures but years, or far fewer than the row below has.

    Nor is a line of a form one, "Name:  Marta Lind".
    """
    if blocks[index].kind != "row":
        return False
    row = text[blocks[index].start : blocks[index].end]
    if set(row) <= set("|-: \t"):
        return True  # the rule below a Markdown header
    if row.split(CELLS)[0].rstrip().endswith(":"):
        return False
    words = [word.strip("|$(),*") for word in _DATE.sub(" ", row).split()]
    if all(_YEAR.fullmatch(word) or not any(c.isdigit() for c in word) for word in words):
        return not any(cell.strip() in ("-", "–", "—") for cell in row.split(CELLS))
    below = blocks[index + 1 : index + 2]
    share = _figure_share(row)  # "Route  Car up to 5 m" over "1  41.50"
    following = text[below[0].start : below[0].end] if below and below[0].kind == "row" else ""
    return share <= 0.25 and _figure_share(following) >= 2 * share + 0.2


def _cells(text: str, block: Block) -> int:
    row = text[block.start : block.end]
    if CELLS in row:
        return row.count(CELLS)
    return sum(any(c.isdigit() for c in word) for word in row.replace("|", " ").split())


def _figure_share(row: str) -> float:
    words = row.replace("|", " ").split()
    return count_figures(words) / max(1, len(words))
