"""Many payouts at once, pay curves and cliffs, what plans cost, and what open deals may add."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.bookings import draw, history
from salesanalytics.models.payplan.curve import cliffs, highest_rate, pay_curve
from salesanalytics.models.payplan.estimate import OpenDeal, estimate
from salesanalytics.models.payplan.fast import left_out, period_pay, schedule
from salesanalytics.models.payplan.money import cents_of, money
from salesanalytics.models.payplan.simulate import compare, simulate, summary
from tests.models.payplan.plans import Q1, credit, due, plan, tiers
from tests.models.payplan.test_payouts import steps

RETRO = tiers((0, 0.03), (1, 0.05), (1.5, 0.07), how="retroactive")


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 10**10)), min_size=1, max_size=5),
    tier=steps(),
    how=st.sampled_from(["marginal", "retroactive"]),
    over=st.sampled_from(["attainment", "money"]),
    cap=st.none() | st.integers(0, 10**6),
)
def test_the_fast_way_pays_the_same_cents_as_the_reckoning_with_fractions(
    cells: list[tuple[int, int]], tier: list[dict[str, Any]], how: str, over: str, cap: int | None
) -> None:
    one = plan(tiers={"how": how, "over": over, "steps": tier}, caps={} if cap is None else {"per_period": cap})
    fast = period_pay(schedule(one), *(np.array(column) for column in zip(*cells, strict=True)))
    exact = [cents_of(due(one, [credit(money(sold))], money(quota)).total(period=one.period_of(Q1))) for sold, quota in cells]
    assert fast.tolist() == exact


def test_sums_too_large_for_64_bits_are_still_exact() -> None:
    odd = plan(tiers={"steps": [{"from": 0, "rate": 0.0123456789}, {"from": 0.987654321, "rate": 0.0987654321}]})
    sold, quota = 999_999_999_999_999, 123_456_789_012_345
    fast = period_pay(schedule(odd), np.array([sold]), np.array([quota]))
    assert money(int(fast[0])) == due(odd, [credit(money(sold))], money(quota)).total(period=odd.period_of(Q1))


def test_a_plan_that_counts_deals_is_not_simulated_and_parts_left_out_are_named() -> None:
    counting = plan(quota={"measure": "count"}, tiers={"steps": [{"from": 0, "each": 50}]})
    with pytest.raises(PlanError, match="number of deals"):
        schedule(counting)
    assert left_out(plan(caps={"per_deal": 10})) == ["caps.per_deal"]
    assert left_out(plan(base="paid")) == ["base: paid (bookings are taken for it)"]
    by_deal = plan(tiers=tiers((0, 0.01), (1000, 0.02), over="money", per="deal"))
    with pytest.raises(PlanError, match="deal by deal"):
        simulate(by_deal, *same([500]))


# ── pay curve


def test_the_curve_shows_pay_its_rate_and_what_the_next_euro_earns() -> None:
    curve = pay_curve(plan(), Decimal(1000), [0.5, 1.0, 1.1, 2.0])
    assert curve["pay"].tolist() == [25, 50, 58, 50 + 20 + 75]
    assert curve["marginal"].tolist() == pytest.approx([0.05, 0.08, 0.08, 0.1])
    assert curve["rate"].iloc[3] == pytest.approx(0.0725)


def test_marginal_plans_have_no_cliff_and_retroactive_ones_one_at_each_threshold() -> None:
    assert cliffs(plan(), Decimal(1000)) == []
    found = cliffs(plan(tiers=RETRO), Decimal(1000))
    assert [(one.attainment, one.credit, one.before, one.after) for one in found] == [(1, 1000, 30, 50), (1.5, 1500, 75, 105)]
    assert found[0].jump == 20
    curve = pay_curve(plan(tiers=RETRO), Decimal(1000))
    steps = curve["credit"].diff()
    assert curve.loc[(steps > 0) & (steps < 0.02), "attainment"].tolist() == [1.0, 1.5]  # drawn as steps, not as slopes


def test_the_highest_rate_leaves_cliffs_aside() -> None:
    assert highest_rate(plan(tiers=RETRO), Decimal(1000)) == pytest.approx(0.07)


# ── what plans cost


def same(amounts: list[float], draws: int = 2, periods: int = 1) -> tuple[np.ndarray, pd.Series]:
    cents = np.tile(np.array(amounts) * 100, (draws, periods, 1)).astype(np.int64)
    return cents, pd.Series(1000.0, index=[f"r{at}" for at in range(len(amounts))])


def test_the_cost_is_what_the_plan_pays_and_winners_and_losers_are_told() -> None:
    steep = plan(name="Steep", tiers=tiers((0, 0.02), (1, 0.2)))
    now, then = compare([plan(), steep], *same([500, 1500]))
    assert (now.cost, now.gain, now.lose) == (25 + 50 + 20 + 25, 0, 0)
    assert then.table["change"].tolist() == [10 - 25, 20 + 100 - 95]
    assert (then.gain, then.lose, then.dearer) == (1, 1, 1.0)
    assert summary([now, then])["plan"].tolist() == ["Sellers", "Steep"]


def test_break_even_is_how_much_more_must_be_sold() -> None:
    """5% flat against 8% flat at a margin of 40%: B(1+u)(.4 − .08) = B(.4 − .05), so u = .35 / .32 − 1."""
    flat, dear = plan(tiers=tiers((0, 0.05))), plan(tiers=tiers((0, 0.08)))
    found = simulate(dear, *same([900, 1300]), today=flat, margin=0.4)
    assert found.uplift == pytest.approx(0.35 / 0.32 - 1, abs=1e-4)
    assert simulate(flat, *same([900, 1300]), today=dear, margin=0.4).uplift == 0.0
    assert simulate(dear, *same([900, 1300]), today=flat, margin=0.07).uplift is None
    assert simulate(dear, *same([900, 1300]), today=flat).uplift is None


def test_a_recoverable_draw_costs_less_over_a_year_than_one_that_is_not() -> None:
    booked, quota = same([0.0], periods=4)
    booked[:, 1:] = 200_000
    back, kept = (simulate(plan(draw={"amount": 40, "recoverable": one}), booked, quota).cost for one in (True, False))
    each = 50 + 20 + 75  # of 2,000 against 1,000
    assert (back, kept) == (3 * each, 40 + 3 * each)


def test_draws_keep_the_level_of_the_past_and_know_how_far_periods_differ() -> None:
    rng = np.random.default_rng(1)
    names, periods = [f"r{at}" for at in range(20)], list(range(8))
    quota = pd.DataFrame(1000.0, names, periods)
    level = np.exp(rng.normal(0, 0.2, 8))
    booked = pd.DataFrame(rng.gamma(4, 225, (20, 8)) * level, names, periods)
    past = history(booked, quota)
    assert past is not None
    drawn = draw(past, quota[0], draws=4000, seed=0) / 100
    assert drawn.mean() == pytest.approx(booked.to_numpy().mean(), rel=0.08)
    assert 0.1 < past.spread < 0.35
    ends = draw(past, quota[0], draws=500, seed=0, landing=np.array([15_000.0])) / 100
    assert ends.sum(axis=2) == pytest.approx(np.full((500, 1), 15_000.0), abs=0.2)
    begun = pd.Series({"r3": 4_000.0})
    ends = draw(past, quota[0], draws=500, seed=0, landing=np.array([15_000.0]), so_far=begun) / 100
    assert ends.sum(axis=2) == pytest.approx(np.full((500, 1), 15_000.0), abs=0.2)
    assert ends[:, 0, 3].min() >= 4_000.0


def test_who_was_better_for_long_is_drawn_higher_and_who_was_once_hardly() -> None:
    names, periods = [f"r{at}" for at in range(10)], list(range(8))
    quota = pd.DataFrame(1000.0, names, periods)
    luck = np.random.default_rng(2).gamma(6, 1000 / 6, (10, 8))
    luck[0] *= 1.8
    past = history(pd.DataFrame(luck, names, periods), quota)
    assert past is not None
    assert past.skill["r0"] > 1.3
    assert past.skill.drop("r0").between(0.7, 1.25).all()


def test_too_little_history_is_none() -> None:
    one = pd.DataFrame(1000.0, ["r1", "r2"], [0, 1])
    assert history(one, one) is None


# ── what open deals may add


def test_an_open_deal_is_worth_more_above_the_quota_and_the_range_holds_the_whole() -> None:
    period, quotas = plan().period_of(Q1), {("r1", Q1, "*"): Decimal(1000)}
    deals = [OpenDeal("big", Decimal(400), 0.5), OpenDeal("small", Decimal(100), 0.96)]
    low = estimate(plan(), "r1", period, [credit(500)], quotas, deals)
    high = estimate(plan(), "r1", period, [credit(1000)], quotas, deals)
    assert low.table[["opportunity_id", "if_won", "expected"]].values.tolist() == [
        ["big", 20, 10],
        ["small", 5, Decimal("4.80")],
    ]
    assert high.table.set_index("opportunity_id")["if_won"].to_dict() == {"big": 250 * Decimal("0.08") + 15, "small": 8}
    assert (low.earned, low.low, low.high) == (25, 30, 50)


def test_where_each_deal_is_paid_by_itself_open_deals_add_up() -> None:
    by_deal = plan(tiers=tiers((0, 0.01), (1000, 0.02), over="money", per="deal"))
    deals = [OpenDeal("a", Decimal(2000), 1.0), OpenDeal("b", Decimal(500), 1.0)]
    found = estimate(by_deal, "r1", by_deal.period_of(Q1), [credit(1500)], {}, deals)
    assert found.table["if_won"].tolist() == [30, 5]
    assert (found.low, found.high) == (20 + 35, 20 + 35)


def test_without_open_deals_the_estimate_is_what_is_earned() -> None:
    found = estimate(plan(), "r1", plan().period_of(date(2026, 2, 1)), [credit(500)], {("r1", Q1, "*"): Decimal(1000)}, [])
    assert (found.low, found.middle, found.high, len(found.table)) == (25, 25, 25, 0)
