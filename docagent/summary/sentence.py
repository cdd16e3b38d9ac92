"""Which sentences of a document can stand alone in a summary."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import regex

from retrieval.chunk.sentences import sentences
from retrieval.parse.document import Document

_MARK = regex.compile(r"^(?:[•●▪◦■□*·‣➢☐☒–—-]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+)+")
_BEGINS = regex.compile(
    r"^[\"'“‘„«¿¡]?[\p{Lu}\p{Lt}\p{Lo}]"
)  # a figure mostly ends a lost beginning
_ENDS = regex.compile(r"[.!…。！।॥።۔։။][\"'”’»)\]」』]*$")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_FEWEST, _MOST = 7, 70  # words
_LONGEST = 450  # characters
# What such a sentence speaks of stands in the one before. English words; sentences in other
# languages are judged by the rest alone.
_LEANS = regex.compile(
    r"""^(?:this|these|those|that|it|its|they|their|he|she|his|her|such|both|however|also|and|but
        |or|so|then|thus|therefore|hence|moreover|furthermore|additionally|in\ addition|instead
        |nevertheless|nonetheless|similarly|likewise|conversely|accordingly|consequently|yes|no
        |as\ a\ result|for\ example|for\ instance|the\ (?:following|former|latter|above))\b""",
    regex.IGNORECASE | regex.VERBOSE,
)
# What it says stands in another place of the document.
_REFERS = regex.compile(
    r"""\b(?:(?:see|refer\ to)\ (?:also\ )?[“"(]?(?:note|item|part|section|page|chapter|table|figure
        |appendix|the)\b
        |(?:discussed|described|set\ forth|included)\ in\ (?:note|item|part)\b
        |the\ following\ (?:table|chart|discussion|section)|(?:table|chart)s?\ (?:below|above)
        |shown\ (?:below|above)|as\ follows)\b""",
    regex.IGNORECASE | regex.VERBOSE,
)
# What every document of a kind says: the forms and notices of company reports.
_NOTICE = regex.compile(
    r"""indicate\ by\ check\ mark|we\ have\ audited|forward-looking|non-gaap
      | incorporated\ (?:herein\ )?by\ reference
      | all\ rights\ reserved|undersigned|duly\ (?:authorized|caused)|securities\ exchange\ act
      | (?:hereby|i)\ certif|internal\ controls?\ over\ financial\ reporting|disclosure\ controls
      | form\ (?:10-[kq]|8-k)\b | generally\ accepted\ accounting\ principles""",
    regex.IGNORECASE | regex.VERBOSE,
)


class Candidate(NamedTuple):
    """A sentence by its place; `place` counts sentences of its paragraph from 0, `leans` tells
    whether it needs its neighbours."""

    start: int
    end: int
    place: int
    leans: bool


def candidates(document: Document, start: int, end: int) -> Iterator[Candidate]:
    """Whole sentences of the paragraphs in `text[start:end]`: no rows, headings, fragments,
    notices or references."""
    first = bisect_right(document.blocks, start, key=lambda block: block.end)
    last = bisect_left(document.blocks, end, key=lambda block: block.start)
    for block in document.blocks[first:last]:
        if block.kind != "text":
            continue
        inside = sentences(document.text, max(block.start, start), min(block.end, end))
        for place, (begin, stop) in enumerate(inside):
            mark = _MARK.match(document.text[begin:stop])
            begin += mark.end() if mark else 0
            text = " ".join(document.text[begin:stop].split())
            if _stands_alone(text) and not _NOTICE.search(text) and not _REFERS.search(text):
                yield Candidate(begin, stop, place, leans(text))


def leans(text: str) -> bool:
    """Whether a sentence speaks of what stands in the one before it."""
    return bool(_LEANS.search(text))


def _stands_alone(text: str) -> bool:
    if len(text) > _LONGEST or not _BEGINS.match(text) or not _ENDS.search(text):
        return False
    letters = sum(map(len, _WORD.findall(text)))
    if letters < 0.6 * len("".join(text.split())):
        return False  # figures of a table that was read as text
    if len(_UNSPACED.findall(text)) > letters / 2:
        return 12 <= letters <= 150
    words = _WORD.findall(text)
    capitals = sum(word.isupper() and len(word) > 1 for word in words)
    return _FEWEST <= len(words) <= _MOST and capitals < 0.5 * len(words)
