"""Raised and lowered text, such as powers and note numbers, in one line of plain text."""

from __future__ import annotations

_PLAIN = "0123456789+-−=()n"
_RAISED = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans(_PLAIN[:-1], "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def raised(text: str) -> str:
    """`6` behind `10` as `⁶`; `^(th)` where a character has no raised form."""
    return _script(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`2` in `H2O` as `₂`; `_(max)` where a character has no lowered form."""
    return _script(text, _LOWERED, "_")


def _script(text: str, table: dict[int, int], mark: str) -> str:
    inner = text.strip()
    if not inner:
        return text
    if all(ord(char) in table for char in inner):
        return text.replace(inner, inner.translate(table))
    return text if inner.isalpha() and mark == "^" else f"{mark}({inner})"
