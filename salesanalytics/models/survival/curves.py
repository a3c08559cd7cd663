"""How many are still there after a time, and of which causes the others have left.

In: `Spells`. Out: `Curve` (Kaplan and Meier 1958) with log-log bands (Kalbfleisch and Prentice 2002, 1.4), numbers at risk and
median; `Incidence` (Aalen and Johansen 1978) by cause, with the delta-method variance (Marubini and Valsecchi 1995, 10.2.4).
lifelines counts who enters at a time as at risk at that time, and its Aalen–Johansen knows no late entry, so both are ours.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.survival.spells import STILL_THERE, Spells, at_risk, counts

Z = float(stats.norm.ppf(0.975))  # of all bands: 95%


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Steps of the share still there: at each `time` somebody left, `share` with its band, `at_risk` just before, `left` then.

    `last`: the longest time anybody was watched; beyond it the curve says nothing. `n`: stays, `ended`: of which ended.
    """

    time: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Ints
    left: Ints
    last: float
    n: int
    ended: int

    def at(self, time: float) -> tuple[float, float, float] | None:
        """Share still there after `time`, with its band; None where nobody was watched for so long."""
        if not self.n or time > self.last:
            return None
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        return (1.0, 1.0, 1.0) if place < 0 else (float(self.share[place]), float(self.low[place]), float(self.high[place]))

    @property
    def median(self) -> float | None:
        """The time after which half are gone; None where the curve does not come so low."""
        below = np.flatnonzero(self.share <= 0.5 + 1e-12)
        return float(self.time[below[0]]) if len(below) else None

    @property
    def median_between(self) -> float | None:
        """The median where time is counted in whole steps: on the straight line between the steps around it."""
        below = np.flatnonzero(self.share <= 0.5 + 1e-12)
        if not len(below):
            return None
        k = int(below[0])
        start, share = (0.0, 1.0) if k == 0 else (float(self.time[k - 1]), float(self.share[k - 1]))
        return start + (share - 0.5) / (share - float(self.share[k])) * (float(self.time[k]) - start)


def survival(rows: Spells, since: float = 0.0) -> Curve:
    """The share still there, of those who were at `since`: with late entry the first times may rest on very few."""
    rows = rows.where(rows.exit > since)
    told = counts(rows)
    keep = told.time > since
    time, risk, left = told.time[keep], told.at_risk[keep], told.left[keep]
    share = np.asarray(np.cumprod(1 - left / risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(left / (risk * (risk - left)))
        logs = np.log(share)
        half = Z * np.sqrt(greenwood) / np.abs(logs)
        low, high = share ** np.exp(half), share ** np.exp(-half)
    gone = share <= 0
    low, high = np.where(gone, 0.0, low), np.where(gone, np.nan, high)
    last = float(rows.exit.max()) if len(rows) else 0.0
    return Curve(time, share, low, high, risk, left, last, len(rows), int(left.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Chance of having left with one cause: after each `time` of any leaving, `share` with its band (log-log)."""

    cause: str
    time: Floats
    share: Floats
    low: Floats
    high: Floats
    left: int

    def at(self, time: float) -> tuple[float, float, float]:
        """Chance of having left with this cause by `time`, with its band."""
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        return (0.0, 0.0, 0.0) if place < 0 else (float(self.share[place]), float(self.low[place]), float(self.high[place]))


def incidences(rows: Spells) -> dict[str, Incidence]:
    """By cause, the chance of having left with it; the causes add up to all who left."""
    told = counts(rows)
    time, risk, left = told.time, told.at_risk.astype(np.float64), told.left.astype(np.float64)
    share = np.cumprod(1 - left / risk)
    before: Floats = np.concatenate([[1.0], share])[: len(share)]
    causes = sorted(set(rows.cause.tolist()) - {STILL_THERE})
    return {cause: _incidence(cause, rows, time, risk, left, before) for cause in causes}


def _incidence(cause: str, rows: Spells, time: Floats, risk: Floats, left: Floats, before: Floats) -> Incidence:
    place = np.searchsorted(time, rows.exit[rows.cause == cause])
    mine = np.bincount(place[place < len(time)], minlength=len(time)).astype(np.float64)
    share = np.cumsum(before * mine / risk)
    variance = np.array([_variance(share[: k + 1], risk, left, mine, before) for k in range(len(time))])
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = 1 - share
        half = Z * np.sqrt(variance) / (gone * np.abs(np.log(gone)))
        low, high = 1 - gone ** np.exp(-half), 1 - gone ** np.exp(half)
    known = (share > 0) & (share < 1)
    low, high = np.where(known, low, share), np.where(known, high, share)
    return Incidence(cause, time, share, low, high, int(mine.sum()))


def _variance(share: Floats, risk: Floats, left: Floats, mine: Floats, before: Floats) -> float:
    """Of the incidence at the last time of `share`, by the delta method."""
    k = len(share)
    n, d, own, s = risk[:k], left[:k], mine[:k], before[:k]
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = share[-1] - share
        first = np.where(n > d, rest**2 * d / (n * (n - d)), 0.0)
    return float((first + s**2 * own * (n - own) / n**3 - 2 * rest * s * own / n**2).sum())


def cumulative_hazard(rows: Spells, time: float) -> tuple[float, float]:
    """Nelson–Aalen's cumulative hazard by `time`, and its variance (Aalen 1978)."""
    told = counts(rows)
    until = told.time <= time
    risk, left = told.at_risk[until].astype(np.float64), told.left[until]
    return float((left / risk).sum()), float((left / risk**2).sum())


def numbers_at_risk(rows: Spells, times: Floats) -> Ints:
    """How many were still watched and there just after each of `times`, as printed under a curve."""
    return at_risk(rows, np.nextafter(times, np.inf))
