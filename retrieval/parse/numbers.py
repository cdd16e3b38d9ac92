"""Cell values of a workbook as the sheet displays them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache

from retrieval.parse.number_format.dates import date_text, is_day, iso
from retrieval.parse.number_format.figures import exact, figures, general
from retrieval.parse.number_format.sections import Section, number_sections, sections

# Formats that every reader's own system shows in another way: dates in ISO form cannot be misread.
_SYSTEM_DATES = frozenset({14, *range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58})
_SYSTEM_TIMES = frozenset({32, 33, 34, 35, 55, 56})
_EPOCH = datetime.datetime(1899, 12, 30)


def cell_text(
    value: object, number_format: str = "General", number_id: int = 164, since_1904: bool = False
) -> str:
    """Text of one cell. `number_id` is the id of a format that comes with the program.

    `since_1904`: days count from 1904, as old Macs had it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        value = _serial(value)
    elif since_1904 and isinstance(value, (int, float)) and _is_day(number_format):
        value += 1462
    if isinstance(value, (int, float)):
        if number_id in _SYSTEM_DATES and is_day(exact(value)):
            return iso(exact(value), with_time=False)
        if number_id == 22 and is_day(exact(value)):
            return iso(exact(value), with_time=True)
        return number_text(value, "h:mm:ss" if number_id in _SYSTEM_TIMES else number_format)
    return _text(str(value), number_format)


@lru_cache(1 << 14)
def number_text(value: float, number_format: str) -> str:
    """A number under a format such as `#,##0.00`, `0.0%`, `[$€-407] #,##0;(#,##0)`."""
    if number_format == "General" or (isinstance(value, float) and value - value != 0):
        return general(value)
    number = exact(value)
    section, sign = _section(number, number_sections(number_format))
    if section is None:
        return ""
    if section.is_date:
        return _tidy(date_text(number, section)) if is_day(number) else general(value)
    return _tidy(("-" if sign else "") + figures(abs(number), section))


def _section(number: Decimal, parts: tuple[Section, ...]) -> tuple[Section | None, bool]:
    """The section for a number, and whether a minus sign stands before it."""
    first = parts[0]
    negative = number < 0
    if len(parts) == 1:
        holds = first.condition is None or first.condition.holds(number)
        return (first if holds else sections("General")[0]), negative
    conditions = [part.condition for part in parts[:2]]
    if any(conditions):
        if first.condition is not None and first.condition.holds(number):
            return first, negative and not _only_negative(first)
        if first.condition is None and number > 0:
            return first, False
        second = parts[1]
        if second.condition is None and len(parts) == 2:
            rest = first.condition is not None and _all_but_negative(first)
            return second, negative and not rest
        if second.condition is None and not negative:
            return parts[2], False
        if second.condition is None or second.condition.holds(number):
            return second, negative and second.condition is not None and not _only_negative(second)
        return (parts[2] if len(parts) > 2 else sections("General")[0]), negative
    if negative:
        return parts[1], False  # the second section brings its own sign
    return (parts[2] if number == 0 and len(parts) > 2 else first), False


def _only_negative(section: Section) -> bool:
    condition = section.condition
    return condition is not None and condition.sign in ("<", "<=") and condition.bound <= 0


def _all_but_negative(section: Section) -> bool:
    condition = section.condition
    return condition is not None and condition.sign in (">", ">=") and condition.bound == 0


def _is_day(number_format: str) -> bool:
    """A date, and not time that has elapsed."""
    section = sections(number_format)[0]
    return section.is_date and not any(token.text[0] == "[" for token in section.tokens)


def _text(value: str, number_format: str) -> str:
    """Words under the section for words, which is the fourth one, or one with an @."""
    if number_format in ("General", "@"):
        return value
    parts = sections(number_format)
    section = parts[3] if len(parts) == 4 else next((p for p in parts if p.is_text), None)
    if section is None:
        return value
    return "".join(value if token.kind == "at" else token.text for token in section.tokens).strip()


def _serial(value: datetime.date | datetime.time | datetime.timedelta) -> float:
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(1)
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(_EPOCH, value.replace(tzinfo=None))
    elif not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    return (value.replace(tzinfo=None) - _EPOCH) / datetime.timedelta(1)


def _tidy(text: str) -> str:
    return " ".join(text.split())
