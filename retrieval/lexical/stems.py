"""The stem of a word by its script and language (Snowball)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex

from retrieval.lexical.fold import bare

# Scripts, the language taken where none is known, and the Snowball algorithm of each language.
_ALGORITHMS = (
    (
        regex.compile(r"[\p{Latin}\p{M}]+"),
        "en",
        {
            "en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese",
            "it": "italian", "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian",
            "fi": "finnish", "pl": "polish", "cs": "czech", "sk": "czech", "hu": "hungarian",
            "ro": "romanian", "hr": "serbian", "tr": "turkish", "id": "indonesian",
            "ms": "indonesian", "vi": "accents", "tl": "none", "sw": "none",
        },
    ),
    (
        regex.compile(r"[\p{Cyrillic}\p{M}]+"),
        "ru",
        {"ru": "russian", "uk": "prefix", "bg": "prefix", "sr": "serbian"},
    ),
    (
        regex.compile(r"[\p{Arabic}\p{M}]+"),
        "ar",
        {"ar": "arabic", "fa": "persian", "ur": "none"},
    ),
    (
        regex.compile(r"[\p{Devanagari}\p{M}]+"),
        "hi",
        {"hi": "hindi", "mr": "hindi", "ne": "nepali"},
    ),
    (regex.compile(r"[\p{Greek}\p{M}]+"), "el", {"el": "greek"}),
    (regex.compile(r"\p{Hebrew}+"), "he", {"he": "hebrew", "yi": "yiddish"}),
    (regex.compile(r"\p{Armenian}+"), "hy", {"hy": "armenian"}),
    (regex.compile(r"[\p{Bengali}\p{M}]+"), "bn", {"bn": "prefix"}),
    (regex.compile(r"[\p{Tamil}\p{M}]+"), "ta", {"ta": "tamil"}),
)  # fmt: skip


_PREFIX = 5  # letters of a longer word that stand for it where no stemmer is at hand
_ARTICLES = "והבלכמש"  # Hebrew writes "and", "the", "in", "to"... together with the next word
_PLURALS = ("ים", "ות")


def stems(word: str, language: str) -> tuple[str, ...]:
    """The stem of a folded word without accents, and what else it is to be found by.

    `language` is an ISO code or ""; a word of another script goes by that script's own rules.
    """
    for script, usual, algorithms in _ALGORITHMS:
        if script.fullmatch(word):
            return _by(algorithms.get(language, algorithms[usual]), word)
    return (word,)


def _by(algorithm: str, word: str) -> tuple[str, ...]:
    if algorithm == "none":
        return (bare(word),)
    if algorithm == "accents":
        plain = bare(word)
        return (word,) if plain == word else (word, plain)
    if algorithm == "prefix":
        return (bare(word)[:_PREFIX],)
    if algorithm == "hebrew":
        return tuple(dict.fromkeys(_hebrew(word)))
    if algorithm == "english":
        word = bare(word)
    return (bare(str(_stemmer(algorithm).stemWord(word))),)


def _hebrew(word: str) -> Iterator[str]:
    short = word[:-2] if len(word) > 4 and word.endswith(_PLURALS) else word
    yield short
    if len(short) > 3 and short[0] in _ARTICLES:
        yield short[1:]


@lru_cache
def _stemmer(algorithm: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(algorithm)
