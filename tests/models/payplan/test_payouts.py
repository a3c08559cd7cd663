"""What is due under a plan: worked examples to the cent, what reverses, and what must hold for every plan."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.credit import Credit
from salesanalytics.models.payplan.lock import content_hash, lock, locked_from, text_of
from salesanalytics.models.payplan.money import rounded, shared
from salesanalytics.models.payplan.payouts import payouts
from tests.models.payplan.plans import HALF, PLAIN, Q1, Q2, Q3, back, credit, due, euros, plan, tiers

MONEY = st.integers(0, 5_000_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.lists(st.integers(0, 3000), min_size=1, max_size=5).map(lambda rates: [rate / 10_000 for rate in rates])


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps whose rates never fall, from attainment 0 on."""
    rates = sorted(draw(RATES))
    starts = sorted(draw(st.sets(st.integers(1, 300), min_size=len(rates) - 1, max_size=len(rates) - 1)))
    return [{"from": start / 100, "rate": rate} for start, rate in zip([0, *starts], rates, strict=True)]


# ── worked examples


def test_marginal_steps_on_each_sale_by_itself() -> None:
    """200, 300, 1,500, 1,200, 2,000 and 4,500 earn 2, 3, 20, 14, 30 and 95, which is 164.

    The rule behind it: 20 on 1,500 is no single rate of a round step, so steps are marginal, 1% up to 1,000 and 2% above (14 on
    1,200 and 30 on 2,000 agree); 95 on 4,500 leaves 65 for what lies above 2,000, which is 2% up to 3,000 and 3% from there on.
    Each sale begins at the bottom again: 9,700 in one go would earn 251.
    """
    each = plan(tiers=tiers((0, 0.01), (1000, 0.02), (3000, 0.03), over="money", per="deal"))
    sales = [200, 300, 1500, 1200, 2000, 4500]
    found = due(each, [credit(amount) for amount in sales])
    assert [found.total(deal=f"d{amount}-0101") for amount in sales] == [2, 3, 20, 14, 30, 95]
    assert found.total() == 164


def test_the_same_steps_on_the_sum_of_the_period_pay_more() -> None:
    summed = plan(tiers=tiers((0, 0.01), (1000, 0.02), (3000, 0.03), over="money"))
    assert due(summed, [credit(9700)]).total() == euros(10 + 40 + 201)


@pytest.mark.parametrize(
    ("sold", "earned"),
    [("4999.99", 0), (5000, 50), ("14999.99", 150), (15_000, 300), ("59999.99", 1200), (60_000, 1800), (70_000, 2100)],
)
def test_flat_tiers_pay_the_rate_that_is_reached_on_everything(sold: object, earned: int) -> None:
    flat = plan(tiers=tiers((0, 0), (5000, 0.01), (15_000, 0.02), (60_000, 0.03), over="money", how="retroactive"))
    assert due(flat, [credit(sold)]).total() == euros(earned)


def test_accelerators_multiply_the_base_rate_and_are_called_so() -> None:
    rates = {"steps": [{"from": 0, "times": 0.5}, {"from": 0.5, "times": 1}, {"from": 1, "times": 1.5}]}
    found = due(plan(base_rate=0.1, tiers=rates), [credit(1200)])
    assert {line.component: line.amount for line in found.lines} == {"decelerator": 25, "commission": 50, "accelerator": 30}


def test_each_line_says_which_credit_which_step_which_rate_and_which_amount() -> None:
    found = due(plan(), [credit(900, Q1, deal="a"), credit(200, Q1 + timedelta(1), deal="b")])
    assert [(line.deal, line.credit, line.step, line.rate, line.amount) for line in found.lines] == [
        ("a", 900, 0, Decimal("0.05"), 45),
        ("b", 100, 0, Decimal("0.05"), 5),
        ("b", 100, 1, Decimal("0.08"), 8),
    ]


def test_halves_of_a_cent_are_rounded_up_once_per_quota_not_per_deal() -> None:
    odd = plan(tiers=tiers((0, 0.05)))
    assert due(odd, [credit("0.10")]).total() == euros("0.01")
    assert due(odd, [credit("0.10", deal=f"d{at}") for at in range(10)]).total() == euros("0.05")


def test_a_quota_of_numbers_pays_per_unit_and_shares_count_as_shares() -> None:
    sdr = plan(quota={"measure": "count"}, tiers={"steps": [{"from": 0, "each": 50}, {"from": 1, "each": 80}]})
    meetings = [credit(0, deal=f"m{at}") for at in range(5)]
    assert due(sdr, [*meetings, credit(0, deal="half", count=HALF)], 4).total() == euros(4 * 50 + 1.5 * 80)


def test_quotas_by_family_have_tiers_of_their_own() -> None:
    families = plan(quota={"by": "family"})
    quotas = {("r1", Q1, "Core"): Decimal(1000), ("r1", Q1, "Cloud"): Decimal(100)}
    sold = [credit(200, family="Cloud"), credit(300, family="Core")]
    found = payouts(families, sold, quotas, until=Q2)
    assert found.total() == euros(300 * 0.05 + 100 * 0.05 + 25 * 0.08 + 75 * 0.1)


def test_spiffs_pay_once_a_deal_however_many_share_it() -> None:
    sprint = {"name": "Sprint", "from": Q1, "to": date(2026, 1, 31), "pays": 250, "min_amount": 500, "types": ["new"]}
    third = Fraction(1, 3)
    team = [credit(200, rep=f"r{at}", deal="shared", count=third, deal_amount=Decimal(600), type="new") for at in (1, 2, 3)]
    others = [
        credit(400, deal="small", type="new"),
        credit(600, deal="old", type="renewal"),
        credit(600, date(2026, 2, 1), deal="late", type="new"),
    ]
    lines = [line for line in due(plan(spiffs=[sprint]), [*team, *others]).lines if line.component == "spiff"]
    assert sorted(line.amount for line in lines) == [euros("83.33"), euros("83.33"), euros("83.34")]


def test_objectives_pay_their_weight_times_their_result() -> None:
    mbo = {"target": 1000, "parts": [{"name": "Forecast", "weight": 0.6}, {"name": "Hiring", "weight": 0.4}]}
    results = {("r1", Q1, "Forecast"): Decimal("0.755"), ("r1", Q1, "Hiring"): Decimal(1)}
    assert due(plan(mbo=mbo), [], results=results).total() == euros(453 + 400)


def test_caps_hold_per_deal_and_per_period_and_are_lines_of_their_own() -> None:
    capped = plan(caps={"per_deal": 60, "per_period": 100})
    found = due(capped, [credit(1500, deal="whale"), credit(600, Q1 + timedelta(1), deal="next")])
    assert found.total(deal="whale") + found.total(deal="next") == found.total() == 100
    assert {line.detail for line in found.lines if line.component == "cap"} == {"per deal", "per period"}


def test_a_recoverable_draw_comes_back_from_later_pay_above_it() -> None:
    drawn = plan(draw={"amount": 40})
    found = due(drawn, [credit(200, Q1), credit(1000, Q2), credit(1400, Q3)], until=date(2026, 9, 30))
    # 30 are advanced; the second quarter earns 10 above the draw, the third 57
    assert [found.total(period=drawn.period_of(day)) for day in (Q1, Q2, Q3)] == [40, 50 - 10, 50 + 20 + 15 - 20]


def test_what_was_never_recoverable_stays() -> None:
    kept = plan(draw={"amount": 40, "recoverable": False}, valid_to=date(2026, 6, 30))
    assert due(kept, [credit(200, Q1), credit(1000, Q2)]).total() == 40 + 50


def test_a_draw_is_not_due_before_its_period_is_over() -> None:
    assert due(plan(draw={"amount": 40}), [credit(200)], until=date(2026, 3, 30)).total() == 10
    assert due(plan(draw={"amount": 40}), [credit(200)], until=date(2026, 3, 31)).total() == 40


def test_time_off_and_recognition_cost_but_are_no_pay() -> None:
    day_off = {"name": "A day off", "kind": "time_off", "at": 1.1, "cost": 320}
    below, above = (due(plan(rewards=[day_off]), [credit(sold)]) for sold in (1099, 1100))
    assert below.given == ()
    assert [(one.name, one.cost) for one in above.given] == [("A day off", 320)]
    assert above.total() == euros(50 + 8)


# ── reversals


def test_a_credit_note_takes_back_what_was_paid_at_the_rate_used_then() -> None:
    sold = [credit(1000, Q1, deal="a"), credit(500, Q1 + timedelta(1), deal="b")]
    found = due(plan(), sold, 1000, back(500, Q2, "b"))
    paid = 250 * Decimal("0.08") + 250 * Decimal("0.1")
    line = next(line for line in found.lines if line.component == "credit_note")
    assert (line.amount, line.credit, line.period.start) == (-paid, -500, Q2)
    assert found.total(deal="b") == 0


def test_a_credit_note_in_the_period_of_its_deal_lowers_the_credit() -> None:
    found = due(plan(), [credit(1000, Q1, deal="a"), credit(500, Q1, deal="b")], 1000, back(500, date(2026, 3, 31), "b"))
    assert found.total() == 50
    assert {line.component for line in found.lines} == {"commission"}


def test_a_credit_note_before_its_invoice_is_paid_waits_for_it() -> None:
    """OCA/commission#463: a credit note was settled while its invoice, not yet paid, was skipped."""
    early = due(plan(), [], 1000, back(300, Q1, "a"))
    assert early.total() == 0
    assert [(note.what, note.deal, note.amount) for note in early.notes] == [("nothing_to_reverse", "a", 300)]
    later = due(plan(), [credit(1000, Q2, deal="a")], 1000, back(300, Q1, "a"))
    assert later.total() == euros(700 * 0.05)
    assert later.notes == ()


def test_more_taken_back_than_was_paid_takes_what_was_paid_and_says_so() -> None:
    found = due(plan(), [credit(400, Q1, deal="a")], 1000, back(300, Q2, "a"), back(300, Q3, "a"))
    assert found.total(deal="a") == 0
    assert [(note.what, note.amount) for note in found.notes] == [("nothing_to_reverse", 200)]


def test_a_clawback_takes_its_share_of_the_pay_and_the_rest_stays() -> None:
    found = due(plan(), [credit(1000, Q1, deal="a")], 1000, back(None, Q3, "a", reason="clawback", share=Decimal("0.5")))
    assert found.total(deal="a") == 25


FLAT: dict[str, Any] = {"tiers": tiers((0, 0.1), over="money"), "deal_in_two_periods": "each"}


def test_what_is_sold_again_after_it_was_taken_back_whole_is_paid() -> None:
    again = [credit(1000, Q1, deal="a"), credit(1000, date(2026, 2, 10), deal="a")]
    same_quarter = due(plan(**FLAT), again, 0, back(None, date(2026, 1, 20), "a"))
    assert same_quarter.total(deal="a") == 100
    later = [credit(1000, Q1, deal="a"), credit(1000, Q3, deal="a")]
    assert due(plan(**FLAT), later, 0, back(None, Q2, "a")).total(deal="a") == 100


def test_a_clawback_is_taken_once_from_each_part_of_a_deal() -> None:
    both = [credit(1000, Q1, deal="a"), credit(400, Q2, deal="a")]
    found = due(plan(**FLAT), both, 0, back(None, date(2026, 5, 1), "a", reason="clawback", share=Decimal("0.5")))
    assert found.total(deal="a") == 70


def test_after_a_clawback_of_a_half_a_whole_credit_note_leaves_nothing() -> None:
    taken = back(None, Q2, "a", reason="clawback", share=Decimal("0.5")), back(1000, Q3, "a")
    found = due(plan(**FLAT), [credit(1000, Q1, deal="a")], 0, *taken)
    assert found.total(deal="a") == 0


def test_the_most_a_deal_may_pay_counts_what_it_kept() -> None:
    again = [credit(10_000, Q1, deal="a"), credit(10_000, Q3, deal="a")]
    found = due(plan(**FLAT, caps={"per_deal": 500}), again, 0, back(None, Q2, "a"))
    assert found.total(deal="a") == 500


def test_two_plans_are_no_versions_of_one() -> None:
    ended = plan(valid_to=date(2026, 3, 31))
    with pytest.raises(PlanError, match="no two versions of one plan"):
        due([ended, plan(name="Others", version=2, valid_from=Q2)], [credit(1)])
    with pytest.raises(PlanError, match="no two versions of one plan"):
        due([ended, plan(valid_from=Q2)], [credit(1)])


@settings(max_examples=60, deadline=None)
@given(
    amount=st.integers(1, 5_000_000),
    parts=st.lists(st.integers(1, 2_000_000), min_size=1, max_size=6),
    tier=steps(),
    cap=st.none() | st.integers(0, 50_000),
    whole=st.booleans(),
)
def test_reversing_never_takes_more_than_was_paid_and_all_of_it_exactly(
    amount: int, parts: list[int], tier: list[dict[str, Any]], cap: int | None, whole: bool
) -> None:
    sold = [credit(Decimal(amount) / 100, Q1, deal="a"), credit(700, Q1, deal="b")]
    pays = plan(tiers={"steps": tier}, caps={"per_deal": cap} if cap is not None else {})
    before = due(pays, sold, until=Q2 - timedelta(1))
    undone = [back(Decimal(part) / 100, Q2 + timedelta(at), "a") for at, part in enumerate(parts)]
    undone += [back(None, Q3, "a")] if whole else []
    after = due(pays, sold, 1000, *undone)
    assert after.total(deal="b") == before.total(deal="b")
    assert 0 <= after.total(deal="a") <= before.total(deal="a")
    if whole or sum(parts) >= amount:
        assert after.total(deal="a") == 0


# ── what must hold for every plan


@settings(max_examples=80, deadline=None)
@given(amounts=st.lists(MONEY, min_size=1, max_size=8), more=MONEY, tier=steps(), quota=st.integers(1, 10_000_000))
@pytest.mark.parametrize("how", ["marginal", "retroactive"])
def test_more_credit_never_pays_less(how: str, amounts: list[Decimal], more: Decimal, tier: Any, quota: int) -> None:
    one = plan(tiers={"how": how, "steps": tier})
    sold = [credit(amount, deal=f"d{at}") for at, amount in enumerate(amounts)]
    with_more = [*sold, credit(more, deal="more")]
    target = Decimal(quota) / 100
    assert due(one, with_more, target).total() >= due(one, sold, target).total()


@settings(max_examples=80, deadline=None)
@given(tier=steps(), quota=st.integers(100, 1_000_000))
def test_marginal_pay_has_no_jump_at_its_edges(tier: list[dict[str, Any]], quota: int) -> None:
    one, target = plan(tiers={"steps": tier}), Decimal(quota) / 100
    for step in tier:
        edge = (target * Decimal(str(step["from"]))).quantize(Decimal("0.01"))
        around = [due(one, [credit(edge + off)], target).total() for off in (Decimal(0), Decimal("0.01"))]
        assert 0 <= around[1] - around[0] <= Decimal("0.01")


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(MONEY, min_size=1, max_size=10),
    tier=steps(),
    seed=st.integers(0, 99),
    cap=st.none() | st.integers(0, 2000),
    shifts=st.lists(st.integers(0, 89), min_size=10, max_size=10),
)
def test_the_order_of_deals_within_a_period_does_not_matter(
    amounts: list[Decimal], tier: Any, seed: int, cap: int | None, shifts: list[int]
) -> None:
    one = plan(tiers={"steps": tier}, caps={} if cap is None else {"per_period": cap})
    sold = [credit(amount, deal=f"d{at}") for at, amount in enumerate(amounts)]
    mixed = random.Random(seed).sample(sold, len(sold))
    moved = [replace(one_, day=Q1 + timedelta(days)) for one_, days in zip(sold, shifts, strict=False)]
    assert due(one, mixed).lines == due(one, sold).lines
    assert due(one, moved).total() == due(one, sold).total()


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(MONEY, min_size=1, max_size=6), tier=steps(), cap=st.integers(0, 3000), drawn=st.integers(0, 2000))
def test_the_lines_are_whole_cents_and_every_credit_is_in_them_once(amounts: Any, tier: Any, cap: int, drawn: int) -> None:
    one = plan(tiers={"steps": tier}, caps={"per_period": max(cap, drawn)}, draw={"amount": drawn})
    found = due(one, [credit(amount, deal=f"d{at}") for at, amount in enumerate(amounts)])
    assert all(line.amount == euros(line.amount) for line in found.lines)
    tiered = [line for line in found.lines if line.component in ("commission", "accelerator", "decelerator")]
    for at, amount in enumerate(amounts):
        assert sum(line.credit for line in tiered if line.deal == f"d{at}") == amount
    assert drawn <= found.total(period=one.period_of(Q1)) <= max(cap, drawn)


# ── bad input


def test_a_deal_in_two_periods_is_refused_or_goes_where_the_plan_says() -> None:
    twice = [credit(600, Q1, deal="a", item="i1"), credit(600, Q2, deal="a", item="i2")]
    with pytest.raises(
        PlanError, match=r"Deal a is credited in two periods, those from 2026-01-01 and from 2026-04-01.*first, last or each"
    ):
        due(plan(), twice)
    totals = {}
    for rule in ("first", "last", "each"):
        one = plan(deal_in_two_periods=rule)
        found = due(one, twice)
        totals[rule] = [found.total(period=one.period_of(day)) for day in (Q1, Q2)]
    assert totals == {"first": [66, 0], "last": [0, 66], "each": [30, 30]}


def test_mixed_currencies_are_refused() -> None:
    with pytest.raises(PlanError, match=r"in RON \(as deal b\).*pays in EUR"):
        due(plan(), [credit(1, deal="a", currency="EUR"), credit(1, deal="b", currency="RON")])


def test_parts_of_a_cent_and_negative_credits_are_refused() -> None:
    with pytest.raises(PlanError, match=r"0\.001 has parts of a cent"):
        due(plan(), [Credit(Q1, "a", "r1", amount=Decimal("0.001"))])
    with pytest.raises(PlanError, match="never negative"):
        due(plan(), [credit(-5)])


def test_without_a_quota_or_a_plan_nothing_is_paid_and_it_is_said() -> None:
    found = due(plan(), [credit(100, date(2025, 12, 31), deal="early"), credit(200, deal="b")], quota=None)
    assert found.total() == 0
    assert [(note.what, note.deal) for note in found.notes] == [("no_plan", "early"), ("no_quota", "b")]


def test_two_versions_follow_each_other_and_may_not_overlap() -> None:
    old, new = plan(valid_to=date(2026, 3, 31)), plan(version=2, valid_from=Q2, tiers=tiers((0, 0.2)))
    found = due([new, old], [credit(100, Q1), credit(100, Q2)])
    assert [(line.version, line.amount) for line in found.lines] == [(1, 5), (2, 20)]
    with pytest.raises(PlanError, match=r"version 1\) and Sellers \(version 2\) are both in force on 2026-04-01"):
        due([plan(), new], [])


def test_a_locked_version_that_was_changed_is_refused_and_the_change_named() -> None:
    kept = locked_from(text_of(lock([plan()], {})), "plans.lock.json")
    same = plan(
        valid_to=date(2026, 12, 31),
        tiers={"steps": [{**step, "rate": f"{step['rate'] * 100:g}%"} for step in PLAIN["tiers"]["steps"]]},
    )
    assert content_hash(same) == content_hash(plan())
    due(same, [], locked=kept)
    with pytest.raises(PlanError, match=r"tiers\.steps\.2\.rate was 0\.08, is 0\.09.*raise version: to 2"):
        due(plan(tiers=tiers((0, 0.05), (1, 0.09), (1.25, 0.1))), [], locked=kept)


def test_a_lock_changed_by_hand_is_no_lock() -> None:
    text = text_of(lock([plan()], {})).replace('"0.08"', '"0.09"')
    with pytest.raises(PlanError, match="changed by hand"):
        locked_from(text, "plans.lock.json")


def test_the_cent_that_is_left_goes_to_the_largest_remainder() -> None:
    assert shared(1, [Fraction(3, 10), Fraction(7, 10)]) == [0, 1]
    assert shared(100, [Fraction(1, 3)] * 3) == [34, 33, 33]
    assert rounded([Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]) == [0, 1, 0]


def test_the_cap_per_deal_holds_over_all_periods_of_the_deal() -> None:
    one = plan(caps={"per_deal": 40}, deal_in_two_periods="each")
    found = due(one, [credit(600, Q1, deal="a", item="i1"), credit(600, Q2, deal="a", item="i2")])
    assert [found.total(period=one.period_of(day)) for day in (Q1, Q2)] == [30, 10]


def test_half_a_deal_credited_back_in_its_period_earns_half_a_spiff() -> None:
    sprint = {"name": "Sprint", "from": Q1, "to": date(2026, 3, 31), "pays": 250}
    found = due(plan(spiffs=[sprint]), [credit(600, deal="a")], 1000, back(300, date(2026, 2, 1), "a"))
    assert [line.amount for line in found.lines if line.component == "spiff"] == [125]


def test_a_credit_note_after_a_clawback_takes_its_part_of_what_the_clawback_left() -> None:
    """40% of the deal credited back took 80% of what was left of its pay, where the claw-back fell into its own quarter."""
    half = back(None, date(2026, 3, 1), "a", reason="clawback", share=Decimal("0.5"))
    same_quarter = due(plan(**FLAT), [credit(1000, Q1, deal="a")], 0, half, back(400, Q2, "a"))
    next_quarter = due(plan(**FLAT), [credit(1000, Q1, deal="a")], 0, replace(half, day=Q2), back(400, Q3, "a"))
    assert same_quarter.total(deal="a") == next_quarter.total(deal="a") == 30
    assert [line.amount for line in same_quarter.lines] == [50, -20]


RETROACTIVE = tiers((0, 0.0333), (500, 0.0777), (2000, 0.1111), over="money", how="retroactive")


@settings(max_examples=60, deadline=None)
@given(
    sold=st.integers(1, 300_000),
    other=st.integers(0, 300_000),
    cuts=st.lists(st.integers(1, 100_000), min_size=1, max_size=4),
    days=st.lists(st.integers(0, 89), min_size=4, max_size=4),
    moved=st.lists(st.integers(0, 89), min_size=4, max_size=4),
    later=st.booleans(),
    claw=st.none() | st.integers(0, 100),
)
@example(sold=1562, other=0, cuts=[703, 222], days=[0, 1, 0, 0], moved=[1, 0, 0, 0], later=True, claw=None)
def test_the_order_of_credit_notes_within_a_quarter_does_not_matter(
    sold: int, other: int, cuts: list[int], days: list[int], moved: list[int], later: bool, claw: int | None
) -> None:
    start = Q2 if later else Q1
    credits = [credit(Decimal(sold) / 100, Q1, deal="a"), credit(Decimal(other) / 100, Q1, deal="b")]
    half = [] if claw is None else [back(None, Q1 + timedelta(claw), "a", reason="clawback", share=Decimal("0.5"))]
    totals = set()
    for at in (days, moved):
        notes = [back(Decimal(cut) / 100, start + timedelta(day), "a") for cut, day in zip(cuts, at, strict=False)]
        totals.add(due(plan(tiers=RETROACTIVE), credits, 0, *half, *notes).total())
    assert len(totals) == 1


@settings(max_examples=60, deadline=None)
@given(
    sold=st.integers(1, 300_000),
    parts=st.lists(st.integers(1, 10), min_size=1, max_size=5),
    gaps=st.lists(st.integers(0, 90), min_size=5, max_size=5),
    share=st.sampled_from(["0.5", "0.3333", "1", "0"]),
    claw=st.integers(0, 89),
)
def test_notes_of_the_whole_deal_take_back_exactly_what_a_clawback_left(
    sold: int, parts: list[int], gaps: list[int], share: str, claw: int
) -> None:
    cents = shared(sold, [Fraction(part) for part in parts])
    days = [Q2 + timedelta(sum(gaps[: at + 1]) // 2) for at in range(len(parts))]
    notes = [back(Decimal(cut) / 100, day, "a") for cut, day in zip(cents, days, strict=True) if cut]
    half = back(None, Q1 + timedelta(claw), "a", reason="clawback", share=Decimal(share))
    found = due(plan(tiers=RETROACTIVE), [credit(Decimal(sold) / 100, Q1, deal="a")], 0, half, *notes)
    assert found.total(deal="a") == 0
    sums = [sum((line.amount for line in found.lines[: at + 1]), Decimal(0)) for at in range(len(found.lines))]
    assert min(sums, default=Decimal(0)) >= 0
