"""Passages as the words a quote may consist of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from docagent.errors import DocAgentError

# Scripts that set no spaces between words: there every character is a place to begin or end.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u303f\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"\s+|[{_UNSPACED}]|[^\s{_UNSPACED}]+")
# Marks that a quote may do without. Not brackets, signs and units: "(82)" in a table is minus 82.
_APART = re.compile(r"([\"'“”„«»‘’]*)(.*?)([.,;:!?\"'“”„«»‘’]*)", re.S)

_HAS_WORD = re.compile(r"\w")


class Passages:
    """Texts to quote from: `chunks` are runs of words, marks and white space, as in JSON.

    A word with a character outside `writable`, the bytes that the model has tokens for, cannot be
    in a quote; the passage falls into two there. Raises `DocAgentError` when no word is left.
    """

    def __init__(self, texts: Sequence[str], writable: frozenset[int]) -> None:
        runs: list[list[str]] = []
        for text in dict.fromkeys(texts):
            run: list[str] = []
            for word in _words(text):
                if writable.issuperset(word.encode("utf-8", "surrogatepass")) and _is_text(word):
                    run.append(word)
                    continue
                runs.append(run)
                run = []
            runs.append(run)
        self.chunks = [
            [json.dumps(word, ensure_ascii=False)[1:-1] for word in run]
            for run in runs
            if any(map(_HAS_WORD.search, run))
        ]
        if not self.chunks:
            raise DocAgentError("there is no passage to quote from; give at least one with text")


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        parts = _APART.fullmatch(match.group())
        assert parts is not None
        yield from filter(None, parts.groups())


def _is_text(word: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in word)
