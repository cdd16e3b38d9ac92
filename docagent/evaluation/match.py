"""Does an answer say what the gold one says? Exact match and F1 as in SQuAD and MLQA."""

from __future__ import annotations

import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

# The articles that MLQA's own script leaves out (Lewis et al. 2020), by language.
_ARTICLES = {
    "en": r"\b(a|an|the)\b",
    "de": r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "es": r"\b(un|una|unos|unas|el|la|los|las)\b",
    "ar": r"\bال",
}
# Scripts without spaces: each character counts as a word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])"
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NUMBER_ALONE = re.compile(rf"[^\w.]*({_NUMBER.pattern})\W*")
_MARKER = re.compile(r"\s*\[\d+\]")


@cache
def _punctuation() -> dict[int, None]:
    letters = map(chr, range(sys.maxunicode + 1))
    found = {ord(one) for one in letters if unicodedata.category(one).startswith("P")}
    return dict.fromkeys(found | set(map(ord, string.punctuation)))


def words(text: str, language: str = "en") -> list[str]:
    """Words in lower case without punctuation and articles."""
    text = unicodedata.normalize("NFC", text).lower().translate(_punctuation())
    if language in _ARTICLES:
        text = re.sub(_ARTICLES[language], " ", text)
    return _UNSPACED.sub(r" \1 ", text).split()


def without_markers(answer: str) -> str:
    """An answer without the numbers of its citations."""
    return _MARKER.sub("", answer)


def exact_match(answer: str, golds: Iterable[str], language: str = "en") -> float:
    """1 if the answer is one of the gold answers, up to `words`; else 0."""
    said = words(answer, language)
    return float(any(words(gold, language) == said for gold in golds))


def f1(answer: str, golds: Iterable[str], language: str = "en") -> float:
    """Harmonic mean of the shares of common words, for the gold answer where it is highest."""
    said = words(answer, language)
    return max((_f1(said, words(gold, language)) for gold in golds), default=0.0)


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = (Counter(said) & Counter(gold)).total()
    return 2 * common / (len(said) + len(gold))


def contained(text: str, golds: Iterable[str], language: str = "en") -> float:
    """1 if the words of one gold answer stand in the text, in order and whole; else 0.

    A gold answer that is but a number may be written otherwise: $1577.00 stands in "1,577".
    """
    said = f" {' '.join(words(text, language))} "
    numbers = {_amount(one[0]) for one in _NUMBER.finditer(text)}
    for gold in golds:
        alone = _NUMBER_ALONE.fullmatch(gold)
        if alone and _amount(alone[1]) in numbers:
            return 1.0
        found = words(gold, language)
        if found and f" {' '.join(found)} " in said:
            return 1.0
    return 0.0


def _amount(number: str) -> float:
    return float(number.replace(",", ""))
