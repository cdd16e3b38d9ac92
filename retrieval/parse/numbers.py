"""Cell values of a workbook as the sheet displays them."""

from __future__ import annotations

import datetime
import re
from typing import Any

# [Red], [>100], [$€-407]; a currency sign in such brackets is shown.
_BRACKETS = re.compile(r"\[(?:\$([^\]-]*)[^\]]*|[^\]]*)\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?,*")


def cell_text(value: Any, number_format: str) -> str:
    """Text of one cell: dates in ISO form, numbers with their decimals, thousands and signs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.strftime("%Y-%m-%d") if midnight else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return number_text(value, number_format)
    return str(value)


def number_text(value: float, number_format: str) -> str:
    """A number under a format such as `#,##0.00`, `0.0%`, `[$€-407] #,##0;(#,##0)`."""
    sections = number_format.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    if len(sections) > 2 and value == 0:
        section = sections[2]
    elif value < 0 and len(sections) > 1:
        value = -value  # the second section brings its own sign
    section = _BRACKETS.sub(lambda m: m[1] or "", section)
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or "")
        return "\0"

    section = _LITERAL.sub(keep, section)
    digits = _DIGITS.search(section)
    if not digits and literals and "general" not in section.lower():
        return _filled(section, literals)  # "-" for a zero
    if not digits or "E" in section.upper() or "/" in section:
        return general(value)  # scientific and fractions too
    figure = _digits(value * 100 if "%" in section else value, digits[0])
    text = section[: digits.start()] + figure + section[digits.end() :]
    if figure.startswith("-") and not text.startswith("-"):
        text = "-" + text.replace(figure, figure[1:], 1)
    return " ".join(_filled(text, literals).split())


def general(value: float) -> str:
    """A number without a format: up to ten figures, never 1e+06."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    text = f"{value:.10g}"
    return repr(value) if "e" in text else text


def _digits(value: float, pattern: str) -> str:
    scaled = pattern.rstrip(",")
    value /= 1000 ** (len(pattern) - len(scaled))
    whole, _, fraction = scaled.partition(".")
    text = f"{value:{',' if ',' in whole else ''}.{len(fraction)}f}"
    optional = len(fraction) - len(fraction.rstrip("#?"))
    for _ in range(optional):
        text = text[:-1] if text.endswith("0") else text
    text = text.rstrip(".") if fraction and text.endswith(".") else text
    width = whole.count("0")
    sign, bare = ("-", text[1:]) if text.startswith("-") else ("", text)
    if "," not in whole:
        bare = bare.zfill(width + (len(bare) - bare.index(".") if "." in bare else 0))
    return sign + bare


def _filled(text: str, literals: list[str]) -> str:
    pieces = iter(literals)
    return re.sub("\0", lambda _: next(pieces), text).strip()
