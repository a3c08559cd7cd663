"""How far such forecasts were off before: ranges from the errors of earlier forecasts of the same and like series.

In: scaled errors of forecasts made at past origins, pooled over series. Out: half-widths in units of each series' scale. Split
conformal prediction (Vovk et al. 2005; Lei et al. 2018), weighted (Tibshirani et al. 2019): of past scores and a new one, that
one is below the score that has the stated share of all weight below it. Scores of histories as long as today's count most, and
sums over periods that overlap count together as one. No distribution is assumed unless there are too few scores.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
FEWEST_WINDOWS = 4  # what a rank of 80% needs
LEAST_SCORES = 39  # twice what a 95% range needs at least; below, a level of the hierarchy borrows from the next
LIKE = 0.3  # logarithm of a history's length: how far another length counts 60%
OWN, LEAST_OWN = 2.0, 0.05
"""A series' errors are held to be those of its level, as if it had shown so twice; one error is never taken as below 5%."""
PRIOR_WINDOWS, PRIOR_GROWTH = 2.0, 0.75
"""Sums over k periods are held to be off by one period's error × k^0.75 (between luck, ½, and all alike, 1), as if two were."""


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors of past forecasts: `scaled` has one row per series and origin and one column per period ahead (NaN: not known).

    error = (actual - forecast) ÷ scale of the series at that origin; `series` and `group` say whose they are, `back` from how
    many periods ago, `length` how many values were known. `single`: the errors of single periods where `scaled` are sums.
    """

    scaled: Values
    series: NDArray[np.object_]
    group: NDArray[np.object_]
    back: NDArray[np.int64]
    length: NDArray[np.int64]
    single: Values | None = None

    def of_group(self, group: str) -> "Errors":
        """The rows of one level of a hierarchy, and of the levels most like it until there are enough.

        Levels are alike in how many series they have: what averages out over many is gone in the company's total, what hits all
        is not, so the total learns from regions rather than from reps.
        """
        names, rows = np.unique(self.group.astype(str), return_counts=True)
        if not len(names):
            return self
        mine = rows[names == group].sum() or rows.max()
        nearest = np.argsort(np.abs(np.log(rows / mine)), kind="stable")
        enough = int(np.searchsorted(np.cumsum(rows[nearest]), LEAST_SCORES)) + 1
        return self.where(np.isin(self.group.astype(str), names[nearest][:enough]))

    def where(self, kept: NDArray[np.bool_]) -> "Errors":
        """Some of the rows."""
        single = None if self.single is None else self.single[kept]
        return Errors(self.scaled[kept], self.series[kept], self.group[kept], self.back[kept], self.length[kept], single)

    def added_up(self, skip: int = 0) -> "Errors":
        """The errors of the sums over 1, 2, 3 … periods from period `skip` + 1 ahead on: what a range for a year needs.

        Errors of the periods before are left out of the sums, so that they neither widen a range nor offset what comes later.
        """
        single = self.scaled[:, skip:]
        return replace(self, scaled=np.cumsum(single, axis=1), single=single)

    def in_own_units(self) -> "tuple[Errors, dict[str, float]]":
        """The errors in units of each series' own size, and that size by series (1: as its scale says).

        How large a series' errors were against its level's; in an origin's size its own error and those that overlap it have no
        part, as today's error has none in today's.
        """
        size = np.full(len(self.scaled), np.nan)
        filled = (~np.isnan(self.scaled)).any(axis=1)
        size[filled] = np.nanmean(np.abs(self.scaled[filled]), axis=1)
        row, today = np.ones(len(size)), {}
        for group in set(self.group):
            mine = filled & (self.group == group)
            usual = float(size[mine].mean()) if mine.any() else 0.0
            if usual <= 0 or len(set(self.series[mine])) < 2:  # by itself a series says nothing of how unlike others it is
                continue
            for name in set(self.series[mine]):
                places = np.flatnonzero(mine & (self.series == name))
                told = np.log(np.maximum(size[places] / usual, LEAST_OWN))
                near = np.abs(self.back[places, None] - self.back[None, places]) < self.scaled.shape[1]
                weight = 1 / near.sum(axis=1)
                row[places] = np.exp((~near * weight) @ told / ((~near * weight).sum(axis=1) + OWN))
                today[str(name)] = float(np.exp(weight @ told / (weight.sum() + OWN)))
        return replace(self, scaled=self.scaled / row[:, None]), today


def overlaps(back: NDArray[np.int64], window: int) -> Values:
    """How many of the windows that begin so many periods ago share a period with each, itself included."""
    return np.asarray((np.abs(back[:, None] - back[None, :]) < window).sum(axis=1), dtype="float64")


def half_widths(errors: Errors, horizon: int, level: float, length: int) -> Values:
    """Half-width per period ahead (sums: per number of periods) for a history of `length` values, in units of the scale.

    NaN: no score at all.
    Where a period has too few scores for `level`, those of its neighbours are taken in, nearest first; beyond the last period
    with scores the width grows with the square root of the periods, as a random walk's does.
    """
    scores, single = np.abs(errors.scaled), errors.single
    known = [at for at in range(min(horizon, scores.shape[1])) if (~np.isnan(scores[:, at])).any()] if scores.size else []
    if not known:
        return np.full(horizon, np.nan)
    like = np.exp(-0.5 * ((np.log(errors.length) - np.log(length)) / LIKE) ** 2)
    like = like / like.max() if like.max() > 0 else np.ones(len(like))
    scores, places = scores[:, : known[-1] + 1], range(known[-1] + 1)
    if single is None:
        widths = np.array([_of_period(scores, like, at, level) for at in places])
    else:
        widths = np.array([_of_sum(errors, scores, np.abs(single), like, at, level) for at in places])
    beyond = np.arange(known[-1] + 1, horizon)
    return np.asarray(np.r_[widths, widths[-1] * np.sqrt((beyond + 1) / (known[-1] + 1))])


def _of_period(scores: Values, like: Values, at: int, level: float) -> float:
    there = ~np.isnan(scores[:, at])
    if _windows(like[there]) < FEWEST_WINDOWS:  # neighbours within one window share its surprise
        near = scores[:, max(at - 1, 0) : at + 2] if there.any() else scores
        known = ~np.isnan(near)
        return _student(near[known], np.broadcast_to(like[:, None], near.shape)[known], level, max(int(there.sum()), 1))
    for reach in range(scores.shape[1]):
        near = scores[:, max(at - reach, 0) : at + reach + 1]
        known = ~np.isnan(near)
        weights = np.broadcast_to(like[:, None], near.shape)[known]
        found = _ranked(near[known], weights, level, _windows(weights))
        if found is not None:
            return found
    return _student(near[known], weights, level, _windows(weights))


def _of_sum(errors: Errors, scores: Values, single: Values, like: Values, at: int, level: float) -> float:
    there = ~np.isnan(scores[:, at])
    together = np.ones(len(scores))
    for name in set(errors.series[there]):
        mine = there & (errors.series == name)
        together[mine] = overlaps(errors.back[mine], at + 1)
    weights = like[there] / together[there]
    windows = float(weights.sum() ** 2 / (weights**2 * together[there]).sum()) if there.any() else 0.0
    found = _ranked(scores[there, at], weights, level, windows) if windows >= FEWEST_WINDOWS else None
    if found is not None:
        return found
    single = single[:, : at + 1]
    known = ~np.isnan(single)
    one = np.average(single[known] ** 2, weights=np.broadcast_to(like[:, None], single.shape)[known])
    usual = one * (at + 1) ** (2 * PRIOR_GROWTH)
    seen = np.average(scores[there, at] ** 2, weights=weights) if there.any() else usual
    n = windows + PRIOR_WINDOWS
    return _t(level, n) * float(np.sqrt((windows * seen + PRIOR_WINDOWS * usual) / n))


def _windows(weights: Values) -> float:
    """As how many equal ones such weights count (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def _ranked(scores: Values, weights: Values, level: float, windows: float) -> float | None:
    """The score with `level` of all weight up to it, the new one's weight among it; None: not even the largest."""
    order = np.argsort(scores, kind="stable")
    needed = level * float(weights.sum()) * (1 + 1 / windows)
    rank = int(np.searchsorted(np.cumsum(weights[order]), needed * (1 - 1e-9)))
    return float(scores[order[rank]]) if rank < len(scores) else None


def _student(scores: Values, weights: Values, level: float, windows: float) -> float:
    """With fewer scores than any rank needs: errors taken as normal, their size as known from so many `windows`."""
    return _t(level, windows) * float(np.sqrt(np.average(scores**2, weights=weights))) if len(scores) else float("nan")


def _t(level: float, freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, freedom))


def never_changed(n: int, level: float) -> float:
    """Half-width of a series that never changed: 0 where n equal values promise another with chance `level`, else NaN.

    n equal values and a new one, in any order as likely: the new one differs with chance 1 / (n + 1) at most.
    """
    return 0.0 if n / (n + 1) >= level else float("nan")
