"""What a question says, and the words of the places where such answers stand."""

from __future__ import annotations

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.errors import DocAgentError

OWN = "DOCAGENT_VOCABULARY"
"""The environment variable that names a file of one's own rules, read beside those here."""
_BUILT_IN = Path(__file__).with_name("vocabulary.toml")


class Place(NamedTuple):
    """A kind of table that answers stand in: its title, and words that are typical of it."""

    title: re.Pattern[str]
    words: str


class Likely(NamedTuple):
    """What the rules tell of a question.

    `items` are a document's likely words for what is asked, `places` where such answers stand, and
    `queries` what to search besides: for each place its words before those of all rules.
    """

    items: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


class _Rule(NamedTuple):
    says: re.Pattern[str]
    places: tuple[Place, ...]
    words: str


def likely(question: str) -> Likely:
    """The words and places of all rules that a question calls for.

    Raises DocAgentError if a file of one's own rules cannot be read.
    """
    rules = [rule for rule in _rules(os.environ.get(OWN, "")) if rule.says.search(question)]
    items = tuple(dict.fromkeys(rule.words for rule in rules if rule.words))
    words = " ".join(items)
    places = tuple(dict.fromkeys(place for rule in rules for place in rule.places))
    if not places:
        return Likely(items, (words,) if words else ())
    return Likely(items, tuple(f"{place.words} {words}".strip() for place in places), places)


@lru_cache
def _rules(own: str) -> tuple[_Rule, ...]:
    try:
        tables = [_tables(Path(file)) for file in (_BUILT_IN, own) if file]
        places = {
            name: Place(re.compile(place["title"], re.IGNORECASE), place["words"])
            for table in tables
            for name, place in table.pop("places", {}).items()
        }
        topics = [topic for table in tables for topic in table.values()]
        return tuple(_rule(rule, places) for topic in topics for rule in topic)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        raise DocAgentError(
            f"{own} is no vocabulary of search ({error}); docs/extending.md shows one."
        ) from error


def _tables(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.expanduser().read_text("utf-8"))


def _rule(rule: dict[str, Any], places: dict[str, Place]) -> _Rule:
    says = re.compile(rf"\b(?:{'|'.join(rule['says'])})(?!\w)", re.IGNORECASE)
    return _Rule(says, tuple(places[name] for name in rule.get("stands", ())), rule.get("as", ""))
