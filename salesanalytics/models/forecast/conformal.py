"""How far such forecasts were off before: ranges from the errors of earlier forecasts of the same series.

In: scaled errors of forecasts made at past origins, pooled over series. Out: half-widths in units of each series' scale. Split
conformal prediction (Vovk et al. 2005; Lei et al. 2018): of n past scores and a new one, the new one is at most the
⌈(n + 1) × level⌉-th smallest with that chance, if it is like them. No distribution is assumed unless there are too few scores.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]
FEWEST_WINDOWS = 4  # what a rank of 80% needs
LEAST_SCORES = 39  # twice what a 95% range needs at least; below, a level of the hierarchy borrows from the next


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors of past forecasts: `scaled` has one row per series and origin and one column per period ahead (NaN: not known).

    error = (actual - forecast) ÷ scale of the series at that origin; `series` and `group` say whose they are, `back` from
    how many periods ago.
    """

    scaled: Values
    series: NDArray[np.object_]
    group: NDArray[np.object_]
    back: NDArray[np.int64]

    def of_group(self, group: str) -> Values:
        """Scores (absolute scaled errors) of one level of a hierarchy, and of the levels most like it until there are enough.

        Levels are alike in how many series they have: what averages out over many is gone in the company's total, what hits all
        is not, so the total learns from regions rather than from reps.
        """
        names, rows = np.unique(self.group.astype(str), return_counts=True)
        if not len(names):
            return np.asarray(np.abs(self.scaled))
        mine = rows[names == group].sum() or rows.max()
        nearest = np.argsort(np.abs(np.log(rows / mine)), kind="stable")
        enough = int(np.searchsorted(np.cumsum(rows[nearest]), LEAST_SCORES)) + 1
        return np.asarray(np.abs(self.scaled[np.isin(self.group.astype(str), names[nearest][:enough])]))

    def added_up(self, skip: int = 0) -> "Errors":
        """The errors of the sums over 1, 2, 3 … periods from period `skip` + 1 ahead on: what a range for a year needs.

        Errors of the periods before are left out of the sums, so that they neither widen a range nor offset what comes later.
        """
        return Errors(np.cumsum(self.scaled[:, skip:], axis=1), self.series, self.group, self.back)


def half_widths(scores: Values, horizon: int, level: float) -> Values:
    """Half-width per period ahead, in units of the scale; `scores` as in `Errors.of_group`. NaN: no score at all.

    Where a period has too few scores for `level`, those of its neighbours are taken in, nearest first; beyond the last period
    with scores the width grows with the square root of the periods, as a random walk's does.
    """
    known = [at for at in range(min(horizon, scores.shape[1])) if (~np.isnan(scores[:, at])).any()] if scores.size else []
    if not known:
        return np.full(horizon, np.nan)
    widths = np.array([_width(scores[:, : known[-1] + 1], at, level) for at in range(known[-1] + 1)])
    beyond = np.arange(known[-1] + 1, horizon)
    return np.asarray(np.r_[widths, widths[-1] * np.sqrt((beyond + 1) / (known[-1] + 1))])


def _width(scores: Values, at: int, level: float) -> float:
    windows = int((~np.isnan(scores[:, at])).sum())
    if windows < FEWEST_WINDOWS:  # neighbours within one window share its surprise
        near = scores[:, max(at - 1, 0) : at + 2] if windows else scores
        return _student(near[~np.isnan(near)], level, max(windows, 1))
    for reach in range(scores.shape[1]):
        near = scores[:, max(at - reach, 0) : at + reach + 1]
        pooled = np.sort(near[~np.isnan(near)])
        rank = int(np.ceil((len(pooled) + 1) * level - 1e-9))
        if 0 < rank <= len(pooled):
            return float(pooled[rank - 1])
    return _student(pooled, level, len(pooled))


def _student(scores: Values, level: float, n: int) -> float:
    """With fewer scores than any rank needs: errors taken as normal, their size as known from `n` of them."""
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, n) * np.sqrt(np.mean(scores**2))) if len(scores) else float("nan")


def never_changed(n: int, level: float) -> float:
    """Half-width of a series that never changed: 0 where n equal values promise another with chance `level`, else NaN.

    n equal values and a new one, in any order as likely: the new one differs with chance 1 / (n + 1) at most.
    """
    return 0.0 if n / (n + 1) >= level else float("nan")


def skill(errors: "pd.DataFrame") -> "pd.Series[float]":
    """How the model did against the seasonal naive, by series: log ratio of their errors, shrunken towards all series'.

    `errors`: one row per series and origin (not overlapping): unique_id, model, naive (mean absolute errors). Few origins say
    little of one series, so what differs no more than chance explains is taken back (empirical Bayes, DerSimonian and Laird's
    moments); a series alone is judged by itself. Above 0: no skill.
    """
    usable = errors[(errors["naive"] > 0) & (errors["model"] > 0)]
    ratio = usable.assign(log=np.log((usable["model"] / usable["naive"]).to_numpy())).groupby("unique_id")["log"]
    mean, n = ratio.mean(), ratio.count()
    if len(mean) < 2:
        return mean
    own = ratio.var().dropna()
    noise = float(own.mean()) / n if len(own) else pd.Series(np.inf, index=mean.index)
    between = max(float(mean.var()) - float(noise.mean()), 0.0)
    weight = between / (between + noise) if between else 0.0 * n
    shrunken: pd.Series[float] = mean.mean() + weight * (mean - mean.mean())
    return shrunken
