"""Text as it stands on a line, from left to right, put in the order in which it is read."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FOREIGN = re.compile(r"[^\W_]")
_JOINING = frozenset(".,:/-−–'+٫٬")  # one of them between two digits is part of the number
_BESIDE = frozenset("%$€£¥₪°#")  # beside a digit
_PAIRS = {"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "«": "»", "»": "«"}
_OPENING = "([{"


def is_right_to_left(text: str) -> bool:
    """Whether most of its letters belong to a script that is read from right to left."""
    found = len(RIGHT_TO_LEFT.findall(text))
    return found > 0 and 2 * found > sum(map(str.isalpha, text))


def logical(units: list[str]) -> str:
    """`units` from left to right, each what one glyph stands for, as the line is read.

    The line is read from right to left if most of its letters are; numbers and words of other
    scripts keep their order.
    """
    if not is_right_to_left("".join(units)):
        return _reversed_runs(units, [_is_rtl(unit) for unit in units], within=True)
    inner = _left_to_right(units)
    text = _reversed_runs([*reversed(units)], [*reversed(inner)], within=False)
    return _brackets(text)


def ligature(chars: str) -> str:
    """What one glyph stands for, given as PDFium has it: mostly back to front.

    Of the two orders Unicode may have one as a ligature: then it is that.
    """
    back = chars[::-1] if RIGHT_TO_LEFT.search(chars) else chars
    known = _ligatures()
    return chars if chars in known and back not in known else back


@cache
def _ligatures() -> frozenset[str]:
    """All that Unicode has as one Arabic character: lam with alef, with meem, with khah ..."""
    forms = (*range(0xFBEA, 0xFDF2), *range(0xFEF5, 0xFEFD))
    return frozenset(unicodedata.normalize("NFKC", chr(form)) for form in forms)


def _reversed_runs(units: list[str], turn: list[bool], within: bool) -> str:
    """All units in order but for the runs marked in `turn`, which come back to front.

    `within` takes in the white space between two such runs.
    """
    if within:
        for at in range(1, len(turn) - 1):
            if units[at].isspace() and turn[at - 1]:
                following = next((i for i in range(at, len(units)) if not units[i].isspace()), at)
                turn[at] = turn[following]
    parts: list[str] = []
    run: list[str] = []
    for unit, turned in zip([*units, ""], [*turn, False], strict=True):
        if turned:
            run.append(unit)
            continue
        parts += reversed(run)
        run = []
        parts.append(unit)
    return "".join(parts)


def _left_to_right(units: list[str]) -> list[bool]:
    """Which units of a line that is read from right to left keep their order."""
    digit = [unit[:1].isdecimal() for unit in units]
    foreign = [bool(_FOREIGN.match(u)) and not u[0].isdecimal() and not _is_rtl(u) for u in units]
    hebrew = any("\u0590" <= unit[:1] <= "\u05ff" for unit in units)
    inner = [d or f for d, f in zip(digit, foreign, strict=True)]
    for at in range(len(units)):
        before, after = at > 0 and digit[at - 1], at + 1 < len(units) and digit[at + 1]
        if (before and after and units[at] in _JOINING and (hebrew or units[at] not in "-−–+")) or (
            units[at] in _BESIDE and (before or after) and hebrew
        ):
            inner[at] = True
    # What stands between two words of another script, or such a word and a number, is theirs.
    last = -1
    for at in range(len(units)):
        if not inner[at]:
            continue
        between = units[last + 1 : at]
        if last >= 0 and (foreign[last] or foreign[at]) and not any(map(_is_rtl, between)):
            inner[last + 1 : at] = [True] * len(between)
        last = at
    return inner


def _brackets(text: str) -> str:
    """Brackets the way they are read: PDFium turns some of a line, and others not.

    White space tells on which side of a bracket its words stand; between two words, as in
    15(a)(4), the first bracket opens and the next one closes.
    """
    chars, is_open = list(text), False
    at_brackets = [at for at, char in enumerate(chars) if char in _PAIRS and char not in "«»"]
    for at in at_brackets:
        char = chars[at]
        before = at > 0 and not chars[at - 1].isspace() and chars[at - 1] not in _PAIRS
        after = at + 1 < len(chars) and unicodedata.category(chars[at + 1])[0] in "LN"
        opening = char in _OPENING
        if before != after:
            opening = after
        elif before:
            opening = not is_open and at != at_brackets[-1]
        chars[at] = char if (char in _OPENING) == opening else _PAIRS[char]
        is_open = opening
    return "".join(chars)


def _is_rtl(unit: str) -> bool:
    return bool(RIGHT_TO_LEFT.match(unit))
