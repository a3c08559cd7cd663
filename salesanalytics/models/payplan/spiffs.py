"""SPIFFs: extra pay for each deal that fits, shared among those who share the deal.

In: credits in their periods. Out: lines by rep and period. A fixed amount per deal is paid once, however many reps and invoices
the deal has; the parts add up to it to the cent. Overlay credit gets none.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from salesanalytics.base.calendar import Period
from salesanalytics.models.payplan.credit import Credit, Line
from salesanalytics.models.payplan.money import cents_of, money, rounded
from salesanalytics.models.payplan.net import Placed
from salesanalytics.models.payplan.plan import Plan, Spiff


def spiff_lines(credits: Sequence[Placed]) -> dict[tuple[str, Period], list[Line]]:
    """The SPIFF lines of every rep and period."""
    by_deal: dict[str, list[Placed]] = defaultdict(list)
    for placed in credits:
        plan, _, credit = placed
        if plan.spiffs and credit.kind == "revenue":
            by_deal[credit.deal].append(placed)
    found: dict[tuple[str, Period], list[Line]] = defaultdict(list)
    for rows in by_deal.values():
        for spiff in dict.fromkeys(spiff for plan, _, _ in rows for spiff in plan.spiffs):
            fit = [(plan, period, credit) for plan, period, credit in rows if spiff in plan.spiffs and fits(spiff, credit)]
            cents = rounded([_worth(spiff, credit) for _, _, credit in fit])
            for (plan, period, credit), amount in zip(fit, cents, strict=True):
                found[credit.rep, period].append(_line(plan, period, credit, spiff, amount))
    return found


def fits(spiff: Spiff, credit: Credit) -> bool:
    """Whether a credit's deal is one that the SPIFF pays for."""
    return (
        spiff.first <= credit.day <= spiff.last
        and credit.deal_amount >= spiff.min_amount
        and (not spiff.families or credit.family in spiff.families)
        and (not spiff.types or credit.type in spiff.types)
    )


def _worth(spiff: Spiff, credit: Credit) -> Fraction:
    if spiff.pays is not None:
        return Fraction(spiff.pays) * 100 * credit.count
    return cents_of(credit.amount) * Fraction(spiff.rate or 0)


def _line(plan: Plan, period: Period, credit: Credit, spiff: Spiff, cents: int) -> Line:
    return Line(
        credit.rep, period, plan.name, plan.version, "spiff", money(cents), credit.deal, credit.item, credit.day, credit.family,
        credit.amount, rate=spiff.rate, detail=spiff.name,
    )  # fmt: skip
