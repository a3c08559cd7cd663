"""From split accounts to whole ones: round, repair the limits, then improve by shifts and swaps.

In: an `AssignmentProblem` and a first guess. Out: an assignment within the limits, or None where none was found this way.
Deterministic: the cheapest step first, ties by the order of ids.
"""

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.territory.problem import EXACT, AssignmentProblem

STEPS = 4000
LEAST = 1e-12


def largest_first(of: AssignmentProblem, rng: np.random.Generator | None = None) -> Ints:
    """The classical rule for even loads (LPT, Graham 1969): largest account first, to the rep with most room for its share.

    With `rng` the order is shaken a little.
    """
    who = np.full(len(of.workload), -1, dtype=np.int64)
    loads = np.zeros(len(of.target))
    choices = of.allowed.sum(axis=1)
    size = of.workload if rng is None else of.workload * rng.uniform(0.5, 1.5, len(who))
    for row in np.lexsort((-size, choices > 1)):
        filled = np.where(of.allowed[row], (loads + of.workload[row]) / of.target, np.inf)
        who[row] = int(filled.argmin())
        loads[who[row]] += of.workload[row]
    return who


def repaired(of: AssignmentProblem, who: Ints, extra: Floats) -> Ints | None:
    """`who` brought within the limits, each step taking off the most violation for what it costs; None where it gets stuck."""
    who = who.copy()
    loads = of.loads(who)
    for _ in range(STEPS):
        if not violation(of, loads).sum() > 0:
            return who if of.holds(who) else None
        step = _cheapest_shift(of, who, loads, extra) or _best_swap(of, who, loads)
        if step is None:
            return None
        for row, column in step:
            move(of, who, loads, row, column)
    return None


def improved(of: AssignmentProblem, who: Ints) -> Ints:
    """`who`, made cheaper by moving single accounts and by exchanging two, until neither helps."""
    who = who.copy()
    loads = of.loads(who)
    least = np.where(of.allowed, of.cost, np.inf).min(axis=1)
    for _ in range(STEPS):
        dear = np.flatnonzero(of.cost[np.arange(len(who)), who] > least)  # one of them has to move in whatever is cheaper
        if not len(dear) or not (_shift_cheaper(of, who, loads, dear) or _swap_cheaper(of, who, loads, dear)):
            break
    return who


def violation(of: AssignmentProblem, loads: Floats) -> Floats:
    """How far each rep's workload is outside the limits; 0 where it is out by no more than loads are compared to."""
    over = loads - of.high
    under = of.low - loads
    return np.where(over > EXACT, over, 0.0) + np.where(under > EXACT, under, 0.0)


def outside(of: AssignmentProblem, loads: Floats, columns: Ints) -> Floats:
    """How far reps `columns` at `loads`, both of any one shape, are outside the limits."""
    return np.maximum(loads - of.high[columns], 0.0) + np.maximum(of.low[columns] - loads, 0.0)


def _cheapest_shift(of: AssignmentProblem, who: Ints, loads: Floats, extra: Floats) -> list[tuple[int, int]] | None:
    everywhere = np.broadcast_to(np.arange(len(loads)), of.cost.shape)
    less = outside(of, loads[who], who) - outside(of, loads[who] - of.workload, who)
    more = outside(of, loads + of.workload[:, None], everywhere) - outside(of, loads, np.arange(len(loads)))
    gain = less[:, None] - more
    gain = np.where(of.allowed & (everywhere != who[:, None]), gain, 0.0)
    if not gain.max() > EXACT:
        return None
    price = np.maximum(extra - extra[np.arange(len(who)), who][:, None], 0.0) + LEAST
    row, column = np.unravel_index(np.where(gain > EXACT, price / np.maximum(gain, EXACT), np.inf).argmin(), gain.shape)
    return [(int(row), int(column))]


def _best_swap(of: AssignmentProblem, who: Ints, loads: Floats) -> list[tuple[int, int]] | None:
    """The exchange that takes off most violation, among those with a rep outside the limits."""
    best, step = EXACT, None
    now = outside(of, loads, np.arange(len(loads)))
    for rep in np.flatnonzero(now > EXACT):
        mine = np.flatnonzero(who == rep)
        if not len(mine):
            continue
        change = of.workload[None, :] - of.workload[mine][:, None]  # what the rep gains by giving `mine` for each other account
        after = outside(of, loads[rep] + change, np.full(change.shape, rep))
        after += outside(of, loads[who][None, :] - change, np.broadcast_to(who, change.shape))
        gain = now[rep] + now[who][None, :] - after
        may = of.allowed[:, rep][None, :] & of.allowed[mine][:, who] & (who != rep)[None, :]
        gain = np.where(may, gain, 0.0)
        if gain.max() > best:
            best = float(gain.max())
            one, other = np.unravel_index(gain.argmax(), gain.shape)
            step = [(int(mine[one]), int(who[other])), (int(other), int(rep))]
    return step


def _shift_cheaper(of: AssignmentProblem, who: Ints, loads: Floats, dear: Ints) -> bool:
    """The best single move that keeps the limits and costs less; False where there is none."""
    work, at = of.workload[dear], who[dear]
    give = loads[at] - work >= of.low[at] - EXACT
    take = loads + work[:, None] <= of.high + EXACT
    change = np.where(of.allowed[dear] & take & give[:, None], of.cost[dear] - of.cost[dear, at][:, None], 0.0)
    row, column = np.unravel_index(change.argmin(), change.shape)
    if not change[row, column] < -LEAST * (1 + abs(of.cost[dear[row], column])):
        return False
    move(of, who, loads, int(dear[row]), int(column))
    return True


def _swap_cheaper(of: AssignmentProblem, who: Ints, loads: Floats, dear: Ints) -> bool:
    """For each rep the best exchange that keeps the limits and costs less; False where no rep has one."""
    any_found = False
    for rep in range(len(loads)):
        others = dear[who[dear] != rep]
        mine = np.flatnonzero(who == rep)
        if not len(mine) or not len(others):
            continue
        at = who[others]
        now = of.cost[mine, rep][:, None] + of.cost[others, at]
        cheaper = of.cost[mine][:, at] + of.cost[others, rep] - now
        change = of.workload[others] - of.workload[mine][:, None]
        mine_after, other_after = loads[rep] + change, loads[at] - change
        may = (mine_after >= of.low[rep] - EXACT) & (mine_after <= of.high[rep] + EXACT)
        may &= (other_after >= of.low[at] - EXACT) & (other_after <= of.high[at] + EXACT)
        may &= of.allowed[others, rep] & of.allowed[mine][:, at]
        cheaper = np.where(may, cheaper, 0.0)
        one, other = np.unravel_index(cheaper.argmin(), cheaper.shape)
        if cheaper[one, other] < -1e-9 * (1 + now.mean()):
            to = int(at[other])
            move(of, who, loads, int(others[other]), rep)
            move(of, who, loads, int(mine[one]), to)
            any_found = True
    return any_found


def move(of: AssignmentProblem, who: Ints, loads: Floats, row: int, column: int) -> None:
    """Gives account `row` to rep `column`, in place."""
    loads[who[row]] -= of.workload[row]
    loads[column] += of.workload[row]
    who[row] = column
