"""What the steps of a plan pay on the credits of one rep, period and quota: exactly, and credit by credit.

In: a plan, credits in the order in which they fill the steps, and their quota. Out: pieces, one per credit and step it lies in,
with the fraction of a cent it is worth. A threshold becomes an edge in cents (attainment × quota, rounded half up), so every
piece of money is whole cents and a rep can check it: piece × rate.

The order of the credits decides which of them is said to have earned the higher rate, and never what all of them earn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from salesanalytics.models.payplan.credit import Credit
from salesanalytics.models.payplan.money import cents_of, half_up
from salesanalytics.models.payplan.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a credit, in one step: `base` in cents (or units, where each is paid), `pay` in cents; both exact."""

    credit: Credit
    step: Step
    base: Fraction
    pay: Fraction


def edges(plan: Plan, quota: Decimal | None) -> list[Fraction]:
    """Where each step begins: cents of credit, or a number of deals.

    `quota` is only looked at where thresholds are attainment.
    """
    return [_edge(plan, step.start, quota) for step in plan.tiers.steps]


def _edge(plan: Plan, threshold: Decimal, quota: Decimal | None) -> Fraction:
    reach = Fraction(threshold) * (Fraction(quota or 0) if plan.tiers.over == "attainment" else 1)
    return reach if plan.counts else Fraction(half_up(reach * 100))


def pieces(plan: Plan, credits: Sequence[Credit], quota: Decimal | None) -> list[Piece]:
    """The pieces of `credits`, which all count towards one quota (or are one deal, where the plan pays per deal)."""
    starts = edges(plan, quota)
    if plan.tiers.how == "retroactive":
        reached = sum((_reach(plan, credit) for credit in credits), Fraction(0))
        step = plan.tiers.steps[max(at for at, start in enumerate(starts) if start <= reached)]
        return [_piece(plan, credit, step, Fraction(1)) for credit in credits]
    found: list[Piece] = []
    begun = Fraction(0)
    for credit in credits:
        reach = _reach(plan, credit)
        found += _marginal(plan, credit, starts, begun, begun + reach)
        begun += reach
    return found


def _marginal(plan: Plan, credit: Credit, starts: Sequence[Fraction], begun: Fraction, ended: Fraction) -> Iterator[Piece]:
    for at, (step, start) in enumerate(zip(plan.tiers.steps, starts, strict=True)):
        upper = min(ended, starts[at + 1]) if at + 1 < len(starts) else ended
        within = upper - max(begun, start)
        if within > 0:
            yield _piece(plan, credit, step, within / (ended - begun))


def _reach(plan: Plan, credit: Credit) -> Fraction:
    return Fraction(credit.count) if plan.counts else Fraction(cents_of(credit.amount))


def _piece(plan: Plan, credit: Credit, step: Step, part: Fraction) -> Piece:
    if step.each is not None:
        base = Fraction(credit.count) * part
        return Piece(credit, step, base, base * Fraction(step.each) * 100)
    base = Fraction(cents_of(credit.amount)) * part
    return Piece(credit, step, base, base * Fraction(plan.rate_of(step)))
