"""Plans and credits for one test at a time."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from salesanalytics.base.strict_yaml import read_document
from salesanalytics.models.payplan.credit import Credit, Payouts, Reversal
from salesanalytics.models.payplan.payouts import payouts
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.plan_file import plan_from

Q1, Q2, Q3 = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)
END = date(2026, 12, 31)
STEPS = [{"from": 0, "rate": 0.05}, {"from": 1, "rate": 0.08}, {"from": 1.25, "rate": 0.1}]
PLAIN: dict[str, Any] = {
    "name": "Sellers",
    "version": 1,
    "valid_from": Q1,
    "currency": "EUR",
    "base": "booked",
    "period": "quarter",
    "tiers": {"steps": STEPS},
}


def plan(**changes: Any) -> Plan:
    return Plan.model_validate({**PLAIN, **changes})


def tiers(*steps: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {**more, "steps": [{"from": start, "rate": rate} for start, rate in steps]}


def written(text: str) -> Plan:
    """The plan in a file with this text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        return plan_from(read_document(path), path.name)


def credit(amount: object, day: date = Q1, rep: str = "r1", deal: str = "", **more: Any) -> Credit:
    money = Decimal(str(amount)).quantize(Decimal("0.01"))
    more.setdefault("deal_amount", money)
    return Credit(day, deal or f"d{amount}-{day:%m%d}", rep, amount=money, **more)


def back(amount: object, day: date, deal: str, rep: str = "r1", **more: Any) -> Reversal:
    return Reversal(day, deal, rep, amount=None if amount is None else Decimal(str(amount)), **more)


def due(one: Plan | list[Plan], credits: list[Credit], quota: object = 1000, *undone: Reversal, **more: Any) -> Payouts:
    """What is due at the end of the year; every rep has the same quota in each quarter."""
    reps = {credit.rep for credit in credits} | {"r1"}
    quotas = {(rep, start, "*"): Decimal(str(quota or 0)) for rep in reps for start in (Q1, Q2, Q3, date(2026, 10, 1))}
    more.setdefault("until", END)
    return payouts(one, credits, quotas if quota else {}, reversals=undone, **more)


def euros(amount: object) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


HALF = Fraction(1, 2)
