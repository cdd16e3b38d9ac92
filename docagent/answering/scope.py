"""What a question asks of a document: a place in it, all of it, or how often something stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads

_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:please )?(?:what (?:are|were|is|was)|which are|list|enumerate|name|find|show|give)"
    r"(?: (?:all|every|each|any|of|the|main|key|major|principal|primary|central|overall|biggest"
    r"|most important|top))*\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """`whole`: no single place answers. `ordered`: what came before matters. `counted`: the words
    whose occurrences are asked for."""

    whole: bool = False
    ordered: bool = False
    counted: str = ""


def scope(question: str) -> Scope:
    """Told by the question's wording; see scope.toml for the rules and what they were tried on."""
    rules = _rules()
    text = " ".join(question.split())
    for rule in rules["counted"]:
        if (found := rule.search(text)) and found["words"].strip():
            return Scope(whole=True, counted=_ARTICLE.sub("", found["words"].strip()))
    ordered = any(rule.search(text) for rule in rules["ordered"])
    return Scope(ordered or any(rule.search(text) for rule in rules["whole"]), ordered)


def subject(question: str) -> str:
    """What a question on the whole is about: "risks" of "What are the main risks?"."""
    return _ASKING.sub("", question).strip(" ?.") or question


@cache
def _rules() -> dict[str, list[re.Pattern[str]]]:
    told = loads(files("docagent.answering").joinpath("scope.toml").read_text("utf-8"))
    document = told.pop("document")
    return {
        name: [re.compile(rule.replace("{document}", document), re.IGNORECASE) for rule in rules]
        for name, rules in told.items()
    }
