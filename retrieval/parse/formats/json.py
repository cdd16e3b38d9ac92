"""JSON and JSON lines: the text, cut where objects and lists begin and end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from retrieval.parse.decode import file_text, stem
from retrieval.parse.document import Block, Document
from retrieval.parse.registry import Format, register

_SMALL = 600  # characters; an object or a list that is no longer is one block
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|"', re.DOTALL)

_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)|u([0-9a-fA-F]{4})|.)", re.DOTALL
)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " ", "/": "/"}


def read_json(path: Path, *_: object) -> Document:
    """Parse a .json or .jsonl file, sound or not.

    Letters stand in it for escapes such as \\u00e9, so that words can be found. A key above a
    large value becomes a heading, so that a passage tells where it stands.
    """
    text, warnings = file_text(path)
    text = _ESCAPE.sub(_unescaped, text)
    return Document(
        stem(path),
        text,
        (),
        tuple(_blocks(text, _ends(text))),
        places=((0, "line 1"),),
        warnings=warnings,
    )


def _unescaped(match: re.Match[str]) -> str:
    """The character; quotes and backslashes stay escaped, as they would end a string."""
    escape = match[0]
    if match[3]:
        char = chr(int(match[3], 16))
        return char if char.isprintable() and char not in '"\\' else escape
    if match[1]:
        try:
            return bytes.fromhex(match[1] + match[2]).decode("utf-16-be")
        except (ValueError, UnicodeDecodeError):
            return escape
    return _SHORT.get(escape[1], escape)


def _ends(text: str) -> dict[int, int]:
    """Start of each object and list -> its end; those never closed are left out."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            opened.append(token.start())
        elif token[0] in "}]" and opened:
            ends[opened.pop()] = token.end()
    return ends


def _blocks(text: str, ends: dict[int, int]) -> Iterator[Block]:
    """Small values by themselves; of large ones the key as heading, then what they hold."""
    depth, at = 0, 0
    key: tuple[int, int] | None = None  # the string before the colon
    start = last = None
    while token := _TOKEN.search(text, at):
        begin, at = token.start(), token.end()
        mark = token[0]
        if mark in "{[":
            end = ends.get(begin)
            if start is not None and key is None and last is not None:  # JSON lines
                yield Block("text", start, last)
                start = None
            if end is not None and end - begin <= _SMALL:
                start, last, at = begin if start is None else start, end, end
                continue
            if key is not None and start == key[0]:
                yield Block("heading", key[0] + 1, key[1] - 1, level=max(1, min(depth, 9)))
                start = None
            depth += 1
        elif mark in "}]":
            depth = max(0, depth - 1)
        elif mark == ":":
            key = (start, last) if start is not None and last is not None else None
            continue
        elif mark != ",":
            start, last = begin if start is None else start, at
            continue
        if start is not None and last is not None:
            yield Block("text", start, last)
        start = last = key = None
    if start is not None and last is not None:
        yield Block("text", start, last)


def is_json(path: Path, start: bytes) -> bool:
    if start.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


register(Format("json", (".json", ".jsonl", ".ndjson", ".geojson"), read_json, detects=is_json))
