"""Accounts that go into the common pool are given a rep each.

In: an `AssignmentProblem`, the ways of its accounts, and an assignment with POOL for some. Out: one with none, at the
same cost, within the limits where one was found, else with little outside them. Deterministic: ties by the order of ids.
"""

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.territory.problem import AssignmentProblem
from salesanalytics.models.territory.repair import LEAST, move, outside, violation
from salesanalytics.models.territory.ways import POOL, Ways

STEPS = 1000


def placed(of: AssignmentProblem, over: Ways, who: Ints) -> Ints:
    """`who` with a rep for each account in the POOL: largest first to whom most is lacking, then moves and exchanges."""
    if not (who == POOL).any():
        return who
    best, least = who, np.inf
    for start in (_heavier(of, over, who), who):
        full = _filled(of, over, start)
        left = float(violation(of, of.loads(full)).sum())
        if left < least:
            best, least = full, left
        if of.holds(best):
            break
    return best


def _heavier(of: AssignmentProblem, over: Ways, who: Ints) -> Ints:
    """As many accounts of each rep and cost go into the pool, but those with most work: more room for the same cost."""
    rows = np.flatnonzero(~np.isnan(over.pooled) & ((who == POOL) | (who == over.first)))
    costs = np.unique(over.pooled - of.cost[np.arange(len(who)), over.first], return_inverse=True)[1]
    kind = over.first[rows] * (costs.max() + 1) + costs[rows]
    order = np.lexsort((-of.workload[rows], kind))
    kinds, start, size = np.unique(kind[order], return_index=True, return_counts=True)
    rank = np.arange(len(rows)) - np.repeat(start, size)
    goes = np.bincount(np.searchsorted(kinds, kind[who[rows] == POOL]), minlength=len(kinds))
    found = who.copy()
    found[rows[order]] = np.where(rank < np.repeat(goes, size), POOL, over.first[rows[order]])
    return found


def _filled(of: AssignmentProblem, over: Ways, who: Ints) -> Ints:
    rows = np.flatnonzero(who == POOL)
    may = of.allowed[rows] & (of.cost[rows] == over.pooled[rows][:, None])
    who, loads = who.copy(), of.loads(who)
    for at in np.argsort(-of.workload[rows], kind="stable"):
        lacking = np.where(may[at], of.low - loads, -np.inf)
        room = lacking if lacking.max() > 0 else np.where(may[at], of.high - loads, -np.inf)
        who[rows[at]] = room.argmax()
        loads[who[rows[at]]] += of.workload[rows[at]]
    for _ in range(STEPS):
        if not violation(of, loads).any() or not _eased(of, who, loads, rows, may):
            break
    return who


def _eased(of: AssignmentProblem, who: Ints, loads: Floats, rows: Ints, may: Flags) -> bool:
    """The move or exchange among `rows` that takes off most violation (squared: rather many a little out than one far)."""
    reps, work, at = np.arange(len(loads)), of.workload[rows], who[rows]
    now = outside(of, loads, reps) ** 2
    gone = now[at] - outside(of, loads[at] - work, at) ** 2
    moved = gone[:, None] + now - outside(of, loads + work[:, None], np.broadcast_to(reps, may.shape)) ** 2
    moved = np.where(may & (reps != at[:, None]), moved, 0.0)
    bad = np.flatnonzero(violation(of, loads)[at] > 0)
    more = work - work[bad][:, None]  # what the rep of a bad row gains by an exchange
    here, there = np.broadcast_to(at[bad][:, None], more.shape), np.broadcast_to(at, more.shape)
    swapped = now[here] + now[there] - outside(of, loads[here] + more, here) ** 2 - outside(of, loads[there] - more, there) ** 2
    swapped = np.where(may[:, at[bad]].T & may[bad][:, at] & (here != there), swapped, 0.0)
    if max(moved.max(), swapped.max(initial=0.0)) <= LEAST:
        return False
    if moved.max() >= swapped.max(initial=0.0):
        one, rep = np.unravel_index(moved.argmax(), moved.shape)
        steps = [(int(rows[one]), int(rep))]
    else:
        one, other = np.unravel_index(swapped.argmax(), swapped.shape)
        steps = [(int(rows[bad[one]]), int(at[other])), (int(rows[other]), int(at[bad[one]]))]
    for row, to in steps:
        move(of, who, loads, row, to)
    return True
