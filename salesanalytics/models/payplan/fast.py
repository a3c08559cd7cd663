"""What the tiers of a plan pay on many sums of credit at once: whole cents in, whole cents out, exact.

In: a plan, credit and quota in cents (one element per rep and period; per deal where the plan pays per deal). Out: cents, equal
to what `payouts` reckons with fractions, line by line: thresholds and rates are whole numbers over a common denominator, so
int64 never rounds. Where a product could pass 62 bits, Python's unbounded whole numbers are used, which are slow and exact.

Only what hangs on a sum of credit: steps, the cap per period, and a draw as the least that is paid. Not SPIFFs, caps per deal,
objectives, quotas of numbers or by family: `left_out` names them.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Ints
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.money import cents_of
from salesanalytics.models.payplan.plan import Plan

SAFE = 2**62
AT_ONCE = 1 << 16  # elements that fit the processor's cache with all that is made of them


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps as whole numbers: `starts` / `start_unit` of the quota (or cents), `rates` / `rate_unit` of the credit."""

    starts: tuple[int, ...]
    start_unit: int
    rates: tuple[int, ...]
    rate_unit: int
    of_quota: bool
    retroactive: bool
    cap: int | None
    least: int


def left_out(plan: Plan) -> list[str]:
    """The parts of a plan that do not hang on a sum of credit, by their keys."""
    there = {
        "spiffs": plan.spiffs,
        "caps.per_deal": plan.caps.per_deal is not None,
        "mbo": plan.mbo,
        "quota.by: family": plan.needs_quota and plan.quota.by == "family",
        "rewards": plan.rewards,
        f"base: {plan.base} (bookings are taken for it)": plan.base != "booked",
    }
    return [name for name, given in there.items() if given]


def schedule(plan: Plan) -> Schedule:
    """A plan's steps as whole numbers. PlanError where it counts deals: sums of money do not say what it pays."""
    if plan.counts:
        raise PlanError(f"{plan.label} pays by the number of deals, which sums of money do not tell; it cannot be simulated.")
    starts, rates = zip(*((Fraction(step.start), Fraction(plan.rate_of(step))) for step in plan.tiers.steps), strict=True)
    if not plan.needs_quota:
        starts = tuple(start * 100 for start in starts)
    start_unit, rate_unit = (lcm(*(one.denominator for one in ones)) for ones in (starts, rates))
    cap, draw = plan.caps.per_period, plan.draw
    return Schedule(
        tuple(int(start * start_unit) for start in starts),
        start_unit,
        tuple(int(rate * rate_unit) for rate in rates),
        rate_unit,
        plan.needs_quota,
        plan.tiers.how == "retroactive",
        None if cap is None else cents_of(cap),
        cents_of(draw.amount) if draw else 0,
    )


def by_period(plan: Plan) -> Schedule:
    """As `schedule`, for sums of a period. PlanError where the plan pays deal by deal, which such sums do not tell either."""
    if plan.tiers.per == "deal":
        raise PlanError(f"{plan.label} pays deal by deal, which sums of a period do not tell; it cannot be simulated.")
    return schedule(plan)


def tier_pay(plan: Schedule, credit: Ints, quota: Ints | int = 0) -> Ints:
    """Cents earned on each of `credit` (cents, at least 0), before caps; nothing where a quota is needed and is 0."""
    credit, quota = np.broadcast_arrays(np.asarray(credit, np.int64), np.asarray(quota, np.int64))
    flat, against = credit.ravel(), quota.ravel()
    out = np.empty(len(flat), np.int64)
    most = max(int(against.max(initial=0)) if plan.of_quota else 1, 1) * 2 * max(plan.starts[-1], 1) + plan.start_unit
    pays = int(flat.max(initial=0)) * 2 * max(*plan.rates, 1) + plan.rate_unit
    whole = np.int64 if max(most, pays) < SAFE else object
    for begin in range(0, len(flat), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        out[part] = _pay(plan, flat[part].astype(whole), against[part].astype(whole))
    return out.reshape(credit.shape)


def _pay(plan: Schedule, credit: NDArray[Any], quota: NDArray[Any]) -> NDArray[Any]:
    edges = [_rounded(start * quota if plan.of_quota else quota * 0 + start, plan.start_unit) for start in plan.starts]
    if plan.retroactive:
        rate = quota * 0
        for edge, step in zip(edges, plan.rates, strict=True):
            rate = np.where(credit >= edge, step, rate)
        worth = credit * rate
    else:
        worth = quota * 0
        for at, (edge, step) in enumerate(zip(edges, plan.rates, strict=True)):
            upper = np.minimum(credit, edges[at + 1]) if at + 1 < len(edges) else credit
            worth = worth + np.maximum(upper - edge, 0) * step
    pay = _rounded(worth, plan.rate_unit)
    return np.where(quota > 0, pay, 0) if plan.of_quota else pay


def _rounded(over: NDArray[Any], unit: int) -> NDArray[Any]:
    """`over` / `unit`, halves up; nothing here is below zero."""
    return over if unit == 1 else (2 * over + unit) // (2 * unit)


def period_pay(plan: Schedule, credit: Ints, quota: Ints | int = 0) -> Ints:
    """As `tier_pay`, not above the cap per period and not below the draw."""
    earned = tier_pay(plan, credit, quota)
    if plan.cap is not None:
        earned = np.minimum(earned, plan.cap)
    return np.maximum(earned, plan.least)
