"""A sentence of a summary and where its words stand; how replies of a model become such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from docagent.grounding.markers import ITEM, MARKER, is_claim, sentences_with_markers

PER_SENTENCE = 45  # tokens that a short sentence takes
_WHOLE = re.compile(r"(?:[.!?…。！？।]|\])[\"'”’»)*]*\s*$")


class Span(NamedTuple):
    """`start` to `end` of a document's text."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """One sentence without markers, and the words of the documents that bear it out."""

    text: str
    spans: tuple[Span, ...]


def statements(reply: str) -> Iterator[str]:
    """What a reply states, sentence by sentence, without bullets and markers.

    Headings and remarks on the text are none, nor is a last sentence that the limit of tokens cut.
    """
    for line in reply.splitlines():
        line = ITEM.sub("", line).replace("**", "")
        for start, end in sentences_with_markers(line):
            sentence = line[start:end]
            if _WHOLE.search(sentence) and is_claim(sentence):
                yield " ".join(MARKER.sub("", sentence).split())
