"""What a plan would cost, who would gain, and how much more would have to be sold for it.

In: plans, draws of bookings (`bookings.draw`), quotas, and the plan of today. Out: `Simulation`s. All plans see the same draws,
so that they differ by what they pay and not by luck. Ranges hold 8 of 10 draws. Pay is reckoned exactly per rep and period
(`fast`); SPIFFs, objectives and caps per deal are left out and named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.payplan.fast import Schedule, by_period, left_out, period_pay, tier_pay
from salesanalytics.models.payplan.plan import Plan

LEVEL = 0.8
TAILS = (0.1, 0.9)
MOST_UPLIFT, SLIGHT = 4.0, 0.01
ENOUGH = 2_000_000  # payouts per step of the search for the break-even


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """One plan under the draws; money in the plan's currency, ranges of 80%.

    `table`: one row per rep: rep_id, quota (of all periods), pay (mean), low, high, today (mean under the plan of today),
    change (pay − today), better (share of draws in which the rep earns more than today). `cost`, `low`, `high`: of all reps.
    `rate`: cost ÷ bookings. `dearer`: share of draws in which it costs more than today. `gain`, `lose`: reps whose mean pay
    rises or falls by more than 1%. `uplift`: share by which bookings have to grow for margin less pay to be what it is today; 0
    where the plan is no dearer, None without a margin or where no growth is enough. `left_out`: parts of the plan not
    simulated.
    """

    plan: Plan
    table: pd.DataFrame
    bookings: float
    cost: float
    low: float
    high: float
    rate: float | None
    today: float
    dearer: float
    gain: int
    lose: int
    uplift: float | None
    draws: int
    left_out: tuple[str, ...]


def simulate(
    plan: Plan, booked: Ints, quota: "pd.Series[float]", *, today: Plan | None = None, margin: float | None = None
) -> Simulation:
    """The cost of `plan` under `booked` (cents; draws × periods × reps) with these quotas per period.

    `today`: the plan to compare with (default: itself). `margin`: share of bookings that is left before pay, 0..1.
    """
    against = today or plan
    whole = np.asarray(np.round(quota.to_numpy(dtype=np.float64) * 100), np.int64)
    pay, now = (_pays(one, booked, whole) for one in (plan, against))
    total, was = pay.sum(axis=1), now.sum(axis=1)
    low, high = np.quantile(pay, TAILS, axis=0)
    table = pd.DataFrame(
        {
            "rep_id": quota.index,
            "quota": quota.to_numpy() * booked.shape[1],
            "pay": pay.mean(axis=0),
            "low": low,
            "high": high,
            "today": now.mean(axis=0),
            "change": (pay - now).mean(axis=0),
            "better": (pay > now).mean(axis=0),
        }
    )
    far = table["change"] / table["today"].where(table["today"] > 0, np.inf)
    sold = float(booked.sum(axis=(1, 2)).mean() / 100)
    least, most = np.quantile(total, TAILS)
    return Simulation(
        plan,
        table,
        sold,
        float(total.mean()),
        float(least),
        float(most),
        float(total.mean()) / sold if sold else None,
        float(was.mean()),
        float((total > was).mean()),
        int((far > SLIGHT).sum()),
        int((far < -SLIGHT).sum()),
        None if margin is None else break_even(plan, against, booked, whole, margin),
        len(booked),
        tuple(left_out(plan)),
    )


def compare(
    plans: Sequence[Plan], booked: Ints, quota: "pd.Series[float]", *, today: Plan | None = None, margin: float | None = None
) -> list[Simulation]:
    """Each plan beside `today` (default: the first), under the same draws."""
    return [simulate(plan, booked, quota, today=today or plans[0], margin=margin) for plan in plans]


def summary(simulations: Sequence[Simulation]) -> pd.DataFrame:
    """One row per plan: what it costs, with its range, and how it stands beside today's."""
    columns = ("cost", "low", "high", "rate", "today", "dearer", "gain", "lose", "uplift", "bookings", "draws")
    rows = [
        {"plan": one.plan.name, "version": one.plan.version}
        | {name: getattr(one, name) for name in columns}
        | {"left_out": ", ".join(one.left_out)}
        for one in simulations
    ]
    return pd.DataFrame(rows)


def break_even(plan: Plan, today: Plan, booked: Ints, quota: Ints, margin: float) -> float | None:
    """The share by which every rep has to book more for the plan to leave what today's leaves, `margin` less pay."""
    booked = booked[: max(ENOUGH // max(booked[0].size, 1), 1)]
    kept = margin * float(booked.sum(axis=(1, 2)).mean()) / 100 - float(_pays(today, booked, quota).sum(axis=1).mean())

    def left(uplift: float) -> float:
        more = np.asarray(np.round(booked * (1 + uplift)), np.int64)
        return margin * float(more.sum(axis=(1, 2)).mean()) / 100 - float(_pays(plan, more, quota).sum(axis=1).mean())

    if left(0.0) >= kept - 0.005:
        return 0.0
    reached = next((step for step in np.linspace(0.05, MOST_UPLIFT, 80) if left(float(step)) >= kept), None)
    if reached is None:
        return None
    low, high = float(reached) - 0.05, float(reached)
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if left(middle) >= kept else (middle, high)
    return high


def _pays(plan: Plan, booked: Ints, quota: Ints) -> Floats:
    """Money paid to each rep over all periods: draws × reps. Recoverable draws are kept back from later periods' pay."""
    steps = by_period(plan)
    if plan.draw is None or not plan.draw.recoverable:
        return np.asarray(period_pay(steps, booked, quota).sum(axis=1) / 100, np.float64)
    return _with_recovery(steps, booked, quota)


def _with_recovery(steps: Schedule, booked: Ints, quota: Ints) -> Floats:
    owed = np.zeros((len(booked), booked.shape[2]), np.int64)
    total = np.zeros_like(owed)
    for period in range(booked.shape[1]):
        earned = tier_pay(steps, booked[:, period], quota)
        earned = earned if steps.cap is None else np.minimum(earned, steps.cap)
        back = np.minimum(owed, np.maximum(earned - steps.least, 0))
        owed += np.maximum(steps.least - earned, 0) - back
        total += np.maximum(earned, steps.least) - back
    return np.asarray(total / 100, np.float64)
