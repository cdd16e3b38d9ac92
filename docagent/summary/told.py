"""A sentence of a summary and where its words stand; how replies of a model become such."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from docagent.checking.draft import sentences_with_markers

_MARKER = re.compile(r"\s*\[(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\]")
_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[.,\s\u202f](?=\d)")  # 1,234.5 and 1.234,5
_WHOLE = re.compile(r"(?:[.!?…。！？।]|\])[\"'”’»)*]*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•]+|\d{1,2}[.)])\s+")


class Span(NamedTuple):
    """`start` to `end` of a document's text."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence without markers, and the words of the documents that bear it out."""

    text: str
    spans: tuple[Span, ...]


def marked(reply: str) -> Iterator[tuple[str, list[int]]]:
    """Sentences of a reply, without bullets and markers, each with the numbers it points to.

    A last sentence that was cut off by the limit of tokens is none.
    """
    for line in reply.splitlines():
        line = _BULLET.sub("", line).replace("**", "")
        for start, end in sentences_with_markers(line):
            sentence = line[start:end]
            if not _WHOLE.search(sentence):
                continue
            numbers = [
                int(number)
                for found in _MARKER.findall(sentence)
                for number in re.split("[,;]", found)
            ]
            claim = " ".join(_MARKER.sub("", sentence).split())
            if claim.strip(" ."):
                yield claim, list(dict.fromkeys(numbers))


def spread(told: Sequence[Told], most: int) -> list[Told]:
    """At most `most` of them, evenly over all."""
    if len(told) <= most:
        return list(told)
    return [told[at * len(told) // most] for at in range(most)]


def is_nothing(reply: str) -> bool:
    """Whether a model says that nothing of a part concerns the focus."""
    return reply.strip(' .\n*"').casefold() == "none"


def same_figures(one: str, other: str) -> bool:
    """Whether two sentences hold the same digits, whatever marks stand between them."""
    return sorted(_DIGITS.findall(_GROUPED.sub("", one))) == sorted(
        _DIGITS.findall(_GROUPED.sub("", other))
    )
