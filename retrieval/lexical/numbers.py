"""Terms of figures: one form for one value, however its groups and decimals are marked."""

from __future__ import annotations

import regex

_PLAIN = regex.compile(r"\d+")
_ENGLISH = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")
_COMMA = regex.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+")  # 1.234,5
_ONLY_COMMA = regex.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+,(?!\d{3}$)\d+")
_APOSTROPHE = regex.compile(r"\d{1,3}(?:'\d{3})+(?:\.\d+)?")
_WITH_UNIT = regex.compile(r"(\d[\d.,']*)(bn|mn|mm|m|b|k|mio|mln|mrd|mld|x|kg|km|cm|mb|gb|kwh|mw)")
_UNITS = {"bn": "billion", "b": "billion", "mn": "million", "mm": "million", "m": "million",
          "mio": "million", "mln": "million", "mrd": "milliard", "mld": "milliard",
          "k": "thousand"}  # fmt: skip
_FISCAL = regex.compile(r"(?:([1-4])([qh])|([qh])([1-4])|fy|cy)['\-/]?(?:20)?(\d\d)")
# Where the decimals follow a comma, and a point may group the thousands.
_COMMA_LANGUAGES = frozenset(
    {"de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "pl", "cs", "sk", "hu", "ro",
     "hr", "sr", "bg", "ru", "uk", "el", "tr", "id", "vi"}
)  # fmt: skip


def number_terms(term: str, language: str) -> tuple[str, ...]:
    """Terms of a figure (1,234.5: 1234.5 and 1234), with its unit (3.5bn); none for other words."""
    if not term[0].isdigit():
        return ()
    if _PLAIN.fullmatch(term):
        return (term,)
    if _APOSTROPHE.fullmatch(term):
        return _value(term.replace("'", ""))
    comma = _COMMA.fullmatch(term) and language in _COMMA_LANGUAGES
    if comma or _ONLY_COMMA.fullmatch(term):
        return _value(term.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(term):
        return _value(term.replace(",", ""))
    unit = _WITH_UNIT.fullmatch(term)
    if unit:
        full = _UNITS.get(unit[2])  # 31m may also be metres
        units = (unit[2], full) if full else (unit[2],)
        return (term, *number_terms(unit[1], language), *units)
    return ()


def _value(number: str) -> tuple[str, ...]:
    return (number, number.split(".")[0]) if "." in number else (number,)


def fiscal(term: str) -> tuple[str, ...]:
    """What else a fiscal period is called: 2Q23 is q2 and 2023, FY22 is 2022."""
    match = _FISCAL.fullmatch(term)
    if not match:
        return ()
    year = f"20{match[5]}"
    if match[1]:
        return (match[2] + match[1], year)
    return (match[3] + match[4], year) if match[3] else (year,)
