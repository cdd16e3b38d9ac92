"""Where the best passage leads: to what opens with a name in it, or is a place it refers to.

A question whose evidence stands in two places often names only one of them: "the director of X was
born in ..." finds X, which names the director, whose own paragraph shares no word with the
question. Small paragraphs share a passage, so any line of a passage may be the one that opens with
the name, and only lines with words of the question name what is meant.

Following the second passage too, or passages that mention what the best one is about, found no more
of HotpotQA's pairs.
"""

from __future__ import annotations

import regex

from retrieval.lexical.tokens import terms
from retrieval.passage import Passage
from retrieval.query import Query, references
from retrieval.ranking.places import is_headed
from retrieval.store.passage_index import PassageIndex

_MOST = 12  # names followed
_NEAR = 6  # passages looked at for each: one that opens with a name holds it rarely but early
_SHORTEST = 4  # characters of a name
_MARGIN = 12  # characters before the name at the beginning of a line: an article, a number
_CAPITAL = (
    r"(?:\p{Lu}\p{L}?\.|\p{Lu}[\p{L}\p{N}'’&-]*)"  # J. and St. go on, the end of a sentence not
)
_NAME = regex.compile(
    r"[\"“](?P<title>[^\"“”\n]{3,60})[\"”]"
    rf"|\b{_CAPITAL}(?:[ ](?:(?:of|the|de|von|van|du|la)[ ])?{_CAPITAL})*"
)
_POSSESSIVE = regex.compile(r"['’]s?$")


def linked_passages(index: PassageIndex, number: int, query: Query) -> list[int]:
    """Numbers of other passages that open with, or stand under, what passage `number` names.

    Names of the query itself lead nowhere new.
    """
    text = index.passage(number).text
    linked: dict[int, None] = {}
    for name in _names(text, query, index)[:_MOST]:
        for other, _ in index.lexical.search(name, _NEAR):
            if other != number and _opens_with(index.passage(other), name):
                linked[other] = None
    for reference in references(text)[:_MOST]:
        for other, _ in index.lexical.search(" ".join(reference), _NEAR):
            if other != number and is_headed(index.passage(other), reference):
                linked[other] = None
    return list(linked)


def _names(text: str, query: Query, index: PassageIndex) -> list[str]:
    """Names in the lines with words of the question: the lines with most of them first, then rare
    names. A lone first word is none, and neither is what the question names."""
    known, telling = set(terms(query.text)), dict[str, float]()
    for line in text.splitlines():
        telling[line] = sum(query.rarity.get(term, 0.0) for term in set(terms(line)))
    ranked: dict[str, None] = {}
    for line in sorted((line for line in telling if telling[line]), key=lambda one: -telling[one]):
        words = {name: terms(name) for name in _named(line)}
        new = [name for name, said in words.items() if set(said) - known]
        rarity = {name: sum(index.lexical.rarity(words[name]).values()) for name in new}
        ranked.update(dict.fromkeys(sorted(new, key=lambda name: -rarity[name])))
    return list(ranked)


def _named(line: str) -> list[str]:
    """Runs of capitalised words, and what stands in quotes."""
    names = []
    for match in _NAME.finditer(line):
        name = _POSSESSIVE.sub("", match["title"] or match[0])
        lone = match.start() == 0 and not match["title"] and " " not in name
        if len(name) >= _SHORTEST and not lone:
            names.append(name)
    return names


def _opens_with(passage: Passage, name: str) -> bool:
    lines = [passage.heading.split(" > ")[-1], *passage.text.splitlines()]
    return any(name.lower() in line[: len(name) + _MARGIN].lower() for line in lines)
