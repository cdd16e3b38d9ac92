"""Sentences in any script, as spans of the text they stand in."""

from __future__ import annotations

import re
from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence or table row as a span; `head` is the title and header row of its table."""

    start: int
    end: int
    head: str = ""


# Latin, Greek, Cyrillic... end a sentence with a mark and white space; Chinese, Japanese, Hindi
# and Burmese marks end it by themselves; so does an empty line.
_END = re.compile(
    r"""[.!?…؟۔]+["'”’»)\]]*(?=\s|$)   # Western and Arabic marks, closing quotes
      | [。！？｡।॥။]+["'”’」』）》]*      # marks that need no space behind them
      | \n\s*\n | \f
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nos|Inc|Corp|Co|Ltd|vs|etc|al|Fig|Figs|Eq|Sec|Art|Vol"
    r"|pp?|approx|cf|e\.g|i\.e|U\.S|U\.K|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|bzw|ca|Nr|Abs|z\.B|d\.h)"
    r"|^\s*\(?\d{1,3})\.$"
)
_CLAUSE = re.compile(r"[;:,，、；：—–]\s*|\s+")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences in `text[start:end]`, without the white space between them."""
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match[0] == "." and _is_abbreviation(text, begin, match, end):
            continue
        _add(spans, text, begin, match.end())
        begin = match.end()
    _add(spans, text, begin, end)
    return spans


def _is_abbreviation(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    """ "No. 5" and "the U.S. market" go on; a small letter behind the mark also says so."""
    following = text[match.end() : min(end, match.end() + 3)].lstrip()
    if following[:1].islower():
        return True
    return bool(_ABBREVIATION.search(text[max(begin, match.start() - 8) : match.end()])) and bool(
        following
    )


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def split_long(text: str, start: int, end: int, parts: int) -> list[tuple[int, int]]:
    """Cut a span into about `parts` pieces: at clause marks, else at spaces, else anywhere."""
    size = max(1, -(-(end - start) // parts))
    spans: list[tuple[int, int]] = []
    at = start
    while end - at > size:
        cuts = [m.end() for m in _CLAUSE.finditer(text, at + size // 2, at + size)]
        marked = [
            cut
            for cut in cuts
            if not text[cut - 1].isspace() or text[cut - 2 : cut - 1] in ";:,，；："
        ]
        cut = (marked or cuts or [at + size])[-1]
        _add(spans, text, at, cut)
        at = cut
    _add(spans, text, at, end)
    return spans
