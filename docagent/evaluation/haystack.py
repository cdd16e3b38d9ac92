"""A text of a given length with sentences at given depths."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import count

from docagent.errors import DocAgentError
from docagent.evaluation.vocabulary import person

Count = Callable[[str], int]
"""Tokens of a text."""

Span = tuple[int, int]

_BOUNDARY = re.compile(r"[.!?]\s+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_PIECE = 40_000  # characters counted at once


def cut(pieces: Iterator[str], tokens: int, counted: Count) -> str:
    """The pieces' text up to `tokens` tokens, to the end of a sentence. They must suffice."""
    parts: list[str] = []
    missing = tokens
    while missing > 0:
        part = ""
        while len(part) < _PIECE:
            part += next(pieces)
        held = counted(part)
        while held > missing:
            # A piece's share; once more where its beginning is denser than the whole.
            part = part[: int(len(part) * missing / held * 0.999)]
            held = counted(part)
            if held <= missing:
                parts.append(part)
                return _whole("".join(parts))
        parts.append(part)
        missing -= held
    return _whole("".join(parts))


def _whole(text: str) -> str:
    ends = [match.end() for match in _BOUNDARY.finditer(text, max(0, len(text) - 2000))]
    return text[: ends[-1]].rstrip() if ends else text


def repeated(text: str) -> Iterator[str]:
    """A document's text and then copies with other names and figures, in pieces.

    Raises DocAgentError for a text without words.
    """
    if not text.strip():
        raise DocAgentError("The document has no text to hide a needle in.")
    for copy in count():
        told = changed(text, copy)
        yield from (told[at : at + _PIECE] for at in range(0, len(told), _PIECE))
        yield "\n\n"


def changed(text: str, copy: int) -> str:
    """The text with other names and figures: the same ones for a name everywhere in one copy."""

    def figure(match: re.Match[str]) -> str:
        draw = random.Random(f"{copy} {match[0]}")
        return "".join(str(draw.randint(1, 9)) for _ in match[0])

    def named(match: re.Match[str]) -> str:
        return person(random.Random(f"{copy} {match[0]}"))

    return _NAME.sub(named, re.sub(r"\d+", figure, text)) if copy else text


def boundary(text: str, depth: float) -> int:
    """The first sentence start at or behind a depth of 0 to 1; the text's end if there is none."""
    if depth == 0:
        return 0
    match = _BOUNDARY.search(text, int(depth * len(text)))
    return match.end() if match else len(text)


def inserted(text: str, placed: list[tuple[int, str]]) -> tuple[str, list[Span]]:
    """The text with sentences at these offsets, and where each now stands, in the order given."""
    pieces: list[str] = []
    spans: dict[int, Span] = {}
    at = length = 0
    for number in sorted(range(len(placed)), key=lambda n: placed[n][0]):
        offset, sentence = placed[number]
        before = text[at:offset]
        last = before or (pieces[-1] if pieces else "")
        gap = "" if not last or last[-1].isspace() else " "
        start = length + len(before) + len(gap)
        spans[number] = (start, start + len(sentence))
        end = " " if offset else "\n\n"  # at the very start stands a title
        pieces += [before, gap, sentence, end]
        length = start + len(sentence) + len(end)
        at = offset
    pieces.append(text[at:])
    return "".join(pieces), [spans[number] for number in range(len(placed))]
