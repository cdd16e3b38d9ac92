"""Figures that stand in no quote because they are computed: 17.2 = 41.6 - 24.4.

A computation is written out in the claim ("41.6 - 24.4 = 17.2"), or said in words next to its
operands ("24.4 less than 41.6, a difference of 17.2"). Both operands must be figures of the same
claim, and the result must hold to its last printed digit. Nothing is evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import permutations, zip_longest
from operator import add, mul, sub, truediv

from docagent.grounding.figures import Figure, figures

_SIGNS = {"+": "+", "-": "-", "−": "-", "–": "-", "×": "*", "*": "*", "x": "*", "/": "/", "÷": "/"}
_OPERATORS = {"+": add, "-": sub, "*": mul, "/": truediv}
_BETWEEN = re.compile(r"^[\s($€£]*(?P<sign>[+\-−–×*x/÷=≈])[\s($€£]*$")
_MOST = 8  # figures of a claim that are combined with one another
# The words that say which sum is meant, English stems. In other languages it is written out.
_SAID = {
    "-": re.compile(
        r"\b(?:differ|less\b|fewer|more than|gap\b|minus|increas|decreas|declin|rise|rose|rais|fell"
        r"|fall|drop|grew|grow|gain|lower|higher|remain)",
        re.IGNORECASE,
    ),
    "+": re.compile(
        r"\b(?:sum\b|total|together|combin|altogether|in all\b|plus|add)", re.IGNORECASE
    ),
    "*": re.compile(r"\b(?:product\b|times\b|each\b|multipl|per\b|\d+%? of\b)", re.IGNORECASE),
    "/": re.compile(r"\b(?:ratio|times\b|average|per\b|each\b|divid|quotient)", re.IGNORECASE),
}
_SHARE = re.compile(r"\b(?:ratio|share|margin|proportion|of\b)", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:chang|increas|decreas|declin|rise|rose|fell|fall|drop|grew|grow|gain|lower|higher|up\b"
    r"|down\b|less\b|more\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Computation:
    """`result` follows from `operands`; `shown` is the equation as a reader checks it.

    `written` says that the claim holds the equation itself.
    """

    result: Figure
    operands: tuple[Figure, ...]
    shown: str
    written: bool


def computations(claim: str, absent: Sequence[Figure]) -> list[Computation]:
    """How the claim computes its `absent` figures, which no cited words hold, from the others.

    At most one computation a figure; those that do not hold are left out.
    """
    found = figures(claim)
    given = [figure for figure in found if figure not in absent]
    kept = {}
    for written in _written(claim, found):
        if written.result in absent and not set(written.operands) & set(absent):
            kept[written.result] = written
    for result in absent:
        # A single digit comes out of too many sums.
        if result in kept or not result.telling or len(found) > _MOST:
            continue
        said = next(_said(claim, result, given), None)
        if said:
            kept[result] = said
    return list(kept.values())


def _written(claim: str, found: list[Figure]) -> Iterator[Computation]:
    """Equations: runs of figures with a sign between each two, one of them an equals sign."""
    run: list[Figure] = []
    signs: list[str] = []
    for figure, after in zip_longest(found, found[1:]):
        run.append(figure)
        sign = _BETWEEN.match(claim[figure.end : after.start]) if after else None
        if sign:
            signs.append(sign["sign"].replace("≈", "="))
            continue
        if signs.count("=") == 1:
            yield from _equation(claim, run, signs)
        run, signs = [], []


def _equation(claim: str, run: list[Figure], signs: list[str]) -> Iterator[Computation]:
    at = signs.index("=")
    if at == 0:
        result, operands, between = run[0], run[1:], signs[1:]
    elif at == len(signs) - 1:
        result, operands, between = run[-1], run[:-1], signs[:-1]
    else:
        return
    # Several operands: only with one kind of sign, where no order of operations can be mistaken.
    kinds = {_SIGNS[sign] for sign in between}
    if len(kinds) != 1 or len(operands) < 2:
        return
    (kind,) = kinds
    if _holds(result, operands, kind) or (
        kind == "/" and len(operands) == 2 and _ratio_in_percent(result, operands)
    ):
        yield Computation(result, tuple(operands), claim[run[0].start : run[-1].end], True)


def _said(claim: str, result: Figure, others: Sequence[Figure]) -> Iterator[Computation]:
    """Computations of two other figures of the claim, of a kind that its words name."""
    printed = _printed(claim, result)
    for first, second in permutations(others, 2):
        pair, operands = (first, second), (_printed(claim, first), _printed(claim, second))
        if result.percent and not (first.percent or second.percent):
            if _CHANGE.search(claim) and _change(result, pair):
                a, b = operands
                yield Computation(result, pair, f"{printed} = ({a} - {b}) / {b}", False)
            if _SHARE.search(claim) and _ratio_in_percent(result, pair):
                yield Computation(result, pair, f"{printed} = {' / '.join(operands)}", False)
            continue
        for kind, words in _SAID.items():
            if words.search(claim) and _holds(result, list(pair), kind):
                shown = f" {'×' if kind == '*' else kind} ".join(operands)
                yield Computation(result, pair, f"{printed} = {shown}", False)


def _holds(result: Figure, operands: list[Figure], kind: str) -> bool:
    """Whether the arithmetic gives the result, by the scales as printed or without them."""
    scaled = _combine([figure.amount for figure in operands], kind)
    plain = _combine([figure.value for figure in operands], kind)
    per_cent = Decimal(1)
    if kind == "*" and not result.percent and sum(figure.percent for figure in operands) == 1:
        per_cent = Decimal("0.01")  # 10% of 50
    near = scaled is not None and abs(scaled * per_cent - result.amount) <= result.half
    # "41.6 - 24.4 = 17.2 million": the unit is named once.
    half = Decimal(5).scaleb(-result.decimals - 1)
    once = len({figure.scale for figure in [*operands, result]} - {0}) == 1
    return near or (
        once and kind in "+-" and plain is not None and abs(plain - result.value) <= half
    )


def _combine(values: list[Decimal], kind: str) -> Decimal | None:
    """None where it divides by nothing."""
    try:
        return reduce(_OPERATORS[kind], values)
    except ArithmeticError:
        return None


def _change(result: Figure, pair: tuple[Figure, Figure]) -> bool:
    """Percentage change from the second to the first; a fall is printed without its sign."""
    new, old = pair[0].amount, pair[1].amount
    return old != 0 and abs(abs(new - old) / old * 100 - result.value) <= result.half


def _ratio_in_percent(result: Figure, pair: Sequence[Figure]) -> bool:
    part, whole = pair[0].amount, pair[1].amount
    return result.percent and whole != 0 and abs(part / whole * 100 - result.value) <= result.half


def _printed(claim: str, figure: Figure) -> str:
    return claim[figure.start : figure.end]
