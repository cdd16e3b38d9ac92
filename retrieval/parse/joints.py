"""What stands between two lines, or two pieces of a line, that are one text."""

from __future__ import annotations

import re

CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# A dash or slash within a word is where a typesetter breaks it: 2019–/2021, and/or.
_BREAKS = ("–", "—", "/")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*$", re.IGNORECASE)


def joint(before: str, after: str) -> str:
    """A space, or nothing where the line above ends within a word, an address or Chinese text."""
    if CJK.match(before[-1:]) and CJK.match(after[:1]):
        return ""
    return "" if is_broken(before) or _goes_on(before, after) else " "


def is_broken(line: str) -> bool:
    """Whether a line ends within a word."""
    return line.endswith(_BREAKS) and not line[-2:-1].isspace() and len(line) > 1


def in_address(line: str) -> bool:
    """Whether a line ends in a web address; a hyphen at its end is part of that."""
    return bool(_ADDRESS.search(line))


def _goes_on(before: str, after: str) -> bool:
    return (before[-1:] in "=&?_#%~+-" or after[:1] in "/?=&_#%~") and in_address(before)
