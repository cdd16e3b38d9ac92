"""What a question asks for, apart from how the answer is to look."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_VOCABULARY = Path(__file__).with_name("vocabulary.toml")

# "Answer in USD millions. Round to two decimals." says nothing about where the answer stands.
_FORM = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:please )?assume (?:that )?you are[^.?]*\.\s+(?=\S)",
        r"(?:if|should) [^.?]{0,90}\b(?:not|isn['’]t)\b[^.?]{0,90}\b(?:state|say|explain)\b[^.?]*[.?]?",
        r"(?:please )?(?:round|express|format) (?:your |the )?(?:answer|result|it|to)\b[^.?]*[.?]?",
        r"(?<=[.?] )(?:please )?(?:answer|respond|reply|give (?:the|your) answer) (?:in|with|as)\b[^.?]*[.?]?",
        r"(?:please )?answer the following question (?:by |to )?|to the best of your abilities\W*",
        r"(?:give|provide) an? (?:answer|response)(?: to the question)? (?=by|using|from)",
        r"(?:address|approach) the question(?: asked)? (?=by|using|from)",
        r"base your (?:judgments?|answer) on|calculate \(or extract\) the answer from",
        r"please utilize information provided primarily (?:with)?in|by primarily using",
        r"information (?:that is )?(?:provided|shown) (?:primarily )?(?:with)?in|by relying on the details shown in",
    )
]
_REFERENCE = re.compile(
    r"\b(section|table|figure|fig\.|chapter|appendix|annex|article|item|note|clause|exhibit|page|p\.)"
    r"\s+(\d+(?:\.\d+)*(?:\([a-z0-9]+\))*|[A-Z]|[IVXL]+)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,])(?:FY ?|CY ?)?((?:19|20)\d\d)(?![\d,.]?\d)", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:last|previous|prior) (?:fiscal )?year|year[- ](?:over|on)[- ]year|\byoy\b", re.IGNORECASE
)


class Reference(NamedTuple):
    """A place the question names itself: ("table", "2")."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`core` is the question without remarks on the answer's form; `words` adds what it implies.

    `likely` are the words of places where such answers stand, to be searched besides.
    """

    core: str
    words: str
    likely: tuple[str, ...]
    references: tuple[Reference, ...]


class _Rule(NamedTuple):
    says: re.Pattern[str]
    stands: tuple[str, ...]
    words: str


def asked(question: str) -> Asked:
    """Take a question apart; nothing here needs a model."""
    core = _without_form(question)
    references = tuple(
        Reference(kind.lower().replace("fig.", "figure").replace("p.", "page"), number)
        for kind, number in _REFERENCE.findall(question)
    )
    return Asked(core, " ".join([core, *_year_before(core)]), _likely(question), references)


def _without_form(question: str) -> str:
    core = question
    for pattern in _FORM:
        core = pattern.sub(" ", core)
    core = " ".join(core.split()).strip(" .,;:")
    return core if len(core.split()) >= 3 else question


def _year_before(core: str) -> list[str]:
    """ "In 2022 compared with last year" is about 2021 as well."""
    if not _BEFORE.search(core):
        return []
    years = {int(year) for year in _YEAR.findall(core)}
    return [str(year - 1) for year in sorted(years) if year - 1 not in years]


def _likely(question: str) -> tuple[str, ...]:
    """One query for each place that rules name, with the words of all rules that hold."""
    places, rules = _vocabulary()
    held = [rule for rule in rules if rule.says.search(question)]
    words = " ".join(dict.fromkeys(rule.words for rule in held if rule.words))
    stands = dict.fromkeys(place for rule in held for place in rule.stands)
    if not stands:
        return (words,) if words else ()
    return tuple(f"{places[place]} {words}".strip() for place in stands)


@lru_cache
def _vocabulary() -> tuple[dict[str, str], list[_Rule]]:
    told = tomllib.loads(_VOCABULARY.read_text("utf-8"))
    places = told.pop("places")
    rules = [
        _Rule(
            re.compile(rf"\b(?:{'|'.join(rule['says'])})(?!\w)", re.IGNORECASE),
            tuple(rule.get("stands", ())),
            rule.get("as", ""),
        )
        for field in told.values()
        for rule in field
    ]
    return places, rules
