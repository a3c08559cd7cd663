"""A second test beside other choices of the treated: the wild cluster bootstrap with the null imposed.

In: `Sums`, who is treated and a `Contrast`. Out: `Inferred`. What each group differs by from all together, had there been no
effect, keeps its size and gets another sign or weight; how often the t-statistic is then as large is the p-value (Cameron,
Gelbach and Miller 2008; Webb 2023 on weights for few groups). A difference is a regression and this its bootstrap; a ratio is
taken in steps of one around the null (Kline and Santos 2012). With few treated groups it hardly ever claims anything
(MacKinnon and Webb 2017), so it stands beside other choices and decides nothing.
"""

from collections.abc import Callable

import numpy as np

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.effects.contrast import Contrast, Sums
from salesanalytics.models.effects.inference import NODES, Inferred, edge, unknown, without

WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
SIGNS_FROM = 12  # groups from which signs alone take enough values
ALL = 8192  # ways to weight the groups up to which all are looked at
DRAWN = 3999
DOUBLINGS = 6
STEP = 1e-4  # of the sums, for a derivative


def weights_of(groups: int, seed: int) -> tuple[Floats, bool]:
    """Weights of the groups (ways, groups), and whether these are all there are: Webb's six below `SIGNS_FROM`, else signs."""
    values = WEBB if groups < SIGNS_FROM else np.array([-1.0, 1.0])
    if len(values) ** groups <= ALL:
        places = np.indices((len(values),) * groups).reshape(groups, -1).T
        return values[places], True
    return np.random.default_rng(seed).choice(values, (DRAWN, groups)), False


def wild(sums: Sums, treated: Flags, of: Contrast, level: float, seed: int) -> Inferred:
    """p-value and interval of the contrast; `choices`: the weightings looked at. NaN where a side has one group."""
    estimate = float(sums.compare(of, treated[None].astype(np.float64))[0])
    if min(int(treated.sum()), int((~treated).sum())) < 2 or not np.isfinite(estimate):
        return unknown(estimate)
    weights, every = weights_of(len(treated), seed)

    def p_of(effect: float) -> float:
        """Share of weightings whose t-statistic is as large as the one found, had the effect been this."""
        apart, size = _apart(without(sums, treated, of, effect), of)
        found = _t(apart[None], size, treated, of.blur)[0][0]
        rest, error = _t(weights * apart, size, treated, of.blur)
        luck = of.blur * NODES / error[:, None] if of.blur else np.zeros((1, 1))
        more = (np.abs(rest[:, None] + luck) >= abs(found) * (1 - 1e-9)).mean(axis=1)
        return float(more.mean() if every else (more.sum() + 1) / (len(more) + 1))

    apart, size = _apart(without(sums, treated, of, estimate), of)
    error = float(_t(apart[None], size, treated, of.blur)[1][0])
    low, high = (_end(p_of, estimate, side * error, 1 - level) for side in (-1.0, 1.0))
    return Inferred(estimate, low, high, p_of(0.0), error, float(len(treated) - 1), len(weights))


def _end(p_of: Callable[[float], float], estimate: float, step: float, wrong: float) -> float:
    """Where the p-value falls below `wrong`; infinite where it does not within many errors."""
    outside = estimate + 2 * step
    for _ in range(DOUBLINGS):
        if p_of(outside) <= wrong:
            break
        outside = estimate + 2 * (outside - estimate)
    return edge(p_of, estimate, outside, wrong)


def _apart(sums: Sums, of: Contrast) -> tuple[Floats, Floats]:
    """What each group adds to the contrast of all against all, and its share of them (groups,): the restricted residuals."""
    whole, n = sums.sums.sum(axis=0), float(sums.n.sum())
    rows, ones = np.tile(whole, (len(sums.n), 1)), np.full(len(sums.n), n)
    more, less = (of(rows + step * sums.sums, rows, ones + step * sums.n, ones) for step in (STEP, -STEP))
    used = sums.sums[:, of.used].sum(axis=1)
    size = used / used.sum() if of.scale == "ratio" else sums.n / n
    return (more - less) / (2 * STEP), size


def _t(apart: Floats, size: Floats, treated: Flags, blur: float) -> tuple[Floats, Floats]:
    """The t-statistic of each row of `apart` (rows, groups) and its error, clustered by group."""
    groups = len(treated)
    estimate, variance = np.zeros(len(apart)), np.zeros(len(apart))
    for sign, side in ((1.0, treated), (-1.0, ~treated)):
        own, share = apart[:, side], size[side].sum()
        mean = own.sum(axis=1) / share
        estimate += sign * mean
        variance += ((own - size[side] * mean[:, None]) ** 2).sum(axis=1) / share**2
    error = np.sqrt(variance * groups / (groups - 1) + blur**2)
    return estimate / np.maximum(error, 1e-300), error
