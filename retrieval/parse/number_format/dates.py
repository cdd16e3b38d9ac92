"""Dates and times under one section of a number format."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal

from retrieval.parse.number_format.sections import Section, Token

_DAY = 86_400
_LAST = 2_958_466  # the day after 9999-12-31
_MONTHS = {
    0: "January February March April May June July August September October November December",
    7: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    10: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    12: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    16: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    19: "januari februari maart april mei juni juli augustus september oktober november december",
    22: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    4: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    17: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
}
_WEEK = {  # from Monday
    0: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    7: "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    10: "lunes martes miércoles jueves viernes sábado domingo",
    12: "lundi mardi mercredi jeudi vendredi samedi dimanche",
    16: "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    19: "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    22: "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    4: "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    17: "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
}
_SHORT_DAYS = {4: 1, 7: 2, 17: 1}  # letters; three elsewhere


def is_day(number: Decimal) -> bool:
    """Whether a number can be shown as a date."""
    return 0 <= number < _LAST


def date_text(number: Decimal, section: Section) -> str:
    """Days since 1899-12-30 as a date, a time, or time that has elapsed."""
    tokens = _with_minutes(section.tokens)
    places = 0
    for index, token in enumerate(tokens):
        if token.text[:1] == "s" or token.text.startswith("[s]"):
            places = _places(tokens, index)
    step = Decimal(1).scaleb(-places)
    seconds = (number * _DAY).quantize(step, rounding=ROUND_HALF_UP)
    day, time = divmod(seconds, _DAY)
    noon = any(token.text.upper() in ("AM/PM", "A/P", "上午/下午") for token in tokens)
    if section.system:
        return f"{_date(int(day)):%Y-%m-%d}" if section.system == "F800" else _clock(time)
    text, skip = "", False
    for index, token in enumerate(tokens):
        if token.kind == "date":
            text += _piece(token.text, int(day), time, seconds, noon, section.language)
        elif token.kind == "point" and _is_second(tokens, index - 1) and places:
            text += f"{time % 1:.{places}f}"[1:]
            skip = True
        elif not (token.kind == "digit" and skip):
            text, skip = text + token.text, False
    return text


def iso(number: Decimal, with_time: bool) -> str:
    """The day, and the time where the format has one or there is one."""
    seconds = int((number * _DAY).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    day, time = divmod(seconds, _DAY)
    return f"{_date(day):%Y-%m-%d}" + (f" {_clock(Decimal(time))[:5]}" if with_time else "")


def _with_minutes(tokens: tuple[Token, ...]) -> list[Token]:
    """ "m" beside hours or seconds is minutes, "n" here."""
    dates = [i for i, token in enumerate(tokens) if token.kind == "date" and token.text[0] != "A"]
    result = list(tokens)
    for place, index in enumerate(dates):
        text = tokens[index].text
        if text[0] != "m" or len(text) > 2:
            continue
        before = tokens[dates[place - 1]].text.strip("[") if place else ""
        behind = tokens[dates[place + 1]].text.strip("[") if place + 1 < len(dates) else ""
        if before[:1] == "h" or behind[:1] == "s":
            result[index] = Token("date", "n" * len(text))
    return result


def _is_second(tokens: list[Token], index: int) -> bool:
    return index >= 0 and tokens[index].text.lstrip("[")[:1] == "s"


def _places(tokens: list[Token], index: int) -> int:
    if index + 1 >= len(tokens) or tokens[index + 1].kind != "point":
        return 0
    count = 0
    while index + 2 + count < len(tokens) and tokens[index + 2 + count].text == "0":
        count += 1
    return min(count, 3)


def _date(day: int) -> datetime.date:
    """The programs count a 29 February 1900 that never was."""
    return datetime.date(1899, 12, 30 + (day < 60)) + datetime.timedelta(day)


def _clock(time: Decimal) -> str:
    whole = int(time)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _piece(text: str, day: int, time: Decimal, total: Decimal, noon: bool, language: int) -> str:
    whole, letter, width = int(time), text[0], len(text)
    hour = whole // 3600
    if letter == "[":
        unit = {"h": 3600, "m": 60, "s": 1}[text[1]]
        return str(int(total) // unit).zfill(width - 2)
    if letter in "Aa上" and "/" in text:
        first, _, second = text.partition("/")
        return second if hour >= 12 else first
    if letter == "h":
        return str((hour + 11) % 12 + 1 if noon else hour).zfill(min(width, 2))
    if letter in "ns":
        return str(whole // 60 % 60 if letter == "n" else whole % 60).zfill(min(width, 2))
    return _calendar(letter, width, day, language)


def _calendar(letter: str, width: int, day: int, language: int) -> str:
    date = _date(max(day, 1))  # a cell of 0 is "the 0th of January 1900"
    if letter in "yeb":
        year = date.year + (543 if letter == "b" else 0)
        return f"{year % 100:02d}" if width < 3 and letter != "e" else f"{year:04d}"
    if letter == "m":
        name = _MONTHS.get(language, _MONTHS[0]).split()[date.month - 1]
        names = {3: name[:3] if name.isalpha() else name, 4: name, 5: name[:1]}
        return names.get(width, name) if width > 2 else str(date.month).zfill(width)
    name = _WEEK.get(language, _WEEK[0]).split()[(day - 2) % 7]
    if letter == "a":
        name = _WEEK.get(language, _WEEK[4]).split()[(day - 2) % 7]
        return name if width > 3 else name[-1] if language != 17 else name[0]
    if letter == "d":
        short = name[: _SHORT_DAYS.get(language, 3)] if language != 4 else "周" + name[-1]
        shown = 0 if day == 0 else 29 if day == 60 else date.day
        return {3: short, 4: name}.get(width, name) if width > 2 else str(shown).zfill(width)
    return ""
