"""What no assignment can cost less than, and the solver's part of finding a good one.

In: an `AssignmentProblem`. Out: the relaxation in which accounts may be split (HiGHS), its multipliers, and a lower bound
worked out from these by hand (Lagrange): for any prices u, l >= 0 on the upper and lower limits, the sum over accounts of the
cheapest priced cost, less what the limits give back, is below the cost of every assignment. So the bound holds whatever the
solver's rounding.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.territory.problem import AssignmentProblem

NODES = 100  # ends the search at the same point on every machine, where time would not


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """`share` (n, r): the split assignment; `bound`: its certified cost; `extra` (n, r): what using a pair adds to that."""

    share: Floats
    bound: float
    extra: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """`who`: the best assignment found, None if none; `bound`: below every assignment of the pairs searched."""

    who: Ints | None
    bound: float


def relax(of: AssignmentProblem) -> Relaxed | None:
    """The relaxation of `of`; None where even split accounts cannot meet the limits."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(of.allowed)
    each, load = _matrices(of, rows, columns)
    scale = _scale(of)
    limits: Any = csr_array(_stack(load, -load))
    found = linprog(
        of.cost[rows, columns] / scale,
        A_ub=limits,
        b_ub=np.concatenate([of.high, -of.low]),
        A_eq=each,
        b_eq=np.ones(len(of.workload)),
        bounds=(0, None),
        method="highs",
    )
    if found.status != 0:
        return None
    prices = np.maximum(-np.asarray(found.ineqlin.marginals), 0.0) * scale
    share = np.zeros(of.cost.shape)
    share[rows, columns] = found.x
    bound, extra = _lagrange(of, prices[: len(of.target)], prices[len(of.target) :])
    return Relaxed(share, bound, extra)


def _lagrange(of: AssignmentProblem, upper: Floats, lower: Floats) -> tuple[float, Floats]:
    priced = np.where(of.allowed, of.cost + of.workload[:, None] * (upper - lower), np.inf)
    cheapest = priced.min(axis=1)
    bound = cheapest.sum() - upper @ of.high + lower @ of.low
    free = np.where(of.allowed, of.cost, np.inf).min(axis=1).sum()  # prices of 0 are prices, too
    return float(max(bound, free)), priced - cheapest[:, None] if bound >= free else np.zeros_like(priced)


def search(of: AssignmentProblem, pairs: Flags, *, gap: float, seconds: float) -> Searched:
    """The best assignment that uses only `pairs`, to `gap` of the optimum or for `seconds` (HiGHS branch and bound)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, columns = np.nonzero(pairs & of.allowed)
    each, load = _matrices(of, rows, columns)
    scale = _scale(of)
    found = milp(
        of.cost[rows, columns] / scale,
        integrality=np.ones(len(rows), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(each, 1, 1), LinearConstraint(load, of.low, of.high)],
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": gap, "node_limit": NODES},
    )
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound) * scale
    if found.x is None:
        return Searched(None, bound)
    chosen = found.x > 0.5
    who = np.full(len(of.workload), -1, dtype=np.int64)
    who[rows[chosen]] = columns[chosen]
    return Searched(who, bound)


def least_tolerance(of: AssignmentProblem, *, seconds: float) -> tuple[Ints | None, float, bool]:
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
        options={"time_limit": seconds, "mip_rel_gap": 1e-4},
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


def _matrices(of: AssignmentProblem, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[Any, Any]:
    """One row per account (its pairs sum to 1), one row per rep (workload of its pairs)."""
    from scipy.sparse import csr_array

    pairs = np.arange(len(rows))
    each = csr_array((np.ones(len(rows)), (rows, pairs)), shape=(len(of.workload), len(rows)))
    load = csr_array((of.workload[rows], (columns, pairs)), shape=(len(of.target), len(rows)))
    return each, load


def _stack(*blocks: Any) -> Any:  # noqa: ANN401 - sparse matrices
    from scipy.sparse import vstack

    return vstack(blocks)


def _beside(*blocks: Any) -> Any:  # noqa: ANN401 - sparse matrices
    from scipy.sparse import csr_array, hstack

    return csr_array(hstack(blocks))


def _scale(of: AssignmentProblem) -> float:
    """Costs are handed to the solver near 1, so that its tolerances mean the same for metres and for kilometres."""
    there = of.cost[of.allowed & (of.cost > 0)]
    return float(there.mean()) if len(there) else 1.0
