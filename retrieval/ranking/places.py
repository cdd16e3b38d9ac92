"""Whether a passage is the place that a text names or that an answer is likely to stand in."""

from __future__ import annotations

import re

from retrieval.parse.line import count_figures
from retrieval.passage import Passage
from retrieval.query import Reference
from retrieval.vocabulary import Place

_FIGURES = 0.2  # share of figures among the words of a table
_TOP = 160  # characters of a passage that may hold its title


def is_place(passage: Passage, place: Place) -> bool:
    """Whether this is a table of figures under that title."""
    above = f"{passage.heading.split(' > ')[-1]} | {passage.context} | {passage.text[:_TOP]}"
    if not place.title.search(" ".join(above.split())):
        return False
    words = passage.text.split()
    return count_figures(words) >= _FIGURES * len(words)


def is_named(passage: Passage, reference: Reference) -> bool:
    """Whether the question names this passage's page, its section or the table it holds."""
    if reference.kind == "page":
        return reference.number in (str(passage.page), passage.page_label)
    pattern = rf"\b{reference.kind}\s+{_number(reference)}"
    if reference.bare and "." in reference.number:  # a line that begins "4.2 The buyer"
        pattern += rf"|^[#§\s]*{_number(reference)}"
    words = f"{passage.context}\n{passage.text}"
    return is_headed(passage, reference) or bool(re.search(pattern, words, re.I | re.M))


def is_headed(passage: Passage, reference: Reference) -> bool:
    """Whether this passage stands under that number, with or without its kind before it."""
    kind = rf"(?:{reference.kind}|§)"
    kind += "?" if reference.bare else ""
    pattern = rf"(?:^|> )[#\s]*{kind}\s*{_number(reference)}"
    return bool(re.search(pattern, passage.heading, re.IGNORECASE))


def _number(reference: Reference) -> str:
    """4.2, and not 4.21 or 4.2(b)."""
    return rf"{re.escape(reference.number)}(?![\w(]|\.\d)"
