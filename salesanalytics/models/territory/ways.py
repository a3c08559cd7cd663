"""The ways an account can go, with those that cost the same put together.

In: an `AssignmentProblem`. Out: `Ways`: the rep each account costs least with, every dearer rep one by one, and the dearest
ones, where several cost the same, as one way into a common pool from which each rep takes what it needs. A handover costs the
same to nearly every rep, so an account has one way instead of one per rep, and what is solved is a fiftieth in a team of 50.

The pool lets an account be split over reps, so its optimum is a lower bound of the true one, and the true one itself where each
account in it can be given to one rep. Forbidden reps keep an account out of the pool, which knows none.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.territory.problem import AssignmentProblem

POOL = -1


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """`first` (n,): the rep each account costs least with, the present one among equals; `pooled` (n,): what it costs by the
    pool, NaN where it cannot go there. `row`, `rep`, `cost`: one entry per other way: the account, where it goes (POOL for the
    pool), what that adds to the least cost.
    """

    first: Ints
    pooled: Floats
    row: Ints
    rep: Ints
    cost: Floats

    def only(self, keep: Flags) -> "Ways":
        """Those of `keep` (one flag per way)."""
        return Ways(self.first, self.pooled, self.row[keep], self.rep[keep], self.cost[keep])

    def taken(self, used: Floats) -> Ints:
        """Where each account goes by the most used of its ways (`used`: 0..1 per way, the rest is the first rep's)."""
        who = self.first.copy()
        most = 1.0 - np.bincount(self.row, used, minlength=len(who))
        for at in np.flatnonzero(used > 1e-9):
            if used[at] > most[self.row[at]]:
                who[self.row[at]], most[self.row[at]] = self.rep[at], used[at]
        return who


def ways(of: AssignmentProblem, *, pool: bool = True) -> Ways:
    """Every way that an assignment of `of` can use; without `pool` one for each rep."""
    rows = np.arange(len(of.workload))
    priced = np.where(of.allowed, of.cost, np.inf)
    least = priced.argmin(axis=1)
    stays = (of.present >= 0) & (priced[rows, of.present] == priced[rows, least])
    first = np.where(stays, of.present, least).astype(np.int64)
    other = of.allowed.copy()
    other[rows, first] = False
    dearest = np.where(other, of.cost, -np.inf).max(axis=1)
    alike = other & (of.cost == dearest[:, None])
    shared = of.allowed.all(axis=1) & (alike.sum(axis=1) > 1) & pool
    row, rep = np.nonzero(other & ~(alike & shared[:, None]))
    into = np.flatnonzero(shared)
    row, rep = np.concatenate([into, row]), np.concatenate([np.full(len(into), POOL), rep])
    pooled = np.where(shared, dearest, np.nan)
    cost = np.where(rep == POOL, pooled[row], of.cost[row, rep]) - of.cost[row, first[row]]
    return Ways(first, pooled, row, rep, cost)


def limits(of: AssignmentProblem, over: Ways) -> tuple[Any, Floats, Floats]:
    """What the solver is given: a sparse matrix with a column per way and then one per rep for what it takes from the pool, and
    the lower and upper limit of each row.

    Rows: one per rep (workload that comes, less what goes from whom it costs least), the pool (what goes in comes out), and one
    per account of several ways (at most one of them).
    """
    from scipy.sparse import csr_array

    m, r = len(over.row), len(of.target)
    way, rep, work = np.arange(m), np.arange(r), of.workload[over.row]
    into = over.rep == POOL
    several, place = np.unique(over.row, return_inverse=True)
    many = np.bincount(place, minlength=len(several))[place] > 1 if m else np.zeros(0, dtype=bool)
    rank = np.unique(place[many], return_inverse=True)[1]
    entries = [
        (over.first[over.row], way, -work),
        (over.rep[~into], way[~into], work[~into]),
        (rep, m + rep, np.ones(r)),
        (np.full(into.sum(), r), way[into], work[into]),
        (np.full(r, r), m + rep, -np.ones(r)),
        (r + 1 + rank, way[many], np.ones(many.sum())),
    ]
    row, column, value = (np.concatenate(one) for one in zip(*entries, strict=True))
    choices = int(rank.max()) + 1 if len(rank) else 0
    held = of.loads(over.first)
    return (
        csr_array((value, (row, column)), shape=(r + 1 + choices, m + r)),
        np.concatenate([of.low - held, [0.0], np.full(choices, -np.inf)]),
        np.concatenate([of.high - held, [0.0], np.ones(choices)]),
    )
