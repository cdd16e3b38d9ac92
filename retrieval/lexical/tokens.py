"""Search terms of a text: the same for a passage and for a question, in any script."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Any

import regex

# Words with what holds them together: 1,234.5  a.b@c.org  state-of-the-art  4.2(b)  don't
_TERM = regex.compile(
    r"""\d+(?:\.\d+)*(?:\([\p{L}\d]{1,4}\))+
      | [\p{L}\p{M}\p{N}_]+ (?: [.,:/'’@&+\-‐‑][\p{L}\p{M}\p{N}_]+ )*""",
    regex.VERBOSE,
)
_PART = regex.compile(r"[\p{L}\p{M}]+\d{1,2}(?!\d)|[\p{L}\p{M}]+|\d+")  # 2024q3: 2024, q3
_NUMBER = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
# Scripts written without spaces between words, and Hangul, whose words carry particles.
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー]+|\p{Hangul}+|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+"
)
_STEMMED = [
    (regex.compile(r"[a-z]+"), "english"),
    (regex.compile(r"[\p{Arabic}\p{M}]+"), "arabic"),
    (regex.compile(r"\p{Cyrillic}+"), "russian"),
    (regex.compile(r"[\p{Devanagari}\p{M}]+"), "hindi"),
    (regex.compile(r"[\p{Greek}\p{M}]+"), "greek"),
]
_WORD = regex.compile(r"[\p{L}\p{M}]+")

# Question and function words: rare in a document, they would outweigh what is asked about.
_FUNCTION_WORDS = """
a about an and any are as at be been being but by can could did do does for from had has have how
if in into is it its many me much of on or our shall should so than that the their them then there
these they this those to was we were what when where which who whom whose why will with would you
your please tell say says said according document yes no
"""


def terms(text: str) -> list[str]:
    """Terms of `text` in order: compounds whole and in parts, words stemmed by their script."""
    found: list[str] = []
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    for match in _TERM.finditer(folded):
        _add(found, match[0])
    return found


def query_terms(text: str) -> list[str]:
    """Terms of a question without its function words (all of them if nothing else is left)."""
    every = list(dict.fromkeys(terms(text)))
    telling = [term for term in every if term not in _STOP_TERMS]
    return telling or every


def _add(found: list[str], term: str) -> None:
    if _NUMBER.fullmatch(term):
        number = term.replace(",", "")
        found.append(number)
        if "." in number:
            found.append(number.split(".")[0])
        return
    if _UNSPACED.search(term):
        _add_unspaced(found, term)
        return
    term = term.removesuffix("'s").strip("'")
    if _WORD.fullmatch(term):
        found.append(_stem(term))
        return
    found.append(term)
    parts = _PART.findall(term)
    if len(parts) > 1:
        found += [_stem(part) for part in parts]


def _add_unspaced(found: list[str], term: str) -> None:
    """Overlapping pairs of characters, as no dictionary knows the names in a document."""
    at = 0
    for run in _UNSPACED.finditer(term):
        if run.start() > at:
            found += [_stem(part) for part in _PART.findall(term[at : run.start()])]
        characters = regex.findall(r"\X", run[0])
        found += ["".join(pair) for pair in pairwise(characters)]
        if len(characters) == 1:
            found.append(run[0])
        at = run.end()
    found += [_stem(part) for part in _PART.findall(term[at:])]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    """The stem by the word's script; Latin script is taken for English."""
    for script, language in _STEMMED:
        if script.fullmatch(word):
            return str(_stemmer(language).stemWord(word))
    return word


@lru_cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language)


_STOP_TERMS = frozenset(_stem(word) for word in _FUNCTION_WORDS.split())
