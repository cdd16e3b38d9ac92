"""Does an answer say what the gold one says? Exact match and F1 as in SQuAD and MLQA."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable

import regex

from docagent.grounding.markers import MARKER

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
_PUNCTUATION = regex.compile(rf"[\p{{P}}{re.escape(string.punctuation)}]")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_ONLY_NUMBER = re.compile(rf"[^\w.]*({_NUMBER.pattern})\W*")


def words(text: str, language: str = "en") -> list[str]:
    """Words in lower case without punctuation and articles."""
    text = _PUNCTUATION.sub("", unicodedata.normalize("NFC", text).lower())
    if language in _ARTICLES:
        text = re.sub(_ARTICLES[language], " ", text)
    return _UNSPACED.sub(r" \1 ", text).split()


def without_markers(answer: str) -> str:
    """An answer without the numbers of its citations."""
    return MARKER.sub("", answer)


def exact_match(answer: str, golds: Iterable[str], language: str = "en") -> float:
    """1 if the answer is one of the gold answers, up to `words`; else 0."""
    predicted = words(answer, language)
    return float(any(words(gold, language) == predicted for gold in golds))


def f1(answer: str, golds: Iterable[str], language: str = "en") -> float:
    """Harmonic mean of the shares of common words, for the gold answer where it is highest."""
    predicted = words(answer, language)
    return max((_f1(predicted, words(gold, language)) for gold in golds), default=0.0)


def _f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    return 2 * (Counter(predicted) & Counter(gold)).total() / (len(predicted) + len(gold))


def contained(text: str, golds: Iterable[str], language: str = "en") -> float:
    """1 if the words of one gold answer stand in the text, in order and whole; else 0.

    A gold answer that is but a number may be written otherwise: $1577.00 stands in "1,577".
    """
    text_words = f" {' '.join(words(text, language))} "
    numbers = {_amount(match[0]) for match in _NUMBER.finditer(text)}
    for gold in golds:
        number = _ONLY_NUMBER.fullmatch(gold)
        if number and _amount(number[1]) in numbers:
            return 1.0
        gold_words = " ".join(words(gold, language))
        if gold_words and f" {gold_words} " in text_words:
            return 1.0
    return 0.0


def _amount(number: str) -> float:
    return float(number.replace(",", ""))
