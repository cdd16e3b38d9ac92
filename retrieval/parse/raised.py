"""Raised and lowered text, such as powers and note numbers, in one line of plain text."""

from __future__ import annotations

import re

_PLAIN = "0123456789+-−=()n"
_RAISED = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans(_PLAIN[:-1], "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")

_PARTS = re.compile(r"(\d)?([⁰¹²³⁴-⁹]{1,4})(?:[/⁄∕]([₀-₉]{1,4})|[⁄∕](\d{1,4})(?!\d))")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)


def raised(text: str) -> str:
    """`6` behind `10` as `⁶`; `^(th)` where a character has no raised form."""
    return _script(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`2` in `H2O` as `₂`; `_(max)` where a character has no lowered form."""
    return _script(text, _LOWERED, "_")


def with_fractions(text: str) -> str:
    """`1³/₄`, a fraction of a raised and a lowered figure, as `1 3/4`."""

    def plain(match: re.Match[str]) -> str:
        whole, above, below, level = match.groups(default="")
        return f"{whole} {above}/{below or level}".lstrip().translate(_DIGITS)

    return _PARTS.sub(plain, text) if "/" in text or "⁄" in text or "∕" in text else text


def _script(text: str, table: dict[int, int], mark: str) -> str:
    inner = text.strip()
    if not inner:
        return text
    if all(ord(char) in table for char in inner):
        return text.replace(inner, inner.translate(table))
    if mark == "^" and (inner.isalpha() or re.fullmatch(r"\(\w+\)|\[\w+\]", inner)):
        return text
    return f"{mark}({inner})"
