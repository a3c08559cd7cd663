"""Which groups end more or less often than all others by a given time, where some have not been followed for so long.

In: one row per thing that waits (a lead, say): its group, how long it has waited, whether that wait has ended. Out: a p-value
per group of "by then as many have ended as among all others", good for all groups looked at together. Nothing is taken to be
normal.
"""

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.stats.draws import draws_at_once

DRAWS = 1999


def apart(group: Ints, waited: Floats, ended: Flags, within: float, tested: Ints, seed: int = 0) -> Floats:
    """p-values of the groups `tested` (numbers as in `group`, which counts from 0), each held against all other rows.

    Compared are the logarithms of the cumulative hazards at `within` (Nelson 1972; Klein et al. 2007), so that young rows count
    for the time they were followed, and groups that only end sooner are alike. If groups are alike, an end falls to a group
    with the chance of its part of the rows that could have ended then: the differences, each by its own error (Neuhaus 1993),
    are held against 1,999 such draws. The p-values are stepped down over the groups by the smallest one of each draw (Westfall
    & Young 1993), which is Holm's method with the groups' dependence known. Missing where a group has no other rows beside it,
    or nothing has ended.
    """
    p = np.full(len(tested), np.nan)
    if not len(tested) or not (ended & (waited <= within)).any():
        return p
    risk, ended_in = _at_risk(group, waited, ended, within)
    seen = _scores(ended_in[None, :], risk, tested)[0]
    there = np.isfinite(seen)
    if there.any():
        p[there] = _stepped_down(seen[there], _drawn(risk, tested[there], seed))
    return p


def _at_risk(group: Ints, waited: Floats, ended: Flags, within: float) -> tuple[Floats, Ints]:
    """For each end up to `within`: how many rows of each group could have ended then, and in which group it did."""
    counts = np.flatnonzero(ended & (waited <= within))
    risk = np.empty((len(counts), int(group.max()) + 1))
    for at in range(risk.shape[1]):
        own = np.sort(waited[group == at])
        risk[:, at] = len(own) - np.searchsorted(own, waited[counts], side="left")
    return risk, group[counts]


def _scores(ended_in: Ints, risk: Floats, tested: Ints) -> Floats:
    """Difference by error of each tested group and all others, one row per way (row of `ended_in`) the ends fell to groups."""
    columns = []
    for group in tested:
        mine, rest = _weights(risk[:, group]), _weights(risk.sum(axis=1) - risk[:, group])
        sums = (ended_in == group).astype("float64") @ np.column_stack([*mine, *rest])
        log, error = _log_hazard(sums[:, :2], mine)
        other, its_error = _log_hazard(np.column_stack(rest).sum(axis=0) - sums[:, 2:], rest)
        columns.append((log - other) / np.sqrt(error + its_error))
    return np.column_stack(columns)


def _weights(risk: Floats) -> tuple[Floats, Floats]:
    """What an end adds to the cumulative hazard and to its variance; nothing where no row was left that could end."""
    part = np.divide(1.0, risk, out=np.zeros_like(risk), where=risk > 0)
    return part, part**2


def _log_hazard(sums: Floats, weights: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Logarithm of the cumulative hazard and its variance, one per row of `sums`; half an end is added, as none has no log."""
    part = weights[0]
    usual = float(part[part > 0].mean()) if (part > 0).any() else np.nan
    hazard = sums[:, 0] + usual / 2
    return np.log(hazard), (sums[:, 1] + usual**2 / 2) / hazard**2


def _drawn(risk: Floats, tested: Ints, seed: int) -> Floats:
    """`_scores` of draws in which each end falls to a group with the chance of its part of the rows at risk."""
    draw, rows = np.random.default_rng(seed), draws_at_once(len(risk))
    upper = (risk / risk.sum(axis=1, keepdims=True)).cumsum(axis=1)
    parts = []
    for start in range(0, DRAWS, rows):
        place = draw.random((min(rows, DRAWS - start), len(risk)))
        ended_in = np.zeros(place.shape, dtype="int64")
        for at in range(risk.shape[1] - 1):
            ended_in += place >= upper[:, at]
        parts.append(_scores(ended_in, risk, tested))
    return np.concatenate(parts)


def _stepped_down(seen: Floats, drawn: Floats) -> Floats:
    """Adjusted p-values: of each group's own one among the smallest that the groups with no smaller one show in each draw."""
    own = _by_rank(np.vstack([seen, drawn]))
    order = np.argsort(own[0], kind="stable")
    smallest = np.minimum.accumulate(own[:, order[::-1]], axis=1)[:, ::-1]
    p = np.empty_like(seen)
    p[order] = np.maximum.accumulate((smallest <= own[0, order] + 1e-9).mean(axis=0))
    return p


def _by_rank(scores: Floats) -> Floats:
    """Two-sided p-value of each score among those of its column, whichever side of it is the longer one."""
    # rounded, because equal sums added in another order differ in the last digit and would be no ties
    lower = (stats.rankdata(scores.round(9), axis=0) - 0.5) / len(scores)
    return np.asarray(2 * np.minimum(lower, 1 - lower))
