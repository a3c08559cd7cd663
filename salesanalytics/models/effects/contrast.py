"""The comparison itself: how much more the treated changed than the untreated, as a difference or as a ratio.

In: sums over the treated and over the untreated, a column per period; many rows at once, so that other choices of who is
treated cost little. Out: one number per row. A *difference* is that of means per unit. A *ratio* is a Poisson regression of
the outcome on unit, period, the treated's own line and their being treated (its logarithm): what sales need, where a season
or a growing business moves everybody by the same share and not by the same amount. With the unit and period effects profiled
out it is a weighted logistic regression of the treated's share of each period's sum (Silva and Tenreyro 2006 on why it is
right for sums that are no counts).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from salesanalytics.base.types import Floats, Ints

Scale = Literal["difference", "ratio"]
STEPS = 25
ENOUGH = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """`used`: places of the periods looked at; `mark`: 1 for those in which the treated are treated; `time`: their places
    around the middle of those before. The treated's own trend is continued with `weight`: 0 lets it aside, 1 takes it as it
    was. `blur`: how far what is left of it may move the contrast (standard deviation).
    """

    used: Ints
    mark: Floats
    time: Floats
    scale: Scale
    weight: float = 0.0
    blur: float = 0.0

    @property
    def after(self) -> Ints:
        """Places of the periods in which the treated are treated."""
        return self.used[self.mark > 0]

    def __call__(self, treated: Floats, untreated: Floats, n_treated: Floats, n_untreated: Floats) -> Floats:
        """The contrast of each row of sums (rows, all periods), from so many units; NaN where a side has nothing to compare.

        Of strata (rows, strata, all periods), from so many units of each (rows, strata): what they have in common.
        """
        if treated.ndim == 3:
            return self._within(treated[..., self.used], untreated[..., self.used], n_treated, n_untreated)
        sides = treated[:, self.used], untreated[:, self.used]
        found = np.zeros(len(treated))
        for trend, weight in ((False, 1 - self.weight), (True, self.weight)):
            if weight:
                found = found + weight * self._one(*sides, n_treated, n_untreated, trend=trend)
        return np.asarray(found)

    def _one(self, treated: Floats, untreated: Floats, n_treated: Floats, n_untreated: Floats, *, trend: bool) -> Floats:
        columns = [np.ones(len(self.used)), *([self.time] if trend else []), self.mark]
        design = np.column_stack(columns)
        if self.scale == "ratio":
            return _log_ratio(treated, untreated, design)
        weights = np.linalg.pinv(design)[-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((treated @ weights) / n_treated - (untreated @ weights) / n_untreated)

    def _within(self, treated: Floats, untreated: Floats, n_treated: Floats, n_untreated: Floats) -> Floats:
        """Each stratum's own contrast by how much it tells, as effects of strata and their periods in a regression would."""
        mark = self.mark > 0
        if self.scale == "ratio":
            halves = [[side[..., at].sum(axis=-1) for at in (~mark, mark)] for side in (treated, untreated)]
            return _log_ratio_within(*(np.stack(half, axis=-1) for half in halves))
        change = np.where(mark, 1 / mark.sum(), -1 / (~mark).sum())
        tells = n_treated * n_untreated / np.maximum(n_treated + n_untreated, 1)
        apart = treated @ change / np.maximum(n_treated, 1) - untreated @ change / np.maximum(n_untreated, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((tells * apart).sum(axis=1) / tells.sum(axis=1))


def _log_ratio_within(treated: Floats, untreated: Floats) -> Floats:
    """The ratio that strata (rows, strata, before and after) have in common: Newton's steps, each stratum's level solved for.

    A stratum in which a side has nothing before or after does not count.
    """
    there = np.asarray((np.minimum(treated, untreated) > 0).all(axis=-1, keepdims=True), dtype=np.bool_)
    both = np.where(there, treated + untreated, 0.0)
    both /= np.maximum(both.sum(axis=(1, 2), keepdims=True), 1e-300)
    share = np.where(there, treated, 1.0) / np.where(there, treated + untreated, 2.0)
    level = np.log(share / (1 - share)).mean(axis=-1)
    found = np.zeros(len(level))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(level[..., None] + np.array([0.0, 1.0]) * found[:, None, None], -30, 30)))
        slope, bend = both * (share - chance), both * chance * (1 - chance)
        own, whole = np.where(there[..., 0], bend.sum(axis=-1), 1.0), bend[..., 1]
        curve = (whole - whole**2 / own).sum(axis=1) + 1e-300
        step = np.clip((slope[..., 1] - whole / own * slope.sum(axis=-1)).sum(axis=1) / curve, -2, 2)
        found = found + step
        level = level + np.clip((slope.sum(axis=-1) - whole * step[:, None]) / own, -2, 2)
        if np.abs(step).max() < ENOUGH:
            break
    return np.asarray(np.where(there[..., 0].any(axis=1), found, np.nan))


def _log_ratio(treated: Floats, untreated: Floats, design: Floats) -> Floats:
    """Newton's steps for all rows at once."""
    both = treated + untreated
    mark = design[:, -1] > 0
    usable = np.ones(len(both), dtype=np.bool_)
    for side in (treated, untreated):
        usable &= (side[:, mark].sum(axis=1) > 0) & (side[:, ~mark].sum(axis=1) > 0)
    found = np.full(len(both), np.nan)
    if not usable.any():
        return found
    share, weight = treated[usable].sum(axis=1) / both[usable].sum(axis=1), both[usable]
    scaled = weight / weight.sum(axis=1, keepdims=True)
    part = treated[usable] / weight.sum(axis=1, keepdims=True)
    beta = np.zeros((len(share), design.shape[1]))
    beta[:, 0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(beta @ design.T, -30, 30)))
        slope = (part - scaled * chance) @ design
        bend = np.einsum("bt,ti,tj->bij", scaled * chance * (1 - chance), design, design)
        step = np.linalg.solve(bend + 1e-12 * np.eye(bend.shape[1]), slope[:, :, None])[:, :, 0]
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < ENOUGH:
            break
    found[usable] = beta[:, -1]
    return found


def contrast(before: Ints, after: Ints, scale: Scale) -> Contrast:
    """Of the periods `after` against those `before`."""
    used = np.concatenate([before, after])
    time = (used - float(before.mean())) / max(float(np.ptp(before)), 1.0)
    return Contrast(used, np.isin(used, after).astype(np.float64), time, scale)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What is compared, summed over what was chosen as one (a unit or a cluster): `sums` (groups, periods), `n` (groups,).

    `stratum` (groups,): 0, 1, …, within which the lot was drawn; missing where among all.
    """

    sums: Floats
    n: Floats
    stratum: Ints | None = None

    def compare(self, of: Contrast, chosen: Floats) -> Floats:
        """The contrast for each row of `chosen` (rows, groups): 1 where a group is treated, 0 where not, NaN where left out."""
        treated, untreated = (chosen == 1).astype(np.float64), (chosen == 0).astype(np.float64)
        if self.stratum is None:
            return of(treated @ self.sums, untreated @ self.sums, treated @ self.n, untreated @ self.n)
        places = [np.flatnonzero(self.stratum == at) for at in range(int(self.stratum.max()) + 1)]
        sums = (np.stack([side[:, at] @ self.sums[at] for at in places], axis=1) for side in (treated, untreated))
        n = (np.stack([side[:, at] @ self.n[at] for at in places], axis=1) for side in (treated, untreated))
        return of(*sums, *n)


def sums_of(outcome: Floats, group: Ints, stratum: Ints | None = None) -> Sums:
    """`Sums` of units (units, periods) by group 0, 1, …, each of which lies in one `stratum` (units,)."""
    count = int(group.max()) + 1
    sums = np.zeros((count, outcome.shape[1]))
    np.add.at(sums, group, outcome)
    own = None
    if stratum is not None:
        own = np.zeros(count, dtype=np.int64)
        own[group] = stratum
    return Sums(sums, np.bincount(group, minlength=count).astype(np.float64), own)
