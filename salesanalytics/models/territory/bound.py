"""What no assignment can cost less than, and the solver's part of finding a good one.

In: an `AssignmentProblem` and the ways its accounts can go. Out: the relaxation in which accounts may be split (HiGHS), its
multipliers, and a lower bound worked out from these by hand (Lagrange): for any prices u, l >= 0 on the upper and lower
limits, the sum over accounts of the cheapest priced cost, less what the limits give back, is below the cost of every
assignment. So that bound holds whatever the solver's rounding.

What ends a search here counts nodes and never seconds, so a busy machine gives the answer of a quiet one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.territory.problem import AssignmentProblem
from salesanalytics.models.territory.ways import Ways, limits

NODES = 100  # of branch and bound


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """`who` (n,): who holds most of each account, or POOL; `bound`: the certified cost of the split assignment; `extra` (n, r):
    what using a pair adds to that.
    """

    who: Ints
    bound: float
    extra: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """`who` (n,): the best found, POOL where a rep is still to be found, None if none; `bound`: below every assignment."""

    who: Ints | None
    bound: float


def relax(of: AssignmentProblem, over: Ways) -> Relaxed | None:
    """The relaxation of `of`; None where even split accounts cannot meet the limits."""
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    matrix, low, high = limits(of, over)
    scale, r, m = _scale(of), len(of.target), len(over.row)
    both = r + 1  # the first rows have a lower limit as well
    at_most: Any = np.column_stack([np.zeros(m + r), np.append(np.ones(m), np.full(r, np.inf))])
    found = linprog(
        np.append(over.cost, np.zeros(r)) / scale,
        A_ub=vstack([matrix, -matrix[:both]]),
        b_ub=np.concatenate([high, -low[:both]]),
        bounds=at_most,
        method="highs",
    )
    if found.status != 0:
        return None
    prices = np.maximum(-np.asarray(found.ineqlin.marginals), 0.0) * scale
    bound, extra = _lagrange(of, prices[:r], prices[len(high) : len(high) + r])
    return Relaxed(over.taken(np.asarray(found.x)[:m]), bound, extra)


def _lagrange(of: AssignmentProblem, upper: Floats, lower: Floats) -> tuple[float, Floats]:
    priced = np.where(of.allowed, of.cost + of.workload[:, None] * (upper - lower), np.inf)
    cheapest = priced.min(axis=1)
    bound = cheapest.sum() - upper @ of.high + lower @ of.low
    free = np.where(of.allowed, of.cost, np.inf).min(axis=1).sum()  # prices of 0 are prices, too
    return float(max(bound, free)), priced - cheapest[:, None] if bound >= free else np.zeros_like(priced)


def search(of: AssignmentProblem, over: Ways, *, gap: float = 0.0, nodes: int = NODES) -> Searched:
    """The best assignment that goes only the ways `over`, to `gap` of the optimum or for `nodes` of the search (HiGHS)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix, low, high = limits(of, over)
    scale, r, m = _scale(of), len(of.target), len(over.row)
    found = milp(
        np.append(over.cost, np.zeros(r)) / scale,
        integrality=np.append(np.ones(m, dtype=np.int64), np.zeros(r, dtype=np.int64)),
        bounds=Bounds(0, np.append(np.ones(m), np.full(r, np.inf))),
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound) * scale + of.total(over.first)
    return Searched(None if found.x is None else over.taken(np.round(found.x[:m])), bound)


def least_tolerance(of: AssignmentProblem) -> tuple[Ints | None, float, bool]:
    """The assignment whose largest deviation from the fair shares is smallest, that deviation, and whether it is proven."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(of.allowed)
    each, load = _matrices(of, rows, columns)
    room = csr_array(of.target[:, None])
    none = csr_array((len(of.workload), 1))
    found = milp(
        np.append(np.zeros(len(rows)), 1.0),
        integrality=np.append(np.ones(len(rows), dtype=np.int64), 0),
        bounds=Bounds(np.zeros(len(rows) + 1), np.append(np.ones(len(rows)), np.inf)),
        constraints=[
            LinearConstraint(_beside(each, none), 1, 1),
            LinearConstraint(_beside(load, -room), -np.inf, of.target),
            LinearConstraint(_beside(load, room), of.target, np.inf),
        ],
        options={"mip_rel_gap": 1e-4, "node_limit": NODES},
    )
    if found.x is None:
        return None, np.inf, False
    chosen = found.x[:-1] > 0.5
    who = np.full(len(of.workload), -1, dtype=np.int64)
    who[rows[chosen]] = columns[chosen]
    return who, deviation(of, who), found.status == 0


def deviation(of: AssignmentProblem, who: Ints) -> float:
    """The largest distance of a rep's workload from the fair share, as a share of it."""
    return float(np.abs(of.loads(who) / of.target - 1).max())


def grain(of: AssignmentProblem) -> float | None:
    """1 or a half, where every cost is a whole multiple of it: then so is every total."""
    return next((step for step in (1.0, 0.5) if np.all(of.cost % step == 0)), None)


def _matrices(of: AssignmentProblem, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[Any, Any]:
    """One row per account (its pairs sum to 1), one row per rep (workload of its pairs)."""
    from scipy.sparse import csr_array

    pairs = np.arange(len(rows))
    each = csr_array((np.ones(len(rows)), (rows, pairs)), shape=(len(of.workload), len(rows)))
    load = csr_array((of.workload[rows], (columns, pairs)), shape=(len(of.target), len(rows)))
    return each, load


def _beside(*blocks: Any) -> Any:  # noqa: ANN401 - sparse matrices
    from scipy.sparse import csr_array, hstack

    return csr_array(hstack(blocks))


def _scale(of: AssignmentProblem) -> float:
    """Costs are handed to the solver as whole numbers where they are, so that it may round bounds up, else as numbers near 1,
    so that its tolerances mean the same for metres and for kilometres.
    """
    there = of.cost[of.allowed & (of.cost > 0)]
    return grain(of) or (float(there.mean()) if len(there) else 1.0)
