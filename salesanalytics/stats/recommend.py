"""Points of recommendation (NPS): the change between two sets of answers, with its interval and its chance.

In: two splits of answers, each (for, neither, against). Out: the interval of the difference of points (100 × (for − against) ÷
all), put together from each one's own interval (Zou and Donner 2008), and the chance of one as large if both were alike (2,000
shuffles of who answered when; Good 2005).
"""

import numpy as np

from salesanalytics.stats.intervals import SEED, difference_interval

Split = tuple[int, int, int]
SHUFFLES = 1999


def points(split: Split) -> float:
    """Those for us less those against, of a hundred."""
    return 100.0 * (split[0] - split[2]) / sum(split)


def change_interval(now: Split, then: Split, level: float = 0.95) -> tuple[float, float]:
    """Interval of the points of `now` less those of `then`."""
    one, other = points(now), points(then)
    low, high = difference_interval(now[0], now[2], sum(now), level)
    least, most = difference_interval(then[0], then[2], sum(then), level)
    change = one - other
    below = np.hypot(one - low, most - other)
    above = np.hypot(high - one, other - least)
    return max(float(change - below), -200.0), min(float(change + above), 200.0)


def p_alike(now: Split, then: Split) -> float:
    """The chance of a change at least as large, either way, if the same people had answered at either time."""
    n, together = sum(now), np.add(now, then)
    drawn = np.random.default_rng(SEED).multivariate_hypergeometric(together, n, size=SHUFFLES)
    ours, theirs = drawn[:, 0] - drawn[:, 2], (together[0] - together[2]) - (drawn[:, 0] - drawn[:, 2])
    apart = np.abs(ours / n - theirs / sum(then))
    seen = abs(points(now) - points(then)) / 100
    return float((1 + (apart >= seen - 1e-12).sum()) / (SHUFFLES + 1))
