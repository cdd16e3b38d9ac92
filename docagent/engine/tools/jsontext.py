"""JSON as small models write it: where a value ends in a text, and what it says."""

from __future__ import annotations

import ast
import json
import re
import warnings

from docagent.engine.tokens import without_lone_surrogates

_ATOM = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]"]', re.S)
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.S)
_CLOSES = {"{": "}", "[": "]"}


class CutOffError(ValueError):
    """The text ends inside the value."""


def end_of_value(text: str, start: int = 0) -> int:
    """Where the object or list that opens at `start` ends; -1 while it is not closed."""
    depth = 0
    for atom in _ATOM.finditer(text, start):
        mark = atom.group()
        if mark == '"':  # a string that is not closed
            return -1
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0:
                return atom.end()
    return -1


def inside_string(text: str, start: int, at: int) -> bool:
    """Whether a place lies in a string of the value that opens at `start`."""
    return len(_QUOTE.findall(text, start, at)) % 2 == 1


def read_value(text: str) -> object:
    """The value a text holds, forgiving what does not change its meaning.

    That is line breaks in strings, a comma too many, Python's quotes and constants, doubled outer
    braces, and brackets missing at the end. Raises `CutOffError` when the text ends inside a
    string or after a colon or comma, `ValueError` when it is no JSON.
    """
    text = text.strip()
    candidates = [text]
    if text.startswith("{{") and text.endswith("}}"):
        candidates.append(text[1:-1])
    if missing := _missing(text):
        candidates.append(text + missing)
    for candidate in candidates:
        for read in (_strictly, _without_trailing_commas, _as_python):
            try:
                return _encodable(read(candidate))
            except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                continue
    if missing is None or missing:
        raise CutOffError("the JSON ends too early")
    raise ValueError("not valid JSON")


def _strictly(text: str) -> object:
    value: object = json.loads(text, strict=False)
    return value


def _without_trailing_commas(text: str) -> object:
    return _strictly(_TRAILING_COMMA.sub(lambda match: match.group(1) or "", text))


def _as_python(text: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that Python does not know
        value = ast.literal_eval(text)
    # Sets, bytes and the like are Python but not JSON.
    return _strictly(json.dumps(value))


def _missing(text: str) -> str | None:
    """The closing brackets that the text lacks; None when it ends inside a string."""
    waiting: list[str] = []
    for atom in _ATOM.finditer(text):
        mark = atom.group()
        if mark == '"':
            return None
        if mark in _CLOSES:
            waiting.append(_CLOSES[mark])
        elif waiting and mark == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))


def _encodable(value: object) -> object:
    r"""The value without half a surrogate pair, which `\ud800` in JSON gives."""
    text = json.dumps(value, ensure_ascii=False)
    clean = without_lone_surrogates(text)
    return value if clean == text else _strictly(clean)
