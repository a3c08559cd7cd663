"""The pay curve: what a plan pays at each attainment, what the next euro earns, and where pay jumps.

In: a plan and a quota. Out: one row per attainment, and the cliffs. A cliff is a threshold at which one more cent of credit
raises pay by more than that cent: retroactive steps have one each. Just below a cliff a rep has a reason to pull a deal
forward, just above the one before to hold one back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from salesanalytics.models.payplan.fast import by_period, period_pay, tier_pay
from salesanalytics.models.payplan.money import cents_of, half_up
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.tiers import edges

TO, EVERY = 2.0, 0.05


@dataclass(frozen=True, slots=True)
class Cliff:
    """Where pay jumps: at this credit (and attainment of the quota), from `before` to `after`; money with cents."""

    attainment: float
    credit: float
    before: float
    after: float

    @property
    def jump(self) -> float:
        """What the last cent of credit adds to the pay."""
        return self.after - self.before


def pay_curve(plan: Plan, quota: Decimal, at: Sequence[float] | None = None) -> pd.DataFrame:
    """One row per attainment: attainment, credit, pay, rate (pay ÷ credit), marginal (pay of a further 1% of quota ÷ that 1%).

    `at`: attainments; by default from 0 to 200% in steps of 5 points, and every threshold with the last cent before it. Raises
    PlanError where the plan pays by numbers of deals, or deal by deal.
    """
    steps, whole = by_period(plan), cents_of(quota)
    even = np.arange(0, TO + EVERY / 2, EVERY).round(4).tolist()
    shares = sorted({*even, *_thresholds(plan, quota)}) if at is None else list(at)
    credit = np.array([round(share * whole) for share in shares], np.int64)
    pay, more = (period_pay(steps, credit + step, whole) for step in (0, max(whole // 100, 1)))
    return pd.DataFrame(
        {
            "attainment": shares,
            "credit": credit / 100,
            "pay": pay / 100,
            "rate": np.divide(pay, credit, out=np.full(len(pay), np.nan), where=credit > 0),
            "marginal": (more - pay) / max(whole // 100, 1),
        }
    )


def cliffs(plan: Plan, quota: Decimal) -> list[Cliff]:
    """Where pay jumps, from the lowest threshold up. PlanError as for `pay_curve`."""
    steps, whole, found = by_period(plan), cents_of(quota), []
    for edge in edges(plan, quota)[1:]:
        start = half_up(edge)
        before, after = (int(pay) for pay in period_pay(steps, np.array([start - 1, start]), whole))
        if after - before > 2 * max(1, max(steps.rates) // steps.rate_unit):
            found.append(Cliff(start / whole if whole else np.nan, start / 100, before / 100, after / 100))
    return found


def highest_rate(plan: Plan, quota: Decimal) -> float:
    """The largest share of the next euro that the plan pays away, jumps left aside."""
    steps, whole = by_period(plan), cents_of(quota)
    credit = np.array([half_up(edge) for edge in edges(plan, quota)], np.int64)
    pay = tier_pay(steps, np.stack([credit, credit + 10_000]), whole)
    return float((pay[1] - pay[0]).max() / 10_000)


def _thresholds(plan: Plan, quota: Decimal) -> list[float]:
    whole = cents_of(quota)
    starts = [half_up(edge) for edge in edges(plan, quota)] if whole else []
    return [float((start - before) / whole) for start in starts if 0 < start <= TO * whole for before in (1, 0)]
