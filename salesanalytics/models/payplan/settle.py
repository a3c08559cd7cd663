"""What would be settled on a day, without settling it: what is due under the plan less what was paid already.

In: what is due (`payouts`) and the payments made by then. Out: a statement, line by line, and its sums by period with the year
so far. A payment belongs to the period that holds its `period_start`, and to the plan by the plan's `paid_as`, else by its
name. Changes nothing and remembers nothing: asked again after a payment, it shows the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.payplan.credit import Payouts
from salesanalytics.models.payplan.money import money
from salesanalytics.models.payplan.plan import Plan

STATEMENT = [
    "period_start", "period_end", "line", "component", "opportunity_id", "item", "day", "credit", "from", "rate", "amount",
    "plan", "version", "detail",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment that was made; negative where money was taken back."""

    rep: str
    period_start: date
    amount: Decimal
    paid_on: date
    id: str = ""
    deal: str = ""
    component: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """One rep and period: `earned`, `paid` already, `due` (what is left to pay; negative: to be taken back).

    `year_earned`, `year_paid`: of the fiscal year up to the end of this period.
    """

    rep: str
    period: Period
    earned: Decimal
    paid: Decimal
    year_earned: Decimal
    year_paid: Decimal

    @property
    def due(self) -> Decimal:
        """What would be paid now."""
        return self.earned - self.paid


def payments(plans: Sequence[Plan], tables: Tables, *, on: date) -> list[Payment]:
    """The payments of money under these plans that were made by the end of `on`, by table `payout`."""
    if "payout" not in tables:
        return []
    tables = known_on(tables, on)
    names = {name for plan in plans for name in (plan.paid_as or (plan.name,))}
    rows, known = tables["payout"], tables.get("incentive_plan")
    ids = names if known is None else names | set(known.loc[known["name"].isin(names), "plan_id"])
    rows = rows[rows["plan_id"].isin(ids) & rows["amount"].notna() & (rows["paid_on"] <= pd.Timestamp(on))]
    columns = ("rep_id", "period_start", "amount", "paid_on", "payout_id", "opportunity_id", "component", "plan_version")
    return [
        Payment(rep, start.date(), money(round(amount * 100)), paid.date(), *(_text(one) for one in more))
        for rep, start, amount, paid, *more in zip(*(rows[name] for name in columns), strict=True)
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def settled(plan: Plan, due: Payouts, made: Iterable[Payment]) -> list[Settled]:
    """One row per rep and period in which anything is due or was paid, in order."""
    earned: dict[tuple[str, Period], Decimal] = {}
    paid: dict[tuple[str, Period], Decimal] = {}
    for line in due.lines:
        key = (line.rep, line.period)
        earned[key] = earned.get(key, Decimal(0)) + line.amount
    for one in made:
        key = (one.rep, plan.period_of(one.period_start))
        paid[key] = paid.get(key, Decimal(0)) + one.amount
    keys = sorted({*earned, *paid})
    return [
        Settled(
            rep, period, earned.get((rep, period), Decimal(0)), paid.get((rep, period), Decimal(0)),
            _so_far(plan, earned, rep, period), _so_far(plan, paid, rep, period),
        )
        for rep, period in keys
    ]  # fmt: skip


def _so_far(plan: Plan, amounts: Mapping[tuple[str, Period], Decimal], rep: str, period: Period) -> Decimal:
    year = period_of(period.start, "year", plan.fiscal_year_start)
    inside = (amount for (who, one), amount in amounts.items() if who == rep and year.start <= one.start <= period.start)
    return sum(inside, Decimal(0))


def statement(plan: Plan, due: Payouts, made: Iterable[Payment], rep: str) -> pd.DataFrame:
    """A rep's statement, one row per line: what was earned, what was paid (negative), and per period what is due.

    Money is in whole cents; in each period the rows `earned` and `paid` add up to the row `due`.
    """
    made = [one for one in made if one.rep == rep]
    mine = due.of(rep)
    rows: list[dict[str, object]] = []
    for one in settled(plan, mine, made):
        span: dict[str, object] = {"period_start": one.period.start, "period_end": one.period.end}
        rows += [
            {**span, "line": "earned", "component": line.component, "opportunity_id": line.deal, "item": line.item,
             "day": line.day, "credit": line.credit, "from": line.step, "rate": line.rate, "amount": line.amount,
             "plan": line.plan, "version": str(line.version), "detail": line.detail}
            for line in mine.lines if line.period == one.period
        ]  # fmt: skip
        rows += [
            {**span, "line": "paid", "component": past.component, "opportunity_id": past.deal, "item": past.id,
             "day": past.paid_on, "amount": -past.amount, "version": past.version}
            for past in made if plan.period_of(past.period_start) == one.period
        ]  # fmt: skip
        rows += [{**span, "line": "given", "amount": Decimal(0), "detail": f"{gift.name} × {gift.units.normalize():f}"}
                 for gift in mine.given if gift.period == one.period]  # fmt: skip
        rows.append({**span, "line": "due", "amount": one.due})
    return pd.DataFrame(rows, columns=STATEMENT)
