"""How sure a mean is: 95% intervals by bootstrap over questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_AT_ONCE = 1_000_000  # drawn indices, 8 MB

Values = Sequence[float | None]
"""One measure for each question; None where it does not apply."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` questions (or a difference of two), and its 95% interval."""

    n: int
    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Rounded to six places, as summary.json has it."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def mean(values: Values) -> Estimate | None:
    """The mean where the measure applies; None if it does nowhere."""
    held = _array(values)
    n = int((~np.isnan(held)).sum())
    if not n:
        return None
    drawn = np.concatenate([_means(held[index]) for index in _resampled(len(held))])
    return _estimate(n, float(np.nanmean(held)), drawn)


def difference(first: Values, second: Values) -> Estimate | None:
    """Mean of `second` less mean of `first`; question by question they are resampled together."""
    a, b = _array(first), _array(second)
    n = int((~np.isnan(a) | ~np.isnan(b)).sum())
    if np.isnan(a).all() or np.isnan(b).all():
        return None
    drawn = np.concatenate([_means(b[at]) - _means(a[at]) for at in _resampled(len(a))])
    return _estimate(n, float(np.nanmean(b) - np.nanmean(a)), drawn)


def _array(values: Values) -> NDArray[np.float64]:
    return np.array([math.nan if value is None else value for value in values], np.float64)


def _resampled(n: int) -> list[NDArray[np.int64]]:
    """Indices of resampled questions, the same for every measure of so many questions."""
    draw = np.random.default_rng(0)
    rows = max(1, _AT_ONCE // max(n, 1))
    sizes = [min(rows, RESAMPLES - done) for done in range(0, RESAMPLES, rows)]
    return [draw.integers(0, n, (size, n)) for size in sizes]


def _means(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row means over what is a number; nan for a row without any."""
    held = ~np.isnan(drawn)
    count = held.sum(1)
    total = np.where(held, drawn, 0).sum(1)
    found = np.full(len(drawn), np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found


def _estimate(n: int, value: float, drawn: NDArray[np.float64]) -> Estimate:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(n, value, float(low), float(high))
