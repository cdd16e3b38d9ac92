"""Automatic numbers of the paragraphs of a shape: `1.`, `(a)`, `iv)`."""

from __future__ import annotations

from typing import Any

from retrieval.parse.office.drawing import A
from retrieval.parse.office.numerals import numeral

_STYLES = {  # the beginning of a scheme's name, as in "alphaLcParenBoth"
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
    "ea1": "chineseCounting",
    "hindiNum": "hindiNumbers",
    "thaiNum": "thaiNumbers",
    "thaiAlpha": "thaiLetters",
    "arabicDb": "decimalFullWidth",
}
_SIGNS = {"ParenBoth": ("(", ")"), "ParenR": ("", ")"), "Period": ("", "."), "Minus": ("- ", " -")}


class Numbering:
    """Counts the paragraphs of one shape, in order."""

    def __init__(self, body: Any) -> None:
        self._styles = body.find(f"{A}lstStyle")
        self._counts: dict[int, tuple[str, int]] = {}  # level -> scheme, the last number

    def next(self, paragraph: Any) -> str:
        """The number of a paragraph with a space behind it, or ""."""
        properties = paragraph.find(f"{A}pPr")
        level = int((properties.get("lvl") if properties is not None else None) or 0)
        auto = self._auto(properties, level)
        self._counts = {n: each for n, each in self._counts.items() if n <= level}
        if auto is None:
            self._counts.pop(level, None)
            return ""
        scheme, start = auto.get("type", "arabicPeriod"), int(auto.get("startAt", "1"))
        before = self._counts.get(level)
        number = before[1] + 1 if before and before[0] == f"{scheme} {start}" else start
        self._counts[level] = f"{scheme} {start}", number
        style = next((s for name, s in _STYLES.items() if scheme.startswith(name)), "decimal")
        left, right = next((s for end, s in _SIGNS.items() if scheme.endswith(end)), ("", ""))
        return f"{left}{numeral(number, style)}{right} "

    def _auto(self, properties: Any, level: int) -> Any:
        """The numbering of a paragraph, or of its level in the shape."""
        places = [properties]
        if self._styles is not None:
            places.append(self._styles.find(f"{A}lvl{level + 1}pPr"))
        for place in places:
            if place is None:
                continue
            if place.find(f"{A}buNone") is not None or place.find(f"{A}buChar") is not None:
                return None
            if (auto := place.find(f"{A}buAutoNum")) is not None:
                return auto
        return None
