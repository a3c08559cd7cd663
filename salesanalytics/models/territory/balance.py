"""Accounts to reps so that everybody carries a fair share, at the least travel or disturbance.

In: accounts and reps as `problem` describes them, and a tolerance. Out: who holds what, the balance before and after, and a
lower bound, so that the gap to the best possible assignment is certified and not believed. Method: relaxation, rounding,
repair, shifts and swaps; then branch and bound over the pairs that could still be part of something cheaper (reduced costs).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.territory import infeasible
from salesanalytics.models.territory.bound import Relaxed, relax, search
from salesanalytics.models.territory.problem import AssignmentProblem, CostKind, problem
from salesanalytics.models.territory.repair import improved, largest_first, repaired, rounded

TOLERANCE = 0.05
SMALL = 5000  # pairs of account and rep up to which the optimum itself is asked for
CLOSE = 2e-3  # above that, a gap that is good enough to stop at
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
    time_limit: float = 5.0,
) -> Balance:
    """Every account to one rep, each rep's workload within `tolerance` of the fair share by capacity, at the least cost.

    `accounts`: account_id, workload, and optionally rep_id (who has it today), name, x, y, move_cost. `reps`: rep_id, and
    optionally name, capacity (default 1 each), x, y, fixed and forbidden (lists of account_ids). An account costs `cost`
    (account_id by rep_id), else the straight way between x, y, else nothing; and `move_cost` (default 0 where there are costs,
    1 where there are none) if it leaves a present rep. `time_limit`: seconds for branch and bound, a safety line: where it
    cuts in, a faster machine may find a cheaper assignment. `seed`: order of further starts where the first ones fail.
    DataError names what makes the tolerance impossible and what would do.
    """
    of = problem(accounts, reps, tolerance=tolerance, move_cost=move_cost, cost=cost)
    infeasible.check(of)
    who, bound = _solve(of, seed, time_limit)
    return _result(of, who, bound)


def _solve(of: AssignmentProblem, seed: int, seconds: float) -> tuple[Ints, float]:
    """The best assignment found and a bound below all of them."""
    loose = relax(of)
    if loose is None:
        infeasible.explain(of)
    best = _heuristic(of, loose, seed)
    bound = _raised(of, loose.bound)
    small = of.cost.size <= SMALL
    if best is not None and _gap(of.total(best), bound) <= (SAME if small else CLOSE):
        return best, bound
    pairs = of.allowed if best is None else loose.extra <= (of.total(best) - loose.bound) * (1 + 1e-6) + SAME
    found = search(of, pairs, gap=0.0 if small else CLOSE / 2, seconds=seconds)
    # the pairs left out cannot be part of anything cheaper than `best`
    bound = max(bound, _raised(of, found.bound if best is None else min(found.bound, of.total(best))))
    if found.who is not None and of.holds(found.who) and (best is None or of.total(found.who) < of.total(best)):
        best = found.who
    if best is None:
        infeasible.explain(of)
    return best, min(bound, of.total(best))


def _heuristic(of: AssignmentProblem, loose: Relaxed, seed: int) -> Ints | None:
    """The cheapest of several starts, mended and improved; None where none of them could be mended."""
    starts = [rounded(of, loose.share), largest_first(of)]
    if (of.present >= 0).all() and of.allowed[np.arange(len(of.present)), of.present].all():
        starts.append(of.present)
    rng = np.random.default_rng(seed)
    best = None
    for at in range(STARTS):
        if at >= len(starts) and best is not None:
            break
        start = starts[at] if at < len(starts) else largest_first(of, rng)
        mended = repaired(of, start, loose.extra)
        if mended is None:
            continue
        better = improved(of, mended)
        if best is None or of.total(better) < of.total(best) - SAME:
            best = better
        if _gap(of.total(best), loose.bound) <= CLOSE:
            break
    return best


def _raised(of: AssignmentProblem, bound: float) -> float:
    """`bound`, rounded up where every cost is a whole multiple of 1 or a half: then so is every total."""
    for step in (1.0, 0.5):
        if np.all(of.cost % step == 0) and math.isfinite(bound):
            return math.ceil(bound / step - 1e-6) * step
    return bound


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
