"""Waiting times of which some have not ended yet.

In: how long each has waited and whether it has ended. Out: a quantile of the waiting time with its interval, where those still
waiting count for as long as they have waited (Kaplan & Meier 1958; interval by the log-log band of the survival curve,
Brookmeyer & Crowley 1982).
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True, slots=True)
class Wait:
    """A quantile of a waiting time; infinite or None parts are not reached by the data."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    ended: int


def waiting_time(waited: NDArray[np.float64], ended: NDArray[np.bool_], share: float = 0.5, level: float = 0.95) -> Wait:
    """The time by which `share` of all have ended."""
    n, done = len(waited), int(ended.sum())
    if done == 0:
        return Wait(None, None, None, n, 0)
    curve = stats.ecdf(stats.CensoredData.right_censored(waited, ~ended)).sf
    with warnings.catch_warnings():
        # where the curve is 1 or 0 the band has no width to speak of, and scipy says so; such points are left open below
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        # two curves; the stubs take them for numbers
        band: Any = curve.confidence_interval(level, method="log-log") if n > 1 else None

    def reached(probabilities: NDArray[np.float64]) -> float | None:
        below = np.flatnonzero(probabilities <= 1 - share + 1e-12)
        return float(curve.quantiles[below[0]]) if len(below) else None

    low = high = None
    if band is not None:
        low, high = (reached(np.nan_to_num(edge.probabilities, nan=1.0)) for edge in (band.low, band.high))
    value = reached(curve.probabilities)
    return Wait(value, low, high if high is None or math.isfinite(high) else None, n, done)
