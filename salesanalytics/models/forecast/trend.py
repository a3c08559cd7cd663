"""A trend and a season that multiply: what a growing or shrinking series does when nothing but its logarithm is straight.

In: the values of one series, none below 0. Out: fitted values and the forecast. A quasi-Poisson regression on time and a few
harmonics of the season, so that zeros need no care; old seasons count less; trend and season are drawn to none, as far as the
values scatter. Knows nothing of other series.
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
HALF_LIFE = 3.0  # seasons after which a value counts half
TREND, SEASON = 0.15, 0.35  # before looking: sd of the growth a season, and of the first harmonic (logarithms)
HARMONICS = 6
ROUNDS = 8
FURTHEST = 6.0  # logarithms from the mean; no step goes beyond


def log_trend(y: Values, horizon: int, season_length: int) -> tuple[Values, Values] | None:
    """(forecast, fitted). None where there are no two seasons, values below 0, or nothing but zeros."""
    n = len(y)
    if n < 2 * season_length or season_length < 2 or y.min() < 0 or not y.any():
        return None
    size = float(y.mean())
    past, ahead = _design(np.arange(1 - n, 1), season_length), _design(np.arange(1, horizon + 1), season_length)
    weights = np.asarray(0.5 ** (-past[:, 1] / HALF_LIFE))
    found = _fit(y / size, past, weights, _prior(past.shape[1]))
    return _mean(ahead, found) * size, _mean(past, found) * size


def _design(periods: NDArray[np.int64], season_length: int) -> Values:
    """One row per period: 1, seasons from now, and sine and cosine of each harmonic."""
    seasons = periods / season_length
    turns = 2 * np.pi * np.outer(seasons, np.arange(1, min(HARMONICS, season_length // 2) + 1))
    return np.asarray(np.column_stack([np.ones(len(periods)), seasons, np.sin(turns), np.cos(turns)]))


def _prior(columns: int) -> Values:
    """Precisions; higher harmonics are drawn more."""
    harmonics = np.arange(1, (columns - 2) // 2 + 1) / SEASON**2
    return np.asarray(np.r_[0.0, 1 / TREND**2, harmonics, harmonics])


def _fit(z: Values, design: Values, weights: Values, prior: Values) -> Values:
    """Penalised iteratively reweighted least squares; the dispersion is learned along the way."""
    found: Values = np.zeros(design.shape[1])
    found[0] = np.log(max(float(np.average(z, weights=weights)), 1e-6))
    dispersion = 0.1
    for _ in range(ROUNDS):
        mean = _mean(design, found)
        working = weights * mean / dispersion
        target = design @ found + (z - mean) / mean
        found[:] = np.linalg.solve(design.T @ (design * working[:, None]) + np.diag(prior), design.T @ (working * target))
        mean = _mean(design, found)
        dispersion = max(float((weights * (z - mean) ** 2 / mean).sum() / weights.sum()), 1e-4)
    return np.asarray(found)


def _mean(design: Values, found: Values) -> Values:
    return np.asarray(np.exp(np.clip(design @ found, -FURTHEST, FURTHEST)))
