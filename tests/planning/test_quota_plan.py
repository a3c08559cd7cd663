"""Proposed quotas: they add up to the cent, follow land, history and ramp, and say what they cannot tell."""

import datetime as dt
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics import show
from salesanalytics.analyses.planning.capacity import capacity
from salesanalytics.analyses.planning.quota_plan import QuotaPlan, quota_plan
from salesanalytics.base.calendar import period_of
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.types import Tables
from salesanalytics.facts.people import Leaving
from salesanalytics.show import Missing, Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.stats.shares import split_cents
from salesanalytics.views.planning import capacity as capacity_view
from salesanalytics.views.planning import quota_plan as quota_plan_view
from tests.answers import texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, REP, deal

NEXT = QUARTER.shift(1)


SPAN = {"period_start": "2026-10-01", "period_end": "2026-12-31"}


def proposed(company: Tables, **given: object) -> QuotaPlan:
    return quota_plan(company, as_of=AS_OF, period=NEXT, **given)  # type: ignore[arg-type]


def two_years(r1: float, r2: float, every: int = 14) -> list[dict[str, object]]:
    """A deal each fortnight for two reps, since the middle of 2024."""
    days = pd.date_range("2024-06-15", "2026-08-30", freq=f"{every}D")
    made = [(rep, amount, day) for day in days for rep, amount in (("r1", r1), ("r2", r2))]
    return [deal(at, rep, "Won", amount, str(day.date()), str(day.date())) for at, (rep, amount, day) in enumerate(made)]


PAIR = REP[:2]


@settings(deadline=None)
@given(
    cents=st.integers(0, 10**14),
    weights=st.lists(st.floats(0, 1e12, allow_nan=False), min_size=1, max_size=60),
)
def test_any_sum_shared_out_adds_up_to_the_cent(cents: int, weights: list[float]) -> None:
    parts = split_cents(cents / 100, weights)
    assert sum(round(part * 100) for part in parts) == round(cents / 100 * 100)
    assert (parts >= 0).all()


@settings(deadline=None)
@given(cents=st.integers(100, 10**10), weights=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40))
def test_nobody_is_more_than_a_cent_off_the_fair_share(cents: int, weights: list[float]) -> None:
    parts = split_cents(cents / 100, weights)
    fair = np.array(weights) / sum(weights) * cents / 100
    assert np.abs(parts - fair).max() <= 0.0101 + 1e-9 * cents / 100


def test_sharing_with_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected an amount and weights"):
        split_cents(1.0, [])


@settings(max_examples=8, deadline=None)
@given(target=st.decimals("0.01", 10**9, places=2), over=st.sampled_from([1.0, 1.05, 1.1, 1.23]))
def test_proposals_add_up_to_target_times_over_assignment(target: object, over: float) -> None:
    plan = proposed(COMPANY, target=float(target), over_assignment=over)  # type: ignore[arg-type]
    assert plan.total is not None
    assert sum(round(amount * 100) for amount in plan.table["proposed"]) == round(plan.total * 100)
    assert plan.total == pytest.approx(float(target) * over, abs=0.006)  # type: ignore[arg-type]


def test_who_sold_twice_as_much_gets_more_and_less_than_twice_as_much() -> None:
    table = proposed(COMPANY, target=10_000).table.set_index("rep_id")["proposed"]
    assert 1.2 < table["r1"] / table["r2"] < 2.0


def test_one_large_deal_makes_no_quota() -> None:
    lucky = [*two_years(1000, 1000), deal(999, "r1", "Won", 60_000, "2026-05-01", "2026-06-01")]
    table = proposed(tables(rep=PAIR, opportunity=lucky), target=10_000).table.set_index("rep_id")["proposed"]
    assert table["r1"] / table["r2"] < 1.3  # booked were 2.2 times as much


def test_a_rep_of_three_weeks_is_asked_for_what_newcomers_bring() -> None:
    newcomer = {"rep_id": "r9", "name": "New", "team_id": "north", "hire_date": "2026-08-10"}
    table = proposed(tables(rep=[*PAIR, newcomer], opportunity=two_years(1000, 1000)), target=9000).table.set_index("rep_id")
    assert table.loc["r9", "n"] == 0
    assert 0.2 < table.loc["r9", "capacity"] < 0.8
    assert table.loc["r9", "proposed"] == pytest.approx(table.loc["r1", "proposed"] * table.loc["r9", "capacity"], rel=0.05)


def test_leavers_managers_and_people_of_other_teams_get_none() -> None:
    rows = [{**REP[0], "leave_date": "2026-08-30"}, REP[1], {**REP[2], "role": "manager"}]
    assert proposed(tables(rep=rows), target=1000).table["rep_id"].tolist() == ["r2"]


def test_more_land_means_a_higher_quota_but_less_than_in_proportion() -> None:
    land = [{"territory_id": "t1", "potential": 4e6}, {"territory_id": "t2", "potential": 1e6}]
    spans = [{"rep_id": f"r{at}", "valid_from": "2024-01-01", "team_id": "north", "territory_id": f"t{at}"} for at in (1, 2)]
    table = proposed(
        tables(rep=PAIR, opportunity=OPPORTUNITY[:4], territory=land, rep_assignment=spans), target=1000
    ).table.set_index("rep_id")["proposed"]
    assert 1.5 < table["r1"] / table["r2"] < 2.7


def test_quotas_of_today_stand_beside() -> None:
    quota = [{"scope": "rep", "scope_id": "r1", "amount": 4000, "period_start": "2026-07-01", "period_end": "2026-09-30"}]
    table = proposed(tables(rep=PAIR, opportunity=OPPORTUNITY[:4], quota=quota), target=1000).table.set_index("rep_id")
    assert table.loc["r1", "today"] == 4000
    assert np.isnan(table.loc["r2", "today"])
    assert table.loc["r1", "change"] == pytest.approx(table.loc["r1", "proposed"] / 4000 - 1)


def test_without_quota_and_history_no_target_is_made_up() -> None:
    plan = proposed(tables())
    assert (plan.total, [one.key for one in plan.findings]) == (None, ["quota_plan.no_target"])
    assert plan.table["proposed"].isna().all()


def test_the_teams_quota_is_the_target_where_it_is_set() -> None:
    quota = [{"scope": "team", "scope_id": "north", "amount": 20_000, **SPAN}]
    plan = proposed(tables(rep=PAIR, opportunity=two_years(2000, 1000), quota=quota))
    assert (plan.target.source, plan.total, plan.findings[0].key) == ("quota", 22_000, "quota_plan.sum_quota")


def test_a_target_below_what_is_won_is_said() -> None:
    plan = quota_plan(tables(), as_of=AS_OF, period=QUARTER, target=3000)
    assert (plan.booked, [one.key for one in plan.findings]) == (4700, ["quota_plan.target_won"])


def test_without_sellers_there_are_no_rows() -> None:
    rows = [{**row, "role": "manager"} for row in REP]
    plan = proposed(tables(rep=rows), target=1000)
    assert (len(plan.table), plan.findings[0].key) == (0, "quota_plan.no_reps")


def test_without_a_full_past_period_it_says_so_and_shares_by_ramp() -> None:
    plan = proposed(tables(opportunity=OPPORTUNITY[:3]), target=900)
    assert plan.findings[0].key == "quota_plan.no_history"
    assert plan.table["p_reach"].isna().all()


def test_a_target_out_of_bounds_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected amounts above 0"):
        proposed(COMPANY, target=-1)


def test_only_a_quota_that_history_rules_out_is_called_far() -> None:
    quota = [{"scope": "rep", "scope_id": rep, "amount": amount, **SPAN} for rep, amount in (("r1", 3000), ("r2", 16_000))]
    even = {**SPAN, "scope": "rep", "amount": 6000}
    company = tables(rep=PAIR, opportunity=two_years(1000, 1000, 7), quota=quota)
    assert proposed(company, target=20_000).table.set_index("rep_id")["verdict"].to_dict() == {"r1": "low", "r2": "high"}
    fine = tables(rep=PAIR, opportunity=two_years(1000, 1000, 7), quota=[{**even, "scope_id": rep} for rep in ("r1", "r2")])
    assert set(proposed(fine, target=20_000).table["verdict"]) == {""}


def test_in_another_currency_everything_but_chances_scales(demo: Tables) -> None:
    quarter = period_of(DEMO_DAY).shift(1)
    euro = quota_plan(demo, as_of=DEMO_DAY, period=quarter, target=1e6)
    money = {"opportunity": ["amount"], "quota": ["amount"], "territory": ["potential"]}
    scaled = {name: frame.assign(**{c: frame[c] * 4 for c in money.get(name, [])}) for name, frame in demo.items()}
    other = quota_plan(scaled, as_of=DEMO_DAY, period=quarter, target=4e6)
    for name in ("proposed", "history", "low", "high", "today"):
        np.testing.assert_allclose(other.table[name] / 4, euro.table[name], rtol=1e-6, atol=0.02)
    np.testing.assert_allclose(other.table["p_reach"], euro.table["p_reach"], atol=0.01)


def test_the_target_of_the_demo_company_moves_the_chance(demo: Tables) -> None:
    quarter = period_of(DEMO_DAY).shift(1)
    landing = quota_plan(demo, as_of=DEMO_DAY, period=quarter).landing
    assert landing is not None
    low, even, high = (quota_plan(demo, as_of=DEMO_DAY, period=quarter, target=goal).p_team for goal in landing)
    assert (low, even, high) == (pytest.approx(0.9, abs=0.02), pytest.approx(0.5, abs=0.02), pytest.approx(0.1, abs=0.02))


def test_over_past_quarters_the_range_held_about_as_often_as_it_says(demo: Tables) -> None:
    held = []
    for day in (date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30)):
        quarter = period_of(day).shift(1)
        table = quota_plan(demo, as_of=day, period=quarter, target=1e6).table
        won = demo["opportunity"][demo["opportunity"]["is_won"]]
        actual = won[quarter.holds(won["closed_on"])].groupby("owner_rep_id")["amount"].sum()
        stayed = set(demo["rep"].loc[~(demo["rep"]["leave_date"] <= pd.Timestamp(quarter.end)), "rep_id"])
        table = table[table["rep_id"].isin(stayed)]
        booked = table["rep_id"].map(actual).fillna(0.0)
        held += booked.between(table["low"], table["high"]).tolist()
    assert len(held) > 25
    assert 0.6 < np.mean(held) < 0.95  # 80% of about thirty


COMPANY = tables(rep=PAIR, opportunity=two_years(2000, 1000))


COMING = period_of(DEMO_DAY).shift(1)


WORDS = [Words("en"), Words("ro", "RON")]


@pytest.fixture(scope="module")
def plan(demo):
    return quota_plan(demo, as_of=DEMO_DAY, period=COMING)


@pytest.fixture(scope="module")
def ahead(demo):
    return capacity(demo, as_of=DEMO_DAY)


@pytest.mark.parametrize("words", WORDS, ids=["en", "ro"])
def test_everything_is_said_in_both_languages(plan, ahead, words):
    blocks = [
        quota_plan_view.quota_plan_figure(plan, words),
        quota_plan_view.quota_plan_table(plan, words),
        capacity_view.capacity_figure(ahead, words),
        capacity_view.capacity_table(ahead, words),
        show.findings((*plan.findings, *ahead.findings), words),
    ]
    html = "".join(show.render_block(block) for block in blocks)
    assert "nan" not in html.replace("fina", "").lower().split()
    assert html.count("<figure") >= 2


def test_the_bullets_say_proposed_and_current_and_not_so_far(plan):
    drawn = texts(quota_plan_view.quota_plan_figure(plan, WORDS[0]))
    assert {"proposed", "current", "likely bookings (80%)"} <= set(drawn)
    assert "so far" not in drawn


def test_the_total_of_the_table_is_the_plans(plan):
    table = quota_plan_view.quota_plan_table(plan, WORDS[0])
    assert table.rows[-1].role == "total"
    assert len(table.rows) == len(plan.table) + 1


def test_without_a_plan_it_says_what_it_takes(demo):
    nobody = {**demo, "rep": demo["rep"].assign(role="manager")}
    empty = quota_plan(nobody, as_of=DEMO_DAY, period=COMING)
    assert quota_plan_view.quota_plan_figure(empty, WORDS[0]) == Missing(WORDS[0].say("quota_plan.missing"))
    assert isinstance(capacity_view.capacity_figure(capacity(nobody, as_of=DEMO_DAY), WORDS[0]), Missing)


@pytest.mark.parametrize("words", WORDS, ids=["en", "ro"])
@pytest.mark.parametrize("n", [1, 3, 25])
def test_every_finding_has_a_sentence_for_any_number(words, n):
    values = {
        "n": n, "all": 30, "rep": "Ana", "today": 1e5, "proposed": 9e4, "span": COMING.span, "total": 1e6, "goal": 9e5,
        "over": 1.1, "p": 0.4,
        "landing": 8e5, "booked": 1e6, "heads": 9, "hires": 0, "leavers": 3, "productivity": 7e4, "ramp": 8, "target": 9e5,
        "even": 5.0, "growth": 0.1, "median": 7e5, "gap": 2e5, "hires_80": 9.0, "start_by": dt.date(2027, 1, 1),
    }  # fmt: skip
    entries = [key.split(".") for key in catalogue("en")]
    keys = {f"{q[0]}.{q[2]}" for q in entries if q[0] in ("quota_plan", "capacity") and q[1] == "findings"}
    assert len(keys) >= 17
    found = [Finding(key, "watch", values, Evidence(n, "reps", 1.0, 2.0, "money")) for key in sorted(keys)]
    assert len(list(show.leaves(show.findings(found, words)))) == len(keys)


def test_a_target_out_of_reach_is_told_with_what_can_be_reached_before_it_is_shared_out() -> None:
    found = proposed(tables(rep=PAIR, opportunity=two_years(2000, 1000)), target=500_000)
    assert [(one.key, one.severity) for one in found.findings][:2] == [
        ("quota_plan.affordable", "act"),
        ("quota_plan.sum_given", "watch"),
    ]
    even = found.findings[0].values["even"]
    assert found.landing is not None
    assert even == found.landing[1]
    assert proposed(tables(rep=PAIR, opportunity=two_years(2000, 1000)), target=even).p_team == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("back", [0, 1])
def test_the_same_quarter_has_one_chance_in_capacity_and_quota_plan(demo: Tables, back: int) -> None:
    now = period_of(DEMO_DAY).shift(-back).start - dt.timedelta(days=1)
    rows = capacity(demo, as_of=now).quarters
    for quarter in rows.to_dict("records"):
        period = period_of(quarter["start"])
        plan = quota_plan(demo, as_of=now, period=period)
        assert plan.landing == pytest.approx((quarter["low"], quarter["median"], quarter["high"]))
        assert plan.target.amount == quarter["target"] or np.isnan(quarter["target"])
        assert plan.p_team == pytest.approx(quarter["p"], nan_ok=True) or plan.p_team is None


def test_people_who_may_leave_are_counted() -> None:
    company = tables(rep=PAIR, opportunity=two_years(2000, 1000))
    stay, go = (proposed(company, target=1000, leavers=Leaving(n, 1000.0, n / 1000, 0.0, 1.0)) for n in (1, 900))
    assert stay.landing is not None
    assert go.landing is not None
    assert go.landing[1] < 0.95 * stay.landing[1]


def test_no_raise_is_called_too_high() -> None:
    """Both quotas are far below what is proposed; the first is still more than its share."""
    quota = [{"scope": "rep", "scope_id": f"r{at}", "amount": amount, **SPAN} for at, amount in ((1, 900), (2, 1500))]
    company = tables(rep=PAIR, opportunity=two_years(4000, 500, every=7), quota=quota)
    table = proposed(company, target=60_000).table
    assert (table["proposed"] > table["today"]).all()
    assert "high" not in set(table["verdict"])


def test_a_target_nobody_set_is_no_call_to_act() -> None:
    """A year ago one quarter brought twenty times what others do, and is taken for the target."""
    days = pd.date_range("2024-06-15", "2026-08-30", freq="7D")
    made = [(20_000 if pd.Timestamp(2025, 10, 1) <= day < pd.Timestamp(2026, 1, 1) else 1000, str(day.date())) for day in days]
    found = proposed(
        tables(rep=PAIR, opportunity=[deal(at, "r1", "Won", much, day, day) for at, (much, day) in enumerate(made)])
    )
    assert found.target.source in ("growth", "last_year")
    first = found.findings[0]
    assert (first.key, first.severity) == (f"quota_plan.sum_{found.target.source}", "watch")
    assert first.rests_on == (f"target.{found.target.source}",)
    (block,) = show.findings([first], Words("en", "EUR")).items
    assert "No target is set" in block.sentence  # type: ignore[union-attr]
