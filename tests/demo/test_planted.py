"""What is planted can be found again in the tables by plain counting."""

import json

import numpy as np
import pandas as pd
import pytest

from salesanalytics.demo import build_demo
from salesanalytics.demo.planted import drivers, season
from salesanalytics.demo.planted.turnover import Turnover

STAGES = ["Prospecting", "Qualified", "Discovery", "Proposal", "Negotiation"]


def _left_stage(company):
    """One row per stage left: team, stage, and whether the deal went on."""
    left = company.moves.dropna(subset=["old_value"]).merge(company.deals[["opportunity_id", "team"]], on="opportunity_id")
    return left.assign(went_on=left["new_value"] != "Closed Lost")


def test_stage_conversions_of_every_team_are_the_planted_ones(company, large):
    gaps = []
    for one in (company, large):
        counted = _left_stage(one).groupby(["team", "old_value"])["went_on"].agg(["mean", "size"])
        for team, steps in one.truth["stage_conversion"]["by_team"].items():
            for stage, planted in steps.items():
                mean, n = counted.loc[(team, stage)]
                gaps.append((mean - planted) / np.sqrt(planted * (1 - planted) / n))
    assert np.abs(gaps).max() < 4
    assert 0.75 < np.std(gaps) < 1.3
    assert abs(np.mean(gaps)) < 0.45


def test_conversion_does_not_drift_over_time(large):
    left = _left_stage(large)
    early = left["changed_at"] < left["changed_at"].median()
    share = left.groupby(early)["went_on"].mean()
    assert share[True] == pytest.approx(share[False], abs=0.012)


def test_time_in_a_stage_does_not_tell_the_outcome(large):
    moves = large.moves.assign(since=large.moves.groupby("opportunity_id")["changed_at"].shift()).dropna(subset=["since"])
    days = (moves["changed_at"] - moves["since"]).dt.total_seconds() / 86_400
    early = moves["old_value"].isin(STAGES[:4])
    by_end = days[early].groupby([moves["old_value"], moves["new_value"] == "Closed Lost"]).mean().unstack()
    assert (by_end[True] / by_end[False]).between(0.94, 1.06).all()


def test_source_and_competitor_shift_the_win_rate_as_told(large):
    closed = large.deals.query("is_closed")
    told = large.truth["win_drivers"]["expected_win_share"]
    for column, key in (("lead_source", "lead_source"), ("segment", "segment")):
        counted = closed.groupby(column)["is_won"].agg(["mean", "size"])
        for value, planted in told[key].items():
            mean, n = counted.loc[value]
            assert abs(mean - planted) < 4 * np.sqrt(planted * (1 - planted) / n) + 0.006, value
    present = closed.groupby(closed["competitor"].notna())["is_won"].mean()
    assert present[True] == pytest.approx(told["competitor"]["present"], abs=0.015)
    assert present[False] == pytest.approx(told["competitor"]["none"], abs=0.015)


def test_levels_are_set_so_that_each_team_meets_its_target():
    rng = np.random.default_rng(3)
    group, score, target = rng.integers(0, 3, 4_000), rng.normal(0, 1, 4_000), np.array([0.3, 0.6, 0.85])
    p, _ = drivers.chance(score, group, target)
    assert np.bincount(group, p) / np.bincount(group) == pytest.approx(target, abs=1e-9)
    assert np.corrcoef(p[group == 1], score[group == 1])[0, 1] > 0.9


def test_leads_convert_by_source_and_speed_as_planted(large):
    leads = large.tables["lead"]
    old = leads[leads["created_at"] < (large.as_of - pd.Timedelta(days=50)).tz_localize("UTC")]
    counted = old["converted_at"].notna().groupby(old["source"]).mean()
    for source, planted in large.truth["leads"]["conversion_by_source"].items():
        assert counted[source] == pytest.approx(planted, abs=0.015), source
    hours = (old["first_response_at"] - old["created_at"]).dt.total_seconds() / 3_600
    fast, slow = (old["converted_at"].notna()[mask].mean() for mask in (hours <= 1, hours > 24))
    worth = large.truth["leads"]["factor_by_answer"]
    assert fast / slow == pytest.approx(worth["within 1 hour"] / worth["more than a day"], rel=0.08)


def test_turnover_is_a_third_a_year_over_many_people():
    tables, truth = build_demo(seed=5, reps=1_500, months=24, deals=50, teams=12)
    people = tables["rep"].query("role != 'manager'")
    start, end = (pd.Timestamp(truth["settings"][key]) for key in ("observed_from", "as_of"))
    years = (people["leave_date"].fillna(end) - people["hire_date"].clip(lower=start)).dt.days.sum() / 365.25
    rate = people["leave_date"].notna().sum() / years
    assert rate == pytest.approx(truth["turnover"]["yearly_rate_long_run"], abs=0.03)
    assert (people["leave_date"].isna() | (people["leave_date"] >= start)).all()
    assert years / ((end - start).days / 365.25) == pytest.approx(1_500, rel=0.05)


def test_hazard_follows_tenure_and_manager():
    turnover, rng = Turnover(6), np.random.default_rng(1)
    team = np.repeat([0, 2], 40_000)
    stay = turnover.leave_at(np.zeros(80_000), team, rng)
    first_half_year = (stay[:40_000] < 0.5).mean()
    assert first_half_year == pytest.approx(1 - np.exp(-0.5 * turnover.hazard[0] * turnover.manager[0]), abs=0.007)
    assert (stay[40_000:] < 0.5).mean() / first_half_year == pytest.approx(turnover.manager[2] / turnover.manager[0], rel=0.1)
    assert (turnover.leave_at(np.full(1_000, 3.0), team[:1_000], rng) >= 3).all()


def test_new_sellers_ramp_up_along_the_curve(large):
    history = large.moves[large.moves["old_value"].isna()]
    people = large.tables["rep"].set_index("rep_id")
    opened = history.assign(hired=history["changed_by"].map(people["hire_date"]))
    tenure = (opened["changed_at"].dt.tz_localize(None) - opened["hired"]).dt.days / 30.4375
    start = pd.Timestamp(large.truth["settings"]["deals_from"])
    new = people[(people["hire_date"] >= start) & people["role"].isin(["ae", "am"])]
    end = new["leave_date"].fillna(large.as_of)
    curve = []
    for month in range(14):
        since, until = (new["hire_date"] + pd.to_timedelta(30.4375 * m, "D") for m in (month, month + 1))
        exposed = ((end.clip(upper=until) - since).dt.days.clip(lower=0)).sum()
        curve.append((opened["changed_by"].isin(new.index) & (tenure >= month) & (tenure < month + 1)).sum() / exposed)
    full = np.mean(curve[9:])
    planted = large.truth["ramp"]["curve"]
    assert curve[0] / full < 0.22
    assert curve[3] / full == pytest.approx(planted["3"], abs=0.12)
    assert curve[5] / full == pytest.approx(planted["5"], abs=0.14)


def test_fewer_deals_are_opened_in_summer_and_more_in_autumn(large):
    created = large.tables["opportunity"]["created_at"].dt.month
    count = created[large.tables["opportunity"]["created_at"] >= "2024-01-01"].value_counts()
    assert count[8] < 0.8 * count[6]
    assert count[10] > 1.25 * count[8]
    assert season.MONTH.argmin() == 7


def test_bookings_gather_at_the_end_of_the_quarter(large):
    won = large.deals.query("is_won")
    left = (won["closed_on"].dt.to_period("Q").dt.end_time.dt.normalize() - won["closed_on"]).dt.days
    assert (left < 13).mean() > 1.6 * 13 / 91


def test_the_sprint_moves_bookings_and_makes_none(large):
    told = large.truth["incentives"]["INC-SPRINT"]
    last = pd.Timestamp(told["last_day"])
    eligible = json.loads(large.tables["incentive_plan"].set_index("plan_id").loc["INC-SPRINT", "eligible"])["teams"]
    closed = large.deals.query("is_closed and stage in ['Closed Won', 'Closed Lost']")
    within = closed[closed["opportunity_id"].isin(large.moves.query("old_value == 'Negotiation'")["opportunity_id"])]
    days = (within["closed_on"] - last).dt.days
    treated = within["team"].isin(eligible)
    before, after = (days > -10) & (days <= 0), (days > 0) & (days <= 24)
    ratio = {flag: (before & (treated == flag)).sum() / (after & (treated == flag)).sum() for flag in (True, False)}
    assert ratio[True] > 1.25 * ratio[False]
    assert told["effect"] == 0


def test_the_big_deal_bonus_raises_amounts_by_a_quarter(large):
    told = large.truth["incentives"]["INC-BOOST"]
    eligible = json.loads(large.tables["incentive_plan"].set_index("plan_id").loc["INC-BOOST", "eligible"])["reps"]
    won = large.deals.query("is_won")
    inside = won["closed_on"].between(told["first_day"], told["last_day"])
    treated = inside & won["owner_rep_id"].isin(eligible)
    value = np.log(won["amount"])
    value -= value.groupby([won["owner_rep_id"], won["segment"]]).transform(lambda rows: rows[~treated[rows.index]].mean())
    effect = value[treated].mean() - value[inside & ~treated].mean()
    assert effect == pytest.approx(np.log(1 + told["effect"]), abs=0.06)


def test_the_comeback_bonus_went_to_people_with_a_bad_quarter_who_recover_anyway(large):
    told = large.truth["incentives"]["INC-RESCUE"]
    eligible = json.loads(large.tables["incentive_plan"].set_index("plan_id").loc["INC-RESCUE", "eligible"])["reps"]
    won = large.deals.query("is_won")
    own = won[won["owner_rep_id"].isin(eligible)]
    first = pd.Timestamp(told["first_day"])
    before = own[own["closed_on"].between(first - pd.DateOffset(months=3), first - pd.Timedelta(days=1))]["amount"].sum()
    during = own[own["closed_on"].between(first, told["last_day"])]["amount"].sum()
    assert during > 1.25 * before
    assert told["effect"] == 0


def test_the_negotiation_course_raises_wins_and_the_other_only_seems_to(large):
    taken = large.tables["training_event"].set_index(["training_id", "rep_id"])["completed_on"]
    closed = large.deals.query("is_closed").merge(
        large.moves.query("new_value == 'Discovery'")[["opportunity_id"]], on="opportunity_id"
    )
    owner_mean = closed.groupby("owner_rep_id")["is_won"].transform("mean")
    effect = {}
    for training in ("TR-NEGOTIATION", "TR-SOCIAL"):
        after = closed["closed_on"] > closed["owner_rep_id"].map(taken[training])
        went = closed["owner_rep_id"].isin(taken[training].index)
        when = closed["closed_on"] > taken[training].median()
        gain = closed["is_won"][went & after].mean() - closed["is_won"][went & ~after].mean()
        effect[training] = gain - (closed["is_won"][~went & when].mean() - closed["is_won"][~went & ~when].mean())
    told = large.truth["trainings"]
    assert effect["TR-NEGOTIATION"] == pytest.approx(told["TR-NEGOTIATION"]["effect_on_win_share"], abs=0.05)
    assert abs(effect["TR-SOCIAL"]) < 0.05
    sent = closed["owner_rep_id"].isin(taken["TR-SOCIAL"].index)
    assert owner_mean[sent].mean() > owner_mean[~sent].mean()


def test_forecasts_carry_each_persons_optimism(large):
    calls = large.tables["forecast_submission"].query("source == 'rep' and category == 'commit'")
    won = large.deals.query("is_won")
    calls = calls[calls["period_start"] + pd.offsets.QuarterEnd(1) <= large.as_of]
    calls = calls.assign(day=calls["submitted_at"].dt.tz_localize(None).dt.normalize())
    weeks = calls.merge(
        won[["owner_rep_id", "closed_on", "amount"]], left_on="scope_id", right_on="owner_rep_id", suffixes=("", "_won")
    )
    weeks = weeks[
        (weeks["closed_on"] >= weeks["period_start"]) & (weeks["closed_on"] <= weeks["period_start"] + pd.offsets.QuarterEnd(1))
    ]
    keys = ["scope_id", "period_start", "day"]
    final = weeks.groupby(keys)["amount_won"].sum()
    so_far = weeks[weeks["closed_on"] < weeks["day"]].groupby(keys)["amount_won"].sum().reindex(final.index, fill_value=0)
    rest = final - so_far
    said = calls.set_index(keys)["amount"].reindex(final.index) - so_far
    by_person = (said.groupby("scope_id").sum() / rest.groupby("scope_id").sum() - 1)[rest.groupby("scope_id").size() > 60]
    planted = pd.Series(large.truth["forecast_optimism"]["by_person"])[by_person.index]
    assert np.corrcoef(by_person, planted)[0, 1] > 0.85
    assert (by_person - planted).mean() == pytest.approx(0, abs=0.03)


def test_fat_territories_sell_more(large):
    told = large.truth["territories"]["territories"]
    opened = large.deals.merge(large.tables["account"][["account_id", "territory_id"]], on="account_id")[
        "territory_id"
    ].value_counts()
    factor = pd.Series({name: row["factor"] for name, row in told.items()})
    assert np.corrcoef(np.log(opened.reindex(factor.index).fillna(1)), np.log(factor))[0, 1] > 0.35
    assert large.truth["territories"]["coefficient_of_variation_of_potential"] > 0.4


def test_truth_is_plain_json_with_units(company):
    truth = json.loads(json.dumps(company.truth))
    topics = set(truth) - {"about", "settings", "seasonality", "trainings", "incentives"}
    assert all("unit" in truth[topic] for topic in topics)
    assert all("unit" in part for topic in ("seasonality", "trainings", "incentives") for part in truth[topic].values())


def test_splits_and_invoices_are_as_planted(large):
    told, deals = large.truth["billing"], large.tables["opportunity"]
    won = deals[deals["is_won"]]
    splits, invoices = large.tables["opportunity_split"], large.tables["invoice"]
    revenue = splits[splits["kind"] == "revenue"].groupby("opportunity_id")["share"].sum()
    assert np.allclose(revenue, 1)
    assert len(revenue) / len(won) == pytest.approx(told["deals_shared"], abs=0.015)
    asked = invoices[invoices["amount"] > 0]
    old = asked[asked["invoiced_on"] < large.as_of - pd.Timedelta(days=200)]
    assert old["paid_on"].isna().mean() == pytest.approx(told["invoices_never_paid"], abs=0.015)
    whole = asked.groupby("opportunity_id")["amount"].sum()
    done = won.set_index("opportunity_id").loc[
        won["closed_at"].dt.tz_localize(None).to_numpy() < large.as_of - pd.Timedelta(days=120)
    ]
    assert np.allclose(whole[done.index], done["amount"])
    credited = invoices.groupby("opportunity_id")["amount"].sum()
    assert (credited > -0.005).all()
