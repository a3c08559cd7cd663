"""What pay is worked out from, and what comes out: credits, reversals, lines of a statement, notes.

In: nothing. Out: frozen values. A credit is a rep's part of one deal (or of one invoice of it) on one day; a line is one step
of the reckoning, small enough to be checked by hand, and the lines of a rep and period add up to what is due for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from salesanalytics.base.calendar import Period

if TYPE_CHECKING:
    import pandas as pd

ALL = "*"
Quotas: TypeAlias = Mapping[tuple[str, date, str], Decimal]
"""Rep, first day of the period, product family (`*`: all) → quota, in money or as a number of deals."""
Results: TypeAlias = Mapping[tuple[str, date, str], Decimal]
"""Rep, first day of the period, name of the objective → result, 0..1."""


@dataclass(frozen=True, slots=True, order=True)
class Credit:
    """A rep's part of a deal, counted on `day`, the plan's base date.

    `item`: the invoice, where the plan counts invoices. `amount`: money credited, in cents, never negative. `count`: how much
    of one deal it is (a half of a deal split evenly is .5). `deal_amount`: the whole deal, which SPIFFs look at.
    """

    day: date
    deal: str
    rep: str
    item: str = ""
    amount: Decimal = Decimal(0)
    count: Fraction = Fraction(1)
    kind: Literal["revenue", "overlay"] = "revenue"
    family: str = ALL
    type: str = ""
    deal_amount: Decimal = Decimal(0)
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Reversal:
    """Credit that is taken back from a rep on `day`.

    `amount`: how much of the credit (None: all there is by then). `share`: the part of the pay on it that is taken back.
    """

    day: date
    deal: str
    rep: str
    reason: Literal["credit_note", "clawback"] = "credit_note"
    item: str = ""
    amount: Decimal | None = None
    share: Decimal = Decimal(1)

    def place(self) -> tuple[object, ...]:
        """Sort key: by day, and in one order within a day; those that take all there is come last."""
        amount = Decimal(0) if self.amount is None else self.amount
        return self.day, self.deal, self.rep, self.amount is None, self.reason, self.item, amount, self.share


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: what was done to which credit, and the money it gives or takes.

    `component`: commission, accelerator, decelerator, spiff, mbo, cap, credit_note, clawback, draw, draw_recovered. `step`: the
    threshold of the tier as the plan writes it; `rate`: a share of `credit`, or money per unit. `amount` is in whole cents.
    """

    rep: str
    period: Period
    plan: str
    version: int
    component: str
    amount: Decimal
    deal: str = ""
    item: str = ""
    day: date | None = None
    family: str = ALL
    credit: Decimal = Decimal(0)
    step: Decimal | None = None
    rate: Decimal | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A reward that is no pay: what somebody gets, and what it costs the company."""

    rep: str
    period: Period
    name: str
    kind: str
    units: Decimal
    cost: Decimal


def word(value: object) -> str:
    """The text of a cell; empty where there is none."""
    return value if isinstance(value, str) else ""


What = Literal[
    "no_plan", "no_quota", "nothing_to_reverse", "over_invoiced", "withheld", "invoice_set_aside", "deal_set_aside",
    "payment_set_aside", "paid_elsewhere", "paid_outside",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not counted, and why; `detail` says more where there is more to say.

    `what`: no_plan (no version was in force on the day), no_quota (unknown or zero, so there is no attainment),
    nothing_to_reverse (more was taken back than had been credited; the rest waits for credit of the same deal), over_invoiced
    (invoices of more than the deal), withheld (rows that say who shares the deal were set aside), invoice_set_aside,
    deal_set_aside, payment_set_aside (that row itself was), paid_elsewhere (a payment under another plan), paid_outside (a
    payment of this plan for a period in which no version is in force).
    """

    what: What
    rep: str
    deal: str
    day: date
    amount: Decimal
    detail: str = ""


COLUMNS = [
    "rep_id", "period_start", "period_end", "plan", "version", "opportunity_id", "item", "day", "family", "component",
    "credit", "from", "rate", "amount", "detail",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payouts:
    """What is due under the plans until a day: every line, what was given beside pay, and what could not be paid."""

    until: date
    lines: tuple[Line, ...]
    given: tuple[Given, ...] = ()
    notes: tuple[Note, ...] = ()

    def total(self, rep: str | None = None, period: Period | None = None, deal: str | None = None) -> Decimal:
        """The sum of the lines that fit; all of them where nothing is asked for."""
        return sum(
            (
                line.amount
                for line in self.lines
                if rep in (None, line.rep) and period in (None, line.period) and deal in (None, line.deal)
            ),
            Decimal("0.00"),
        )

    def of(self, rep: str) -> "Payouts":
        """One rep's part."""
        return Payouts(
            self.until,
            tuple(one for one in self.lines if one.rep == rep),
            tuple(one for one in self.given if one.rep == rep),
            tuple(one for one in self.notes if one.rep == rep),
        )

    def noting(self, *more: Note) -> "Payouts":
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *more))

    def frame(self) -> "pd.DataFrame":
        """The lines as a table, one row per line; money as Decimal."""
        import pandas as pd

        return pd.DataFrame([_row(line) for line in self.lines], columns=COLUMNS)


def _row(line: Line) -> Sequence[object]:
    return (
        line.rep, line.period.start, line.period.end, line.plan, line.version, line.deal, line.item, line.day, line.family,
        line.component, line.credit, line.step, line.rate, line.amount, line.detail,
    )  # fmt: skip
