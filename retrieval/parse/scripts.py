"""Raised and lowered figures in a word of a PDF, told by where its characters stand."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

from retrieval.parse.raised import lowered, raised

_TELLING = re.compile(r"[\d+−=]")  # letters alone are ordinals, or the mark of a brand
BRANDS = {"TM": "™", "SM": "℠"}
BRAND = re.compile(r"^(?:TM|SM)\b")  # behind a word, with no space between
_SLASHES = ("/", "⁄")
_LONGEST = 12  # characters of such a piece in a word
_ALONE = 5  # characters of one that stands alone behind a word
_SMALLER = 0.9  # of the size beside it; browsers set <sup> at .83
_SMALLEST = 0.5  # what is smaller still stands beside the large first letter of a chapter


class Level(NamedTuple):
    """Where a character stands: its baseline, counted upward, and the height of its line box."""

    base: float
    size: float


class Word(NamedTuple):
    """A word, the levels of its characters, the word before it and the character behind it."""

    text: str
    levels: list[Level]
    before: str
    following: str


def marked(word: Word, line: Level | None, glued: bool) -> tuple[str, Level, bool]:
    """The word as plain text, its level, and whether it belongs behind the word before it.

    `line` is the level of that word, None at the start of a line; `glued` says that no white
    space stands between them.
    """
    telling = _TELLING.search(word.text) or word.text in BRANDS
    halved = word.following.startswith(_SLASHES)  # the upper half of a fraction
    if line and (glued or halved) and len(word.text) <= _ALONE and telling:
        sides = {side(level, line, alone=True) for level in word.levels}
        if len(sides) == 1 and 0 not in sides:
            text = _joined(word, [*sides] * len(word.text))
            return (text if glued else text.lstrip()), line, glued
    own = line if line and any(_is_on(level, line) for level in word.levels) else None
    own = own or max(word.levels, key=lambda level: level.size)
    sides_ = [side(level, own) for level in word.levels]
    return _joined(word, sides_ + [0] * (len(word.text) - len(sides_))), own, False


def side(level: Level, line: Level, alone: bool = False) -> int:
    """1 for raised, -1 for lowered, 0 for neither; `alone` asks for more of a word of its own."""
    rise = (level.base - line.base) / max(line.size, 0.1)
    ratio = level.size / max(line.size, 0.1)
    if not _SMALLEST <= ratio < 1.05:
        return 0
    if ratio >= _SMALLER:
        return int(0.2 < rise < 0.6 and not alone)
    if (0.18 if alone else 0.1) < rise < 0.75:
        return 1
    return -1 if -0.5 < rise < -0.05 else 0


def _joined(word: Word, sides: list[int]) -> str:
    pieces = [
        (where, "".join(char for _, char in run))
        for where, run in groupby(zip(sides, word.text, strict=True), key=lambda pair: pair[0])
    ]
    text = ""
    for number, (where, piece) in enumerate(pieces):
        following = pieces[number + 1][1] if number + 1 < len(pieces) else word.following
        before = text or word.before
        if where and before[-1:] not in _SLASHES:
            text += _piece(piece, where, before, following)
        else:
            text += piece
    return text


def _piece(piece: str, where: int, before: str, following: str) -> str:
    """A raised or lowered piece in plain text, with white space where it would be misread."""
    if not _TELLING.search(piece):
        letter = where > 0 and len(piece) == 1 and piece.isalpha()
        is_note = letter and len(before) > 3 and before[-4:].isalpha()
        return f" {piece}" if is_note else BRANDS.get(piece, piece)
    if len(piece) > _LONGEST:
        return piece
    if where < 0:
        return lowered(piece)
    if following.startswith(_SLASHES):  # the upper half of a fraction
        return f" {piece}" if before[-1:].isdigit() else piece
    if not before:  # the mark a note begins with
        return f"{piece} " if following.strip() else piece
    return raised(piece)


def _is_on(level: Level, line: Level) -> bool:
    return abs(level.base - line.base) < 0.05 * line.size
