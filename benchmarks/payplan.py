"""Pay plans: how long millions of exact payouts take, and how often the 80% range of a plan's cost holds.

    python benchmarks/payplan.py [--payouts N] [--runs N]

Exit code 1 where a mark is missed. The world of the second part is made here and is not the demo's: sellers of different skill
with gamma sums of deals, a shock that all share in a period, and quotas that know neither.
"""

import argparse
import sys
import time
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from salesanalytics.models.payplan.bookings import draw, history
from salesanalytics.models.payplan.credit import Credit
from salesanalytics.models.payplan.fast import period_pay, schedule
from salesanalytics.models.payplan.money import cents_of, money
from salesanalytics.models.payplan.payouts import payouts
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.simulate import simulate

SECONDS, COVERAGE = 1.0, (0.75, 0.85)
STEPS = [{"from": 0, "rate": 0.045}, {"from": 1, "rate": 0.07}, {"from": 1.25, "rate": 0.09}]


def plan(how: str) -> Plan:
    """Three steps over attainment, with a cap."""
    said = {"name": how, "version": 1, "valid_from": date(2026, 1, 1), "currency": "EUR", "base": "booked", "period": "quarter"}
    return Plan.model_validate({**said, "tiers": {"how": how, "steps": STEPS}, "caps": {"per_period": 90_000}})


def speed(count: int) -> dict[str, float]:
    """CPU seconds for `count` payouts, marginal and retroactive; 1,000 of them are held against the one with fractions."""
    rng = np.random.default_rng(0)
    credit, quota = rng.integers(0, 100_000_000, count), rng.integers(1_000_000, 60_000_000, count)
    took = {}
    for how in ("marginal", "retroactive"):
        one, steps = plan(how), schedule(plan(how))
        begun = time.process_time()
        pay = period_pay(steps, credit, quota)
        took[how] = time.process_time() - begun
        for at in range(0, count, max(count // 1000, 1)):
            quotas = {("r", date(2026, 1, 1), "*"): money(int(quota[at]))}
            sold = Credit(date(2026, 1, 1), "d", "r", amount=money(int(credit[at])))
            exact = payouts(one, [sold], quotas, until=date(2026, 3, 31)).total()
            assert cents_of(exact) == pay[at], (how, int(credit[at]), int(quota[at]))
    return took


def coverage(runs: int, shock: float, periods: int, reps: int = 12) -> tuple[float, float]:
    """Share of runs in which the cost of the next quarter lies in the range of 80%, and mean cost ÷ mean of what it was."""
    one, inside, said, was = plan("marginal"), 0, 0.0, 0.0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        skill, quota = rng.lognormal(0, 0.25, reps), rng.uniform(200_000, 400_000, reps)
        common = np.exp(rng.normal(-0.1, shock, periods + 1))
        booked = rng.gamma(3.0, 1 / 3.0, (reps, periods + 1)) * (skill * quota)[:, None] * common
        names = [f"r{at}" for at in range(reps)]
        columns = list(range(periods))
        asked = pd.DataFrame(np.repeat(quota[:, None], periods, axis=1), names, columns)
        past = history(pd.DataFrame(booked[:, :periods], names, columns), asked)
        assert past is not None
        goal = pd.Series(quota, names)
        found = simulate(one, draw(past, goal, draws=1000, seed=seed), goal)
        ends = np.round(booked[:, periods] * 100).astype(np.int64)
        cost = float(period_pay(schedule(one), ends, np.round(quota * 100).astype(np.int64)).sum() / 100)
        inside += found.low <= cost <= found.high
        said, was = said + found.cost, was + cost
    return inside / runs, said / was


def main() -> int:
    """Both parts; 1 where a mark is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--payouts", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=400)
    asked = parser.parse_args()
    missed = False
    for how, took in speed(asked.payouts).items():
        missed |= took > SECONDS * asked.payouts / 2_000_000
        print(f"{asked.payouts:,} payouts, {how}: {took:.2f} CPU s (mark {SECONDS} s for 2,000,000)")
    held = []
    for shock in (0.05, 0.15, 0.3):
        for periods in (4, 8):
            share, bias = coverage(asked.runs, shock, periods)
            held.append(share)
            print(f"shock {shock}, {periods} past quarters: range of 80% held {share:.2f}, cost said ÷ was {bias:.3f}")
    missed |= not COVERAGE[0] <= float(Decimal(sum(held)) / len(held)) <= COVERAGE[1]
    print(f"all together: {np.mean(held):.3f} (mark {COVERAGE[0]} to {COVERAGE[1]})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
