"""Two versions of any plan, any deals, shares, credit notes and claw-backs: what must hold whatever comes together."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from salesanalytics.models.payplan.credit import Credit, Payouts, Reversal
from salesanalytics.models.payplan.payouts import payouts
from salesanalytics.models.payplan.plan import Plan
from tests.models.payplan.plans import END, Q1, Q2, Q3, euros, plan

REPS = ("r1", "r2", "r3")
QUARTERS = (Q1, Q2, Q3, date(2026, 10, 1))


def version(rng: random.Random, rule: str, number: int, first: date, last: date | None) -> Plan:
    rates = sorted(rng.randint(0, 2000) / 10_000 for _ in range(3))
    over = rng.choice(["attainment", "money"])
    starts = (0, 0.5, 1.1) if over == "attainment" else (0, 500, 2000)
    steps = [{"from": start, "rate": rate} for start, rate in zip(starts, rates, strict=True)]
    caps: Any = rng.choice([{}, {"per_deal": rng.randint(0, 100)}, {"per_period": rng.randint(60, 200)}, {"per_deal": 50}])
    mbo = {"target": 100, "parts": [{"name": "a", "weight": 0.3}, {"name": "b", "weight": 0.7}]}
    return plan(
        version=number,
        valid_from=first,
        valid_to=last,
        deal_in_two_periods=rule,
        tiers={"how": rng.choice(["marginal", "retroactive"]), "over": over, "steps": steps},
        caps=caps,
        draw=rng.choice([None, {"amount": rng.randint(0, 60), "recoverable": rng.random() < 0.5}]),
        mbo=rng.choice([None, mbo]),
        spiffs=rng.choice([[], [{"name": "s", "from": first, "to": first + timedelta(60), "pays": 25.55}]]),
    )


def deals(rng: random.Random) -> tuple[list[Credit], list[Reversal]]:
    credits: list[Credit] = []
    undone: list[Reversal] = []
    for deal in range(rng.randint(1, 8)):
        reps = rng.sample(REPS, rng.randint(1, 3))
        parts = rng.randint(1, 3)
        for item in range(parts):
            day, cents = Q1 + timedelta(rng.randint(0, 360)), rng.randint(0, 200_000)
            for rep in reps:
                part, share = Decimal(cents // len(reps)) / 100, Fraction(1, len(reps) * parts)
                credits.append(Credit(day, f"d{deal}", rep, f"i{item}", part, share, deal_amount=Decimal(cents) / 100))
        for _ in range(rng.randint(0, 3)):
            amount = rng.choice([None, Decimal(rng.randint(1, 150_000)) / 100])
            reason: Any = rng.choice(["credit_note", "clawback"])
            share_back = Decimal(rng.choice(["1", "0.5", "0"]))
            day = Q1 + timedelta(rng.randint(0, 364))
            undone.append(Reversal(day, f"d{deal}", rng.choice(reps), reason, "n", amount, share_back))
    return credits, undone


def of_deals(found: Payouts) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in found.lines:
        if line.deal:
            sums[line.rep, line.deal] += line.amount
    return sums


@pytest.mark.parametrize("block", range(10))
def test_no_deal_gives_back_more_than_it_got_and_the_order_of_rows_is_nothing(block: int) -> None:
    for seed in range(block * 30, block * 30 + 30):
        rng = random.Random(seed)
        rule = rng.choice(["first", "last", "each"])
        plans = [version(rng, rule, 1, Q1, date(2026, 6, 30)), version(rng, rule, 2, Q3, None)]
        credits, undone = deals(rng)
        quotas = {(rep, start, "*"): euros(rng.choice([0, 500, 1234.56])) for rep in REPS for start in QUARTERS}
        results = {(rep, Q1, "a"): Decimal("0.333") for rep in REPS[:2]}
        found = payouts(plans, credits, quotas, until=END, reversals=undone, results=results)
        rng.shuffle(credits)
        rng.shuffle(undone)
        assert payouts(plans, credits, quotas, until=END, reversals=undone, results=results) == found, seed
        assert all(line.amount == euros(line.amount) for line in found.lines), seed
        assert min(of_deals(found).values(), default=Decimal(0)) >= 0, seed
        for rep in REPS:  # never more is recovered than was advanced
            lines = [line for line in found.of(rep).lines if line.component == "draw_recovered" or line.detail == "recoverable"]
            assert sum(line.amount for line in lines) >= 0, seed


def test_a_lower_cap_of_a_later_version_takes_nothing_back() -> None:
    old, new = (
        plan(valid_to=date(2026, 3, 31), deal_in_two_periods="each"),
        plan(version=2, valid_from=Q2, caps={"per_deal": 20}),
    )
    twice = [Credit(day, "a", "r1", f"i{day}", Decimal(1000), deal_amount=Decimal(2000)) for day in (Q1, Q2)]
    found = payouts([old, new], twice, {("r1", day, "*"): Decimal(1000) for day in QUARTERS}, until=END)
    assert [found.total(period=new.period_of(day)) for day in (Q1, Q2)] == [50, 0]
