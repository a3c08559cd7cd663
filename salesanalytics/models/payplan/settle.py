"""What would be settled on a day, without settling it: what is due under the plan less what was paid already.

In: what is due (`payouts`) and the payments made by then. Out: a statement, line by line, and its sums by period with the year
so far. A payment belongs to the period that holds its `period_start`, and to the plan by the plan's `paid_as`, else by its
name; one for a period in which no version is in force and nothing is due is set apart and noted, as are payments under other
plans. Changes nothing and remembers nothing: asked again after a payment, it shows the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.payplan.credit import Note, Payouts, word
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
    plan: str = ""


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
    return _payments(plans, tables, on, under=True)


def paid_elsewhere(plans: Sequence[Plan], tables: Tables, rep: str, *, on: date) -> list[Note]:
    """The rep's payments of money under other plans, or under ids nobody knows, since the first of these plans began."""
    begun = min(plan.valid_from for plan in plans)
    return [
        Note("paid_elsewhere", rep, one.deal, one.period_start, one.amount, f"{one.plan}, {one.id}, paid on {one.paid_on}")
        for one in _payments(plans, tables, on, under=False)
        if one.rep == rep and one.period_start >= begun
    ]


def within(plans: Sequence[Plan], due: Payouts, made: Iterable[Payment]) -> tuple[list[Payment], list[Note]]:
    """The payments of periods that the plans hold, or in which something is due; and a note for each other one."""
    kept, out = [], []
    busy = {(line.rep, line.period) for line in due.lines}
    for one in made:
        period = plans[-1].period_of(one.period_start)
        if (one.rep, period) in busy or any(plan.holds(period.start) for plan in plans):
            kept.append(one)
        else:
            said = f"{one.plan}, {one.id}, paid on {one.paid_on} for the period from {period.start}"
            out.append(Note("paid_outside", one.rep, one.deal, one.period_start, one.amount, said))
    return kept, out


def _payments(plans: Sequence[Plan], tables: Tables, on: date, *, under: bool) -> list[Payment]:
    """Payments of money by the end of `on`, under these plans or under no one of them."""
    if "payout" not in tables:
        return []
    tables = known_on(tables, on)
    names = {name for plan in plans for name in (plan.paid_as or (plan.name,))}
    rows, known = tables["payout"], tables.get("incentive_plan")
    ids = names if known is None else names | set(known.loc[known["name"].isin(names), "plan_id"])
    rows = rows[(rows["plan_id"].isin(ids) == under) & rows["amount"].notna() & (rows["paid_on"] <= pd.Timestamp(on))]
    columns = (
        "rep_id",
        "period_start",
        "amount",
        "paid_on",
        "payout_id",
        "opportunity_id",
        "component",
        "plan_version",
        "plan_id",
    )
    return [
        Payment(rep, start.date(), money(round(amount * 100)), paid.date(), *(word(one) for one in more))
        for rep, start, amount, paid, *more in zip(*(rows[name] for name in columns), strict=True)
    ]


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

    Money is in whole cents; in each period the rows `earned` and `paid` add up to the row `due`. What was not counted stands in
    rows `not_counted`, whose `component` says why (`credit.Note`) and whose `credit` is the money that it is about.
    """
    made = [one for one in made if one.rep == rep]
    mine = due.of(rep)
    rows: list[dict[str, object]] = []
    sums = {one.period: one for one in settled(plan, mine, made)}
    for period in {plan.period_of(note.day) for note in mine.notes} - sums.keys():
        sums[period] = Settled(rep, period, *[Decimal(0)] * 4)
    for one in (sums[period] for period in sorted(sums)):
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
        rows += [
            {**span, "line": "not_counted", "component": note.what, "opportunity_id": note.deal, "day": note.day,
             "credit": note.amount, "amount": Decimal(0), "detail": note.detail}
            for note in mine.notes if plan.period_of(note.day) == one.period
        ]  # fmt: skip
        rows.append({**span, "line": "due", "amount": one.due})
    return pd.DataFrame(rows, columns=STATEMENT)
