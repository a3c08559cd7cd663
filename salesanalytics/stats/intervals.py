"""Intervals for shares, means and ratios of small samples.

In: counts or one-dimensional arrays without missing values. Out: `(low, high)`, or None where the data cannot bound the number.
Randomness is seeded by the caller or fixed, so the same data always gives the same interval.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from salesanalytics.base.types import Floats

Interval = tuple[float, float] | None

RESAMPLES = 1999
SEED = 20_240_131


def share_interval(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share (Wilson 1927; recommended by Brown, Cai & DasGupta 2001)."""
    if n == 0:
        return None
    bounds = stats.binomtest(int(successes), int(n)).proportion_ci(level, method="wilson")
    return float(bounds.low), float(bounds.high)


def rate_interval(count: int, exposure: float, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a Poisson rate, such as leavers per person-year (Garwood 1936); `exposure` above 0."""
    tail = (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2 / exposure) if count else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2 / exposure)


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share with an effective n, which need not be whole but has to be above 0."""
    z = float(stats.norm.ppf((1 + level) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def mean_interval(values: Floats, level: float = 0.95) -> Interval:
    """Bootstrap-t interval of a mean (Efron 1981), which follows the skew of deal sizes and durations.

    For 3 to 7 values Cox's interval on logarithms where all are positive (Olsson 2005), else Student's. None for fewer values,
    or where all are the same.
    """
    n = len(values)
    if n < 3 or np.ptp(values) == 0:
        return None
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    tail, least = (1 - level) / 2, 0.0 if values.min() >= 0 else -np.inf  # a mean of amounts is an amount
    if n < 8 and values.min() > 0:
        return _log_interval(values, tail)
    if n < 8:
        half = float(stats.t.ppf(1 - tail, n - 1)) * error
        return max(mean - half, least), mean + half
    drawn = _resampled(values)
    errors = drawn.std(axis=1, ddof=1) / np.sqrt(n)
    usable = errors > 0
    scores = (drawn.mean(axis=1)[usable] - mean) / errors[usable]
    low, high = np.quantile(scores, [tail, 1 - tail])
    return max(mean - float(high) * error, least), mean - float(low) * error


def _log_interval(values: Floats, tail: float) -> tuple[float, float]:
    """Cox's interval of a log-normal mean, with Student's quantile; never below zero."""
    n, logs = len(values), np.log(values)
    spread = float(logs.var(ddof=1))
    middle = float(logs.mean()) + spread / 2
    half = float(stats.t.ppf(1 - tail, n - 1)) * np.sqrt(spread / n + spread**2 / (2 * (n - 1)))
    return float(np.exp(middle - half)), float(np.exp(middle + half))


def difference_interval(one: int, other: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of 100 × (share of `one` − share of `other`) of the same n answers: adjusted Wald (Bonett & Price 2012)."""
    p, q = (one + 0.75) / (n + 3), (other + 0.75) / (n + 3)
    half = float(stats.norm.ppf((1 + level) / 2)) * np.sqrt((p + q - (p - q) ** 2) / (n + 3))
    return max(100 * (p - q - half), -100.0), min(100 * (p - q + half), 100.0)


def weighted_share_interval(share: float, weights: Floats, level: float = 0.95) -> Interval:
    """Wilson's interval of a share by weight, with Kish's effective number of rows in place of n."""
    total = float(weights.sum())
    if total <= 0:
        return None
    return wilson(share, total**2 / float((weights**2).sum()), level)


def ratio_interval(errors: Floats, sizes: Floats, level: float = 0.95) -> Interval:
    """Interval of Σ errors / Σ sizes over independent groups: linearised, with Student's quantile (Cochran 1977, ch. 6)."""
    groups = len(sizes)
    if groups < 3 or sizes.sum() <= 0:
        return None
    ratio = float(errors.sum() / sizes.sum())
    spread = np.sqrt(groups / (groups - 1) * ((errors - ratio * sizes) ** 2).sum()) / sizes.sum()
    half = float(stats.t.ppf((1 + level) / 2, groups - 1) * spread)
    return ratio - half, ratio + half


def bootstrap_interval(n: int, statistic: Callable[[NDArray[np.intp]], float], level: float = 0.95) -> Interval:
    """Percentile interval of any number worked out from rows: `statistic` gets the row numbers drawn."""
    if n < 5:
        return None
    draw = np.random.default_rng(SEED)
    drawn = np.array([statistic(draw.integers(0, n, n)) for _ in range(499)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 400:
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _resampled(values: Floats) -> Floats:
    """Rows of resamples; large samples are drawn in fewer rows so that the matrix stays small."""
    n = len(values)
    rows = int(np.clip(4_000_000 // n, 199, RESAMPLES))
    draw = np.random.default_rng(SEED)
    drawn: Any = values[draw.integers(0, n, (rows, n))]
    return np.asarray(drawn, dtype=np.float64)
