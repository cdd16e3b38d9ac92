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
from retrieval.store.index import Candidates

_MOST = 12  # names followed
_NEAR = 3  # passages looked at for each: one that opens with a name holds it rarely but early
_SHORTEST = 4  # characters of a name
_MARGIN = 12  # characters before the name at the beginning of a line: an article, a number
# "J." and "St." go on; the end of a sentence does not.
_CAPITAL = r"(?:\p{Lu}\p{L}?\.|\p{Lu}[\p{L}\p{N}'’&-]*)"
_NAME = regex.compile(
    r"[\"“](?P<title>[^\"“”\n]{3,60})[\"”]"
    rf"|\b{_CAPITAL}(?:[ ](?:(?:of|the|de|von|van|du|la)[ ])?{_CAPITAL})*"
)
_POSSESSIVE = regex.compile(r"['’]s?$")


def linked_passages(index: Candidates, number: int, query: Query) -> list[int]:
    """Numbers of other passages that open with, or stand under, what passage `number` names.

    Names of the query itself lead nowhere new.
    """
    text = index.passage(number).text
    names, places = _names(text, query, index)[:_MOST], references(text)[:_MOST]
    found = index.by_words([*names, *map(" ".join, places)], _NEAR)
    seen = {other: index.passage(other) for others in found for other, _ in others}
    linked: dict[int, None] = {}
    for name, others in zip(names, found, strict=False):
        linked.update((other, None) for other, _ in others if _opens_with(seen[other], name))
    for place, others in zip(places, found[len(names) :], strict=True):
        linked.update((other, None) for other, _ in others if is_headed(seen[other], place))
    linked.pop(number, None)
    return list(linked)


def _names(text: str, query: Query, index: Candidates) -> list[str]:
    """New names of the lines with words of the question, that with most first, then the rare."""
    known = set(terms(query.text))
    said = {
        line: sum(query.rarity.get(term, 0.0) for term in set(terms(line)))
        for line in text.splitlines()
    }
    lines = sorted((line for line in said if said[line]), key=lambda line: -said[line])
    named = [_named(line) for line in lines]
    words = {name: set(terms(name)) for names in named for name in names}
    new = {name: own for name, own in words.items() if own - known}
    rare = index.lexical.rarity({term for own in new.values() for term in own})
    rarity = {name: sum(rare[term] for term in own) for name, own in new.items()}
    ranked: dict[str, None] = {}
    for names in named:
        found = [name for name in names if name in new]
        ranked.update(dict.fromkeys(sorted(found, key=lambda name: -rarity[name])))
    return list(ranked)


def _named(line: str) -> list[str]:
    """Runs of capitalised words, but for a lone first one, and what stands in quotes."""
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
