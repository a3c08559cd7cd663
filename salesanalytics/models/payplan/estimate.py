"""What a rep may still earn on open deals: what each would add if it were won, and what all of them are worth with their
chances.

In: a plan, the rep's credits of the running period, quotas, and open deals with the chance to be won in it. Out: one row per
deal, and the range of the pay of the period. A deal adds the more the more of the quota is reached already, so the amounts of
single deals do not add up to those of all; the sum is drawn, deal by deal, with exact pay in each draw. On paid money it is
what winning them leads to once they are paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.models.payplan.credit import Credit, Quotas, Reversal
from salesanalytics.models.payplan.fast import period_pay, schedule, tier_pay
from salesanalytics.models.payplan.money import cents_of, half_up, money
from salesanalytics.models.payplan.payouts import payouts
from salesanalytics.models.payplan.plan import Plan

COLUMNS = ["opportunity_id", "credit", "chance", "if_won", "rate", "expected"]


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal that may still be won in the period: what the rep would be credited with, and the chance."""

    deal: str
    credit: Decimal
    chance: float
    family: str = "*"
    type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """`table`: one row per open deal, by expected pay: credit, chance, if_won (what it alone would add), rate (if_won ÷
    credit), expected (if_won × chance). `earned`: by now. `low`, `middle`, `high` (80%): pay of the period from its credit,
    None where the plan counts deals.
    """

    table: pd.DataFrame
    earned: Decimal
    low: float | None
    middle: float | None
    high: float | None


def estimate(
    plan: Plan,
    rep: str,
    period: Period,
    credits: Sequence[Credit],
    quotas: Quotas,
    open_deals: Sequence[OpenDeal],
    *,
    reversals: Sequence[Reversal] = (),
    seed: int = 0,
    draws: int = 4000,
) -> Estimate:
    """What open deals may add to the rep's pay of `period`, under one version of a plan. SPIFFs are in single deals alone.

    `credits`, `reversals`: the rep's, of all periods: what is taken back now was paid before.
    """
    every = [credit for credit in credits if credit.rep == rep]
    mine = [credit for credit in every if plan.period_of(credit.day) == period]
    undone = [one for one in reversals if one.rep == rep]
    earned = _due(plan, every, quotas, period, undone)
    rows = []
    for one in open_deals:
        extra = Credit(period.end, one.deal, rep, "", one.credit, Fraction(1), "revenue", one.family, one.type, one.credit)
        adds = _due(plan, [*every, extra], quotas, period, undone) - earned
        rate = float(adds / one.credit) if one.credit else np.nan
        expected = money(half_up(Fraction(one.chance) * Fraction(adds) * 100))
        rows.append((one.deal, one.credit, one.chance, adds, rate, expected))
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values(["expected", "opportunity_id"], ascending=[False, True])
    ends = (
        None
        if plan.counts or plan.quota.by == "family"
        else _drawn(plan, rep, period, mine, quotas, open_deals, earned, seed, draws)
    )
    low, middle, high = ends or (None, None, None)
    return Estimate(table.reset_index(drop=True), earned, low, middle, high)


def _due(plan: Plan, credits: Sequence[Credit], quotas: Quotas, period: Period, undone: Sequence[Reversal]) -> Decimal:
    """What the credits earn in the period, without a draw: it is no pay for deals."""
    found = payouts(plan.model_copy(update={"draw": None}), credits, quotas, until=period.end, reversals=undone)
    return found.total(period=period)


def _drawn(
    plan: Plan,
    rep: str,
    period: Period,
    credits: Sequence[Credit],
    quotas: Quotas,
    deals: Sequence[OpenDeal],
    earned: Decimal,
    seed: int,
    draws: int,
) -> tuple[float, float, float]:
    """The range of the period's pay: each deal is won or not, by itself."""
    chance = np.array([one.chance for one in deals])
    worth = np.array([cents_of(one.credit) for one in deals], np.int64)
    won = np.random.default_rng(seed).random((draws, len(deals))) < chance
    begun = sum(cents_of(credit.amount) for credit in credits)
    quota = cents_of(quotas.get((rep, period.start, "*"), Decimal(0)))
    steps = schedule(plan.model_copy(update={"draw": None}))
    if plan.tiers.per == "deal":
        had = sum(int(tier_pay(steps, np.array([cents_of(credit.amount)]))[0]) for credit in credits)
        pay = had + won @ tier_pay(steps, worth)
        pay = pay if steps.cap is None else np.minimum(pay, steps.cap)
    else:
        pay = period_pay(steps, begun + won @ worth, quota)
    none = had if plan.tiers.per == "deal" else int(period_pay(steps, np.array([begun]), quota)[0])
    low, middle, high = np.quantile((pay - none + cents_of(earned)) / 100, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)
