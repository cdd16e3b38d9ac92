"""Function and question words by ISO 639-1 code: a text's language shows in them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("function_words.toml")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=1)
def by_language() -> dict[str, frozenset[str]]:
    """The function words of each language."""
    return {code: frozenset(words.split()) for code, words in _table()["languages"].items()}


@lru_cache(maxsize=1)
def votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """What each word says for which languages: 1 in all, shared by those that write it."""
    codes_of: dict[str, list[str]] = {}
    for code, words in by_language().items():
        for word in words:
            codes_of.setdefault(word, []).append(code)
    return {word: tuple((c, 1 / len(codes)) for c in codes) for word, codes in codes_of.items()}


@lru_cache(maxsize=1)
def asking() -> tuple[str, ...]:
    """Question words of scripts without spaces and of Korean, the longest first."""
    return tuple(sorted(_table()["asking"].split(), key=len, reverse=True))
