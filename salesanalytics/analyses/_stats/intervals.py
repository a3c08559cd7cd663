"""Intervals for shares, means, medians, ratios and rates of small samples.

In: counts or one-dimensional arrays without missing values. Out: `(low, high)`, or None where the data cannot bound the number.
Randomness is seeded by the caller or fixed, so the same data always gives the same interval.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Interval = tuple[float, float] | None
RESAMPLES = 1999
SEED = 20_240_131


def share_interval(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share (Wilson 1927; recommended by Brown, Cai & DasGupta 2001)."""
    if n == 0:
        return None
    found = stats.binomtest(int(successes), int(n)).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def rate_interval(events: int, exposure: float, level: float = 0.95) -> Interval:
    """Exact Poisson interval of events per unit of exposure (Garwood 1936)."""
    if exposure <= 0:
        return None
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return float(low / exposure), float(stats.chi2.ppf(1 - tail, 2 * events + 2) / 2 / exposure)


def mean_interval(values: Floats, level: float = 0.95) -> Interval:
    """Bootstrap-t interval of a mean (Efron 1981), which follows the skew of deal sizes and durations.

    Student's interval for 3 to 7 values; None for fewer, or where all values are the same.
    """
    n = len(values)
    if n < 3 or np.ptp(values) == 0:
        return None
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    tail = (1 - level) / 2
    if n < 8:
        half = float(stats.t.ppf(1 - tail, n - 1)) * error
        return mean - half, mean + half
    drawn = _resampled(values)
    errors = drawn.std(axis=1, ddof=1) / np.sqrt(n)
    usable = errors > 0
    scores = (drawn.mean(axis=1)[usable] - mean) / errors[usable]
    low, high = np.quantile(scores, [tail, 1 - tail])
    return mean - float(high) * error, mean - float(low) * error


def median_interval(values: Floats, level: float = 0.95) -> Interval:
    """Interval of a median by order statistics, free of any assumption on the shape."""
    n = len(values)
    rank = int(stats.binom.ppf((1 - level) / 2, n, 0.5)) if n else 0
    while rank > 0 and stats.binom.cdf(rank - 1, n, 0.5) > (1 - level) / 2:
        rank -= 1
    if rank == 0:
        return None
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def bootstrap_interval(n: int, statistic: Callable[[NDArray[np.intp]], float], level: float = 0.95) -> Interval:
    """Percentile interval of any number worked out from rows: `statistic` gets the row numbers drawn."""
    if n < 5:
        return None
    draw = np.random.default_rng(SEED)
    found = np.array([statistic(draw.integers(0, n, n)) for _ in range(499)])
    found = found[np.isfinite(found)]
    if len(found) < 400:
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def _resampled(values: Floats) -> Floats:
    """Rows of resamples; large samples are drawn in fewer rows so that the matrix stays small."""
    n = len(values)
    rows = int(np.clip(4_000_000 // n, 199, RESAMPLES))
    draw = np.random.default_rng(SEED)
    drawn: Any = values[draw.integers(0, n, (rows, n))]
    return np.asarray(drawn, dtype=np.float64)
