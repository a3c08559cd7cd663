"""Accounts to reps so that everybody carries a fair share, at the least travel or disturbance.

In: accounts and reps as `problem` describes them, and a tolerance. Out: who holds what, the balance before and after, and a
lower bound, so that the gap to the best possible assignment is certified and not believed. Method: branch and bound over the
ways out, with reps that cost the same in one pool, and the pool given out; or where costs differ too much for that, relaxation,
rounding, repair, shifts and swaps. Where that leaves a gap in a small team, branch and bound over the single pairs that could
still be part of something cheaper (reduced costs).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.territory import infeasible
from salesanalytics.models.territory.bound import NODES, Relaxed, grain, relax, search
from salesanalytics.models.territory.pool import placed
from salesanalytics.models.territory.problem import AssignmentProblem, CostKind, problem
from salesanalytics.models.territory.repair import improved, largest_first, repaired
from salesanalytics.models.territory.ways import POOL, Ways, ways

TOLERANCE = 0.05
SMALL = 5000  # pairs of account and rep up to which the optimum itself is asked for
FEW = 3  # ways per account up to which branch and bound needs no first answer
CLOSE = 2e-3  # above that, a gap that is good enough to stop at
LARGE_NODES = 10  # and the nodes of branch and bound, which above that take seconds each
SAME = 1e-9
STARTS = 12
COLUMNS = ["account_id", "name", "from_rep", "to_rep", "workload", "cost", "moved", "x", "y"]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How uneven workload per capacity is: coefficient of variation, Gini coefficient, largest deviation (all 0 = even)."""

    cv: float
    gini: float
    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """A balanced assignment.

    `table`: one row per account, moved ones first, largest first: account_id, name where given, from_rep (None: nobody's or
    of somebody who is not among the reps), to_rep, workload (as given), cost (without moving), moved, and x, y where given.
    `reps`: one row per rep: rep_id, name where given, before, after, target (workload), accounts_before, accounts_after.
    `objective`: cost with moving; `bound`: no assignment within the tolerance costs less; `gap` = (objective - bound) / bound.
    `unbalanced_cost`: the least cost if workloads did not matter; `price` = objective - that. `kind`: what cost means.
    """

    table: pd.DataFrame
    reps: pd.DataFrame
    objective: float
    bound: float
    gap: float
    before: Spread
    after: Spread
    unbalanced_cost: float
    price: float
    moved: int
    moved_share: float
    unassigned: int
    tolerance: float
    kind: CostKind


def balance(
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    *,
    tolerance: float = TOLERANCE,
    move_cost: float | None = None,
    cost: pd.DataFrame | None = None,
    seed: int = 0,
) -> Balance:
    """Every account to one rep, each rep's workload within `tolerance` of the fair share by capacity, at the least cost.

    `accounts`: account_id, workload, and optionally rep_id (who has it today), name, x, y, move_cost. `reps`: rep_id, and
    optionally name, capacity (default 1 each), x, y, fixed and forbidden (lists of account_ids). An account costs `cost`
    (account_id by rep_id), else the straight way between x, y, else nothing; and `move_cost` (default 0 where there are costs,
    1 where there are none) if it leaves a present rep. `seed`: order of further starts where the first ones fail. The same
    frames give the same assignment, however busy the machine is.
    DataError names what makes the tolerance impossible and what would do.
    """
    of = problem(accounts, reps, tolerance=tolerance, move_cost=move_cost, cost=cost)
    infeasible.check(of)
    who, bound = _solve(of, seed)
    return _result(of, who, bound)


def _solve(of: AssignmentProblem, seed: int) -> tuple[Ints, float]:
    """The best assignment found and a bound below all of them."""
    over = ways(of)
    loose = relax(of, over)
    if loose is None:
        infeasible.explain(of)
    best, bound = None, _raised(of, loose.bound)
    few = len(over.row) <= FEW * len(of.workload)
    small = of.cost.size <= SMALL
    effort = {"gap": 0.0, "nodes": NODES} if small else {"gap": CLOSE / 2, "nodes": LARGE_NODES}
    if few:
        best, bound = _searched(of, over, loose, best, bound, effort)
    if best is None:
        best = _heuristic(of, over, loose, seed)
    if (small or not few) and (best is None or _gap(of.total(best), bound) > (SAME if small else CLOSE)):
        left = ways(of, pool=False) if small else over
        left = left if best is None else _cheaper(of, left, loose, best)
        best, bound = _searched(of, left, loose, best, bound, effort)
    if best is None:
        infeasible.explain(of)
    return best, min(bound, of.total(best))


def _searched(
    of: AssignmentProblem,
    over: Ways,
    loose: Relaxed,
    best: Ints | None,
    bound: float,
    effort: dict[str, Any],
) -> tuple[Ints | None, float]:
    """`best` and `bound`, or better ones by a search over the ways `over`, which hold all that is cheaper than `best`."""
    found = search(of, over, **effort)
    bound = max(bound, _raised(of, found.bound if best is None else min(found.bound, of.total(best))))
    return best if found.who is None else _better(of, best, _whole(of, over, loose, found.who, bound)), bound


def _cheaper(of: AssignmentProblem, over: Ways, loose: Relaxed, best: Ints) -> Ways:
    """The ways that could be part of an assignment cheaper than `best`, by what they add to the relaxation at least."""
    extra = loose.extra[over.row, over.rep]
    pooled = np.where(over.rep == POOL, loose.extra.min(axis=1)[over.row], extra)
    return over.only(pooled <= (of.total(best) - loose.bound) * (1 + 1e-6) + SAME)


def _whole(of: AssignmentProblem, over: Ways, loose: Relaxed, who: Ints, bound: float) -> Ints | None:
    """`who` with a rep for every account, mended where it breaks a limit, improved above `bound`; None where it gets stuck."""
    full = placed(of, over, who)
    mended = full if of.holds(full) else repaired(of, full, loose.extra)
    return mended if mended is None or of.total(mended) <= bound else improved(of, mended)


def _better(of: AssignmentProblem, best: Ints | None, other: Ints | None) -> Ints | None:
    return other if best is None or (other is not None and of.total(other) < of.total(best) - SAME) else best


def _heuristic(of: AssignmentProblem, over: Ways, loose: Relaxed, seed: int) -> Ints | None:
    """The cheapest of several starts, mended and improved; None where none of them could be mended."""
    starts = [loose.who, largest_first(of)]
    if (of.present >= 0).all() and of.allowed[np.arange(len(of.present)), of.present].all():
        starts.append(of.present)
    rng = np.random.default_rng(seed)
    best = None
    for at in range(STARTS):
        if at >= len(starts) and best is not None:
            break
        start = starts[at] if at < len(starts) else largest_first(of, rng)
        best = _better(of, best, _whole(of, over, loose, start, loose.bound))
        if best is not None and _gap(of.total(best), loose.bound) <= CLOSE:
            break
    return best


def _raised(of: AssignmentProblem, bound: float) -> float:
    """`bound`, rounded up where every cost is a whole multiple of 1 or a half: then so is every total."""
    step = grain(of)
    return bound if step is None or not math.isfinite(bound) else math.ceil(bound / step - 1e-6) * step


def _gap(cost: float, bound: float) -> float:
    over = max(cost - bound, 0.0)
    return 0.0 if over <= SAME * (1 + abs(cost)) else over / bound if bound > 0 else math.inf


def spread(loads: Floats, target: Floats) -> Spread:
    """How uneven `loads` are against the fair shares `target`."""
    ratio = np.sort(loads / target)
    mean, n = ratio.mean(), len(ratio)
    if not mean > 0:
        return Spread(0.0, 0.0, 1.0)
    gini = float((2 * np.arange(1, n + 1) - n - 1) @ ratio / (n * n * mean))
    return Spread(float(ratio.std() / mean), max(gini, 0.0), float(np.abs(ratio - 1).max()))


def _result(of: AssignmentProblem, who: Ints, bound: float) -> Balance:
    objective = of.total(who)
    moved = (of.present >= 0) & (of.present != who)
    free = float(np.where(of.allowed, of.cost, np.inf).min(axis=1).sum())
    ids = of.reps["rep_id"].to_numpy(dtype=object)
    unit = float(of.accounts["workload"].sum()) / float(of.workload.sum())
    table = of.accounts[[name for name in ("account_id", "name", "x", "y") if name in of.accounts]].assign(
        from_rep=pd.Series(ids[of.present], dtype=object).where(of.present >= 0, None),
        to_rep=ids[who],
        workload=of.accounts["workload"].astype(float),
        cost=of.kept[np.arange(len(who)), who],
        moved=moved,
    )
    order = [name for name in COLUMNS if name in table]
    table = table.sort_values(["moved", "workload", "account_id"], ascending=[False, False, True], ignore_index=True)[order]
    before, after = of.loads(of.present), of.loads(who)
    reps = of.reps[[name for name in ("rep_id", "name") if name in of.reps]].assign(
        before=before * unit,
        after=after * unit,
        target=of.target * unit,
        accounts_before=np.bincount(of.present[of.present >= 0], minlength=len(ids)),
        accounts_after=np.bincount(who, minlength=len(ids)),
    )
    held = before.sum()
    return Balance(
        table=table,
        reps=reps,
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
        before=spread(before, of.target * held / of.target.sum() if held > 0 else of.target),
        after=spread(after, of.target),
        unbalanced_cost=free,
        price=max(objective - free, 0.0),
        moved=int(moved.sum()),
        moved_share=float(moved.mean()),
        unassigned=int((of.present < 0).sum()),
        tolerance=of.tolerance,
        kind=of.kind,
    )
