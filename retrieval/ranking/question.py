"""What a question asks for, apart from how the answer is to look."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from retrieval.errors import DocAgentError

_VOCABULARY = Path(__file__).with_name("vocabulary.toml")

_REFERENCE = re.compile(
    r"\b(?i:(section|table|figure|fig\.|chapter|appendix|annex|article|item|note|clause|exhibit|page|p\.))"
    r"\s+(\d+(?:\.\d+)*[A-Z]?(?:\([a-z0-9]+\))*|[A-Z]|[IVXL]+)(?!\w)"
)
_YEAR = re.compile(r"(?<![\d.,])(?:FY ?|CY ?)?((?:19|20)\d\d)(?![\d,.]?\d)", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:last|previous|prior) (?:fiscal )?year|year[- ](?:over|on)[- ]year|\byoy\b", re.IGNORECASE
)


class Reference(NamedTuple):
    """A place the question names itself: ("table", "2")."""

    kind: str
    number: str


class Place(NamedTuple):
    """A kind of table that answers stand in: its title, and words that are found there."""

    title: re.Pattern[str]
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`core` is the question without remarks on the answer's form; `words` adds what it implies.

    `items` are the document's likely words for what is asked; `likely` puts those of the places
    before them where such answers stand, to be searched besides; `places` are those with a title.
    """

    core: str
    words: str
    items: tuple[str, ...]
    likely: tuple[str, ...]
    places: tuple[Place, ...]
    references: tuple[Reference, ...]


class _Rule(NamedTuple):
    says: re.Pattern[str]
    stands: tuple[str, ...]
    words: str


class _Vocabulary(NamedTuple):
    form: list[re.Pattern[str]]
    places: dict[str, Place]
    rules: list[_Rule]


def readable(text: str) -> str:
    """A question as typed, less what no tokenizer takes (lone surrogates, NUL).

    Raises DocAgentError if nothing is left.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()
    if not text:
        raise DocAgentError("The question is empty.")
    return text


def asked(question: str) -> Asked:
    """Take a question apart; nothing here needs a model."""
    core = _without_form(question)
    words = " ".join([core, *_year_before(core)])
    return Asked(core, words, *_likely(question), references(question))


def references(text: str) -> tuple[Reference, ...]:
    """The sections, tables and pages that a text names."""
    return tuple(
        Reference(kind.lower().replace("fig.", "figure").replace("p.", "page"), number)
        for kind, number in _REFERENCE.findall(text)
    )


def _without_form(question: str) -> str:
    core = question
    for pattern in _vocabulary().form:
        core = pattern.sub(" ", core)
    core = " ".join(core.split()).strip(" .,;:")
    return core if len(core.split()) >= 3 else question


def _year_before(core: str) -> list[str]:
    """ "In 2022 compared with last year" is about 2021 as well."""
    if not _BEFORE.search(core):
        return []
    years = {int(year) for year in _YEAR.findall(core)}
    return [str(year - 1) for year in sorted(years) if year - 1 not in years]


def _likely(question: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Place, ...]]:
    """Items, a query for each place that rules name with the words of all rules, and the places."""
    held = [rule for rule in _vocabulary().rules if rule.says.search(question)]
    items = tuple(dict.fromkeys(rule.words for rule in held if rule.words))
    words = " ".join(items)
    names = dict.fromkeys(place for rule in held for place in rule.stands)
    places = tuple(_vocabulary().places[name] for name in names)
    if not places:
        return items, (words,) if words else (), ()
    return items, tuple(f"{place.words} {words}".strip() for place in places), places


@lru_cache
def _vocabulary() -> _Vocabulary:
    told = tomllib.loads(_VOCABULARY.read_text("utf-8"))
    form = [re.compile(pattern, re.IGNORECASE) for pattern in told.pop("form")]
    places = {
        name: Place(re.compile(place["title"], re.IGNORECASE), place["words"])
        for name, place in told.pop("places").items()
    }
    rules = [
        _Rule(
            re.compile(rf"\b(?:{'|'.join(rule['says'])})(?!\w)", re.IGNORECASE),
            tuple(rule.get("stands", ())),
            rule.get("as", ""),
        )
        for field in told.values()
        for rule in field
    ]
    return _Vocabulary(form, places, rules)
