"""Figures under one section of a number format: decimals, thousands, masks, fractions, powers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from retrieval.parse.number_format.sections import Plain, Section, Token

_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # room for 1E+308
_MOST_DECIMALS = 30


def exact(value: float) -> Decimal:
    """The number as a spreadsheet takes it: by its first 15 figures."""
    return Decimal(value if isinstance(value, int) else f"{value:.15g}")


def general(value: float) -> str:
    """A number without a format: eleven characters, or all digits of a whole number."""
    number = exact(value)
    if not number.is_finite():
        return str(value)
    if abs(number) < Decimal("1E+15") and (
        number == number.to_integral_value() or abs(number) >= Decimal("1E+11")
    ):
        return str(int(_rounded(number, 0)))
    power = number.adjusted()
    if -5 < power <= 10:
        return _trimmed(_rounded(number, 9 - max(power, 0)))
    plain = _trimmed(_rounded(number, 12))
    if -10 < power < 0 and len(plain.lstrip("-")) <= 11:
        return plain
    mantissa = _trimmed(_rounded(number.scaleb(-power, _EXACT), 5))
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):02d}"


def figures(number: Decimal, section: Section) -> str:
    """A number that is not negative, under a section that is no date."""
    if plain := section.plain:
        return _plain(number, plain)
    tokens = section.tokens
    kinds = [token.kind for token in tokens]
    number = number.scaleb(2 * kinds.count("percent"), _EXACT)
    if section.general:
        return "".join(general(float(number)) if t.kind == "digit" else t.text for t in tokens)
    if "digit" not in kinds:
        return "".join(token.text for token in tokens)
    if "exponent" in kinds:
        return _scientific(number, tokens, kinds.index("exponent"))
    if "slash" in kinds and "digit" in kinds[: kinds.index("slash")]:
        return _fraction(number, tokens, kinds.index("slash"))
    return _decimal(number, tokens)


def _plain(number: Decimal, plain: Plain) -> str:
    number = _rounded(number, min(plain.places, _MOST_DECIMALS))
    whole, _, decimals = (f"{number:,f}" if plain.grouped else f"{number:f}").partition(".")
    whole = whole.zfill(plain.zeros) if whole != "0" else "0" * plain.zeros
    kept = decimals[: plain.places - plain.optional]
    kept += decimals[len(kept) :].rstrip("0")
    return f"{plain.before}{whole}{'.' if kept else ''}{kept}{plain.behind}"


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def _trimmed(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(number: Decimal, tokens: tuple[Token, ...]) -> str:
    point = next((i for i, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    whole, behind = list(tokens[:point]), list(tokens[point:])
    thousands = _scale(whole) + _scale(behind)
    places = min(sum(token.kind == "digit" for token in behind), _MOST_DECIMALS)
    number = _rounded(number.scaleb(-3 * thousands, _EXACT), places)
    digits, _, decimals = f"{number:f}".partition(".")
    return _mask(digits, whole) + _decimals(decimals, behind)


def _scale(tokens: list[Token]) -> int:
    """Commas behind the last digit divide by a thousand each; they are taken out."""
    last = max((i for i, token in enumerate(tokens) if token.kind == "digit"), default=None)
    count = 0
    if last is not None:
        while last + 1 < len(tokens) and tokens[last + 1].kind == "comma":
            del tokens[last + 1]
            count += 1
    return count


def _mask(digits: str, tokens: list[Token]) -> str:
    """Digits put into their places from the right, with what stands between the places."""
    digits = "" if digits == "0" else digits
    places = [i for i, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return "".join(token.text for token in tokens if token.kind != "comma") + digits
    mark = _grouping(tokens, places)
    pieces: list[str] = []
    left, seen = len(digits), 0
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.kind == "comma" or (mark and token.text == mark and index > places[0]):
            continue
        if token.kind != "digit":
            pieces.append(token.text)
            continue
        take = 1 if index != places[0] else max(left, 1)
        for _ in range(take):
            if left:
                left -= 1
                digit = digits[left]
            else:
                digit = {"0": "0", "?": " "}.get(token.text, "")
            if digit.strip() and mark and seen and seen % 3 == 0:
                pieces.append(mark)
            seen += bool(digit.strip())
            pieces.append(digit)
    return "".join(reversed(pieces))


def _grouping(tokens: list[Token], places: list[int]) -> str:
    """What parts thousands; Swiss formats are written with their apostrophe."""
    for token in tokens[places[0] : places[-1]]:
        if token.kind == "comma":
            return ","
        if token.text in ("'", "’"):
            return token.text
    return ""


def _decimals(digits: str, tokens: list[Token]) -> str:
    """Behind the point: "#" shows no zero at the end, "?" a space."""
    places = [token.text for token in tokens if token.kind == "digit"]
    kept = len(digits)
    while kept and digits[kept - 1] == "0" and places[kept - 1] != "0":
        kept -= 1
    text, place = "", 0
    for token in tokens:
        if token.kind == "digit":
            if place < kept:
                text += digits[place]
            elif token.text == "?":
                text += " "
            place += 1
        elif token.kind != "comma" and (kept or token.kind != "point" or not places):
            text += token.text  # "5" and not "5.", as Excel leaves it
    return text


def _scientific(number: Decimal, tokens: tuple[Token, ...], at: int) -> str:
    mantissa, rest = tokens[:at], tokens[at + 1 :]
    point = next((i for i, token in enumerate(mantissa) if token.kind == "point"), at)
    width = max(1, sum(token.kind == "digit" for token in mantissa[:point]))
    places = sum(token.kind == "digit" for token in mantissa[point:])
    power = 0
    for _ in range(2):  # rounding may give one figure more: 9.99 -> 10.0
        power = number.adjusted() if number else 0
        power -= power % width if width > 1 else 0
        scaled = _rounded(number.scaleb(-power, _EXACT), min(places, _MOST_DECIMALS))
        number = scaled.scaleb(power, _EXACT)
    sign = "-" if power < 0 else "+" if tokens[at].text[1] == "+" else ""
    digits = _mask(str(abs(power)), list(rest))
    return f"{_decimal(scaled, mantissa)}E{sign}{digits}"


def _fraction(number: Decimal, tokens: tuple[Token, ...], at: int) -> str:
    """`2 3/4`; the part above the line begins behind the last gap before it."""
    start = at
    while start and tokens[start - 1].kind == "digit":
        start -= 1
    while start == at and start:  # a space before the line
        start -= 1
    while start and tokens[start - 1].kind == "digit":
        start -= 1
    end = at + 1
    while end < len(tokens) and not _is_below(tokens[end]):
        end += 1
    stop = end
    while stop < len(tokens) and _is_below(tokens[stop]):
        stop += 1
    below = "".join(token.text for token in tokens[end:stop])
    head = tokens[:start]
    apart = any(token.kind == "digit" for token in head)
    whole = int(number) if apart else 0
    part = Fraction(number) - whole
    if below.isdecimal() and int(below):
        fraction = (int(part * int(below) + Fraction(1, 2)), int(below))
    else:
        near = part.limit_denominator(10 ** min(len(below), 5) - 1 or 1)
        fraction = near.numerator, near.denominator
    if apart and fraction[0] == fraction[1]:
        whole, fraction = whole + 1, (0, 1)
    tail = "".join(token.text for token in tokens[stop:])
    if apart and not fraction[0]:
        shown = _mask(str(whole), list(head))
        return (shown if shown.strip() else "0") + tail
    lead = _mask(str(whole), list(head)) if whole or not apart else ""
    if not whole and apart and any(token.text == "0" for token in head):
        lead = _mask("0", list(head))
    return f"{lead}{fraction[0]}/{fraction[1]}{tail}"


def _is_below(token: Token) -> bool:
    return token.kind == "digit" or (token.kind == "text" and token.text.isdecimal())
