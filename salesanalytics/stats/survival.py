"""Waiting times of which some have not ended yet.

In: how long each has waited and whether it has ended. Out: a quantile of the waiting time (`waiting_time`), or the share that
has ended by a time (`share_ended`), each with its interval. Those still waiting count for as long as they have waited (Kaplan &
Meier 1958). It holds where who is still waiting is no sign of how long the wait will be.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats
from salesanalytics.stats.intervals import wilson


@dataclass(frozen=True, slots=True)
class Wait:
    """A quantile of a waiting time; infinite or None parts are not reached by the data."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    ended: int


def waiting_time(waited: Floats, ended: Flags, share: float = 0.5, level: float = 0.95) -> Wait:
    """The time by which `share` of all have ended.

    The interval comes from the log-log band of the survival curve (Brookmeyer & Crowley 1982).
    """
    n, done = len(waited), int(ended.sum())
    if done == 0:
        return Wait(None, None, None, n, 0)
    curve = stats.ecdf(stats.CensoredData.right_censored(waited, ~ended)).sf
    with warnings.catch_warnings():
        # where the curve is 1 or 0 the band has no width to speak of, and scipy says so; such points are left open below
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        # two curves; the stubs take them for numbers
        band: Any = curve.confidence_interval(level, method="log-log") if n > 1 else None

    def reached(probabilities: Floats) -> float | None:
        below = np.flatnonzero(probabilities <= 1 - share + 1e-12)
        return float(curve.quantiles[below[0]]) if len(below) else None

    low = high = None
    if band is not None:
        low, high = (reached(np.nan_to_num(edge.probabilities, nan=1.0)) for edge in (band.low, band.high))
    value = reached(curve.probabilities)
    return Wait(value, low, high if high is None or math.isfinite(high) else None, n, done)


def share_ended(waited: Floats, ended: Flags, within: float, level: float = 0.95) -> tuple[float, float, float]:
    """Share (0..1) that has ended after `within`, with the low and high end of its interval (Wilson's); at least one row."""
    share, n = share_and_n(waited, ended, within)
    return share, *wilson(share, n, level)


def share_and_n(waited: Floats, ended: Flags, within: float) -> tuple[float, float]:
    """Share (0..1) that has ended after `within`, and the rows it is worth; at least one row.

    These are the rows that would have Greenwood's variance if all had been followed to the end (Rothman 1978). Where nothing
    has ended, rows count by the part of `within` for which they have been followed.
    """
    times, ends = np.unique(waited[ended & (waited <= within)], return_counts=True)
    followed = np.minimum(waited, within)
    risk = len(followed) - np.searchsorted(np.sort(followed), times, side="left")
    going, left = float(np.prod(1 - ends / risk)), risk > ends
    share, variance = 1 - going, going**2 * float((ends[left] / (risk[left] * (risk[left] - ends[left]))).sum())
    if variance > 0:
        return share, share * (1 - share) / variance
    return share, max(float(len(waited) if len(times) else (followed / within).clip(0, 1).sum()), 0.5)
