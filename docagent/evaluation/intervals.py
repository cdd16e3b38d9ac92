"""How sure a mean is: 95% intervals by bootstrap over questions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_INDICES_AT_ONCE = 1_000_000  # 8 MB

Floats = NDArray[np.float64]
Values = Sequence[float | None]
"""One metric for each question; None where it does not apply."""


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
    """The mean where the metric applies; None if it applies nowhere."""
    x = np.array(values, np.float64)
    n = int(np.count_nonzero(~np.isnan(x)))
    if not n:
        return None
    return _estimate(n, float(np.nanmean(x)), len(x), lambda sample: _row_means(x[sample]))


def difference(first: Values, second: Values) -> Estimate | None:
    """Mean of `second` less mean of `first`; question by question they are resampled together."""
    a, b = np.array(first, np.float64), np.array(second, np.float64)
    if np.isnan(a).all() or np.isnan(b).all():
        return None
    n = int(np.count_nonzero(~np.isnan(a) | ~np.isnan(b)))
    value = float(np.nanmean(b) - np.nanmean(a))
    return _estimate(n, value, len(a), lambda sample: _row_means(b[sample]) - _row_means(a[sample]))


def _estimate(
    n: int, value: float, size: int, statistic: Callable[[NDArray[np.int64]], Floats]
) -> Estimate:
    """Resamples the same questions for every metric of so many of them."""
    generator = np.random.default_rng(0)
    rows = max(1, _INDICES_AT_ONCE // size)
    means = [
        statistic(generator.integers(0, size, (min(rows, RESAMPLES - done), size)))
        for done in range(0, RESAMPLES, rows)
    ]
    low, high = np.nanpercentile(np.concatenate(means), [2.5, 97.5])
    return Estimate(n, value, float(low), float(high))


def _row_means(rows: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row without any number is nan
        means: Floats = np.nanmean(rows, axis=1)
    return means
