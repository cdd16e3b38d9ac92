"""Where the best passage leads: what begins with a name in it, or is a place it refers to.

A question whose evidence stands in two places often names only one of them: "the director of X was
born in ..." finds X, which names the director, whose own passage shares no word with the question.

A second search with the best passage's names, or with its text, found no more: both passages of
HotpotQA within 4,000 tokens in .920 of 100 questions, as without it.
"""

from __future__ import annotations

import regex

from retrieval.lexical.tokens import terms
from retrieval.passage import Passage
from retrieval.query import Query, references
from retrieval.ranking.places import is_headed
from retrieval.store.index import Candidates

_MOST = 6  # names followed
_NEAR = 3  # passages looked at for each: one that begins with a name holds it rarely but early
_SHORTEST = 4  # characters of a name
_MARGIN = 12  # characters before the name at the beginning of a passage: an article, a number
_NAME = regex.compile(
    r"\b\p{Lu}[\p{L}\p{N}'’.-]*(?:\s+(?:(?:of|the|and|de|von|van|du|la)\s+)?\p{Lu}[\p{L}\p{N}'’.-]*)*"
)


def linked_passages(index: Candidates, number: int, query: Query) -> list[int]:
    """Numbers of other passages that begin with, or stand under, what passage `number` names.

    Names of the query itself lead nowhere new.
    """
    text = index.passage(number).text
    known = set(terms(query.text))
    linked: dict[int, None] = {}
    names, places = _names(text, known)[:_MOST], references(text)[:_MOST]
    found = index.by_words([*names, *map(" ".join, places)], _NEAR)
    for name, others in zip(names, found, strict=False):
        for other, _ in others:
            if other != number and _is_about(index.passage(other), name):
                linked[other] = None
    for reference, others in zip(places, found[len(names) :], strict=True):
        for other, _ in others:
            if other != number and is_headed(index.passage(other), reference):
                linked[other] = None
    return list(linked)


def _names(text: str, known: set[str]) -> list[str]:
    """Capitalised runs in order, without a lone first word and those that hold nothing new."""
    names = []
    for match in _NAME.finditer(text):
        words = terms(match[0])
        lone = match.start() == 0 and len(words) == 1
        if len(match[0]) >= _SHORTEST and not lone and set(words) - known:
            names.append(match[0])
    return list(dict.fromkeys(names))


def _is_about(passage: Passage, name: str) -> bool:
    above = passage.heading.split(" > ")[-1]
    return name.lower() in f"{above} {passage.text[: len(name) + _MARGIN]}".lower()
