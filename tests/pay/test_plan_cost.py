"""What the commission plan costs: by hand on three reps, at the landing, with cliffs, and who may see whose pay."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.pay.plan_cost import PlanCost, plan_cost
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.recorded import recorded_plan
from salesanalytics.show import Figure, Missing, TableBlock, Words
from salesanalytics.views.pay.plan_cost import plan_cost_figure, plan_cost_reps, plan_cost_strip
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables

STEPS = [{"from": 0.0, "rate": 0.05}, {"from": 1.0, "rate": 0.1}]
SPAN = {"period_start": "2026-07-01", "period_end": "2026-09-30"}
QUOTA = [{"scope": "rep", "scope_id": rep, "amount": 1000, **SPAN} for rep in ("r1", "r2", "r3")]


def row(tiers: object = STEPS, eligible: object = "", **more: object) -> dict[str, object]:
    base = {"plan_id": "c1", "name": "Commission", "kind": "commission", "valid_from": "2026-01-01", "base_rate": 0.05}
    return {**base, "accelerators": json.dumps(tiers), "eligible": json.dumps(eligible) if eligible else "", **more}


def asked(*rows: dict[str, object], **more: object) -> PlanCost:
    have = tables(incentive_plan=list(rows), quota=QUOTA, **more) if rows else tables(quota=QUOTA)  # type: ignore[arg-type]
    return plan_cost(have, as_of=AS_OF, period=QUARTER)


def keys(cost: PlanCost) -> list[str]:
    return [finding.key.removeprefix("plan_cost.") for finding in cost.findings]


def test_what_is_earned_by_now_is_reckoned_tier_by_tier() -> None:
    cost = asked(row())
    earned = cost.table.set_index("rep_id")["earned"]
    assert earned.to_dict() == {"r1": 50.0, "r2": 50.0 + 200.0, "r3": 35.0}
    assert (cost.earned, cost.cost, keys(cost)) == (335.0, None, ["earned"])


def test_a_period_that_is_over_cost_what_the_plan_paid_on_its_bookings() -> None:
    have = tables(incentive_plan=[row()], quota=QUOTA)
    cost = plan_cost(have, as_of=date(2026, 9, 30), period=QUARTER)
    assert (cost.cost, cost.low, cost.high) == (335.0, 335.0, 335.0)
    assert cost.rate == pytest.approx(335 / 4700)
    assert keys(cost) == ["was"]


def test_retroactive_tiers_have_a_cliff_and_it_is_told() -> None:
    cost = asked(row({"how": "retroactive", "steps": STEPS}))
    assert [(cliff.attainment, cliff.before, cliff.after) for cliff in cost.cliffs] == [(1.0, 50.0, 100.0)]
    assert "cliff" in keys(cost)
    assert asked(row()).cliffs == ()


def test_below_the_first_step_the_base_rate_is_paid() -> None:
    assert asked(row([{"from": 1.0, "rate": 0.1}])).earned == 335.0


def test_only_those_who_are_named_take_part() -> None:
    assert asked(row(eligible={"reps": ["r1"]})).table["rep_id"].tolist() == ["r1"]
    assert keys(asked(row(eligible={"teams": ["nowhere"]}))) == ["no_quota"]


BROKEN = {
    "no JSON": ({"accelerators": "tiers: high"}, "accelerators is no JSON"),
    "overlapping steps": ({"accelerators": json.dumps([*STEPS, {"from": 0.5, "rate": 0.2}])}, "thresholds must rise"),
    "a negative rate": ({"accelerators": json.dumps([{"from": 0, "rate": -0.1}])}, "rate"),
    "deal by deal": ({"accelerators": json.dumps({"over": "money", "per": "deal", "steps": STEPS})}, "pays deal by deal"),
    "by numbers of deals": ({"accelerators": json.dumps({"over": "count", "steps": STEPS})}, "number of deals"),
    "a list of people": ({"eligible": json.dumps(["r1"])}, "eligible an object"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_plan_that_cannot_be_read_is_named_and_nothing_reckoned(what: str) -> None:
    change, said = BROKEN[what]
    cost = asked({**row(), **change})
    assert keys(cost) == ["unreadable"]
    assert said in cost.findings[0].values["what"]
    if "deal" not in what:
        with pytest.raises(PlanError, match="incentive_plan c1"):
            recorded_plan(pd.Series({**row(), **change}), QUARTER)


def test_without_a_plan_or_with_two_it_says_so() -> None:
    assert keys(asked()) == ["no_plan"]
    assert keys(asked(row(valid_to="2026-06-30"))) == ["no_plan"]
    assert "several" in keys(asked(row(), row(plan_id="c2", name="Other", eligible={"reps": ["r1"]})))
    assert asked(row(), row(plan_id="c2", name="Other", eligible={"reps": ["r1"]})).plan == "Commission"


def test_what_was_paid_last_is_held_against_the_plan() -> None:
    after = period_of(date(2026, 10, 1))
    quota = [*QUOTA, *({**one, "period_start": "2026-10-01", "period_end": "2026-12-31"} for one in QUOTA)]
    paid = {"plan_id": "c1", "period_start": "2026-07-01", "paid_on": "2026-08-31"}
    pays = [
        {**paid, "payout_id": f"y{at}", "rep_id": f"r{at}", "amount": amount} for at, amount in ((1, 50), (2, 250), (3, 30))
    ]
    cost = plan_cost(tables(incentive_plan=[row()], quota=quota, payout=pays), as_of=date(2026, 10, 31), period=after)
    assert (cost.last_paid, cost.last_due) == (330.0, 335.0)
    assert "paid_less" in keys(cost)


def test_sums_of_few_reps_and_every_single_pay_are_for_analysts() -> None:
    few = asked(row())
    assert len(few.table) == 3
    assert {finding.audience for finding in few.findings} == {"analyst"}
    assert plan_cost_strip(few, Words("en", "EUR")).audience == "analyst"
    assert plan_cost_figure(few, Words("en", "EUR")).audience == "analyst"
    assert plan_cost_reps(few, Words("en", "EUR")).audience == "analyst"
    steep = asked(row({"how": "retroactive", "steps": STEPS}))
    assert {finding.audience for finding in steep.findings} == {"analyst"}
    assert plan_cost_reps(asked(), Words("en", "EUR")).audience == "analyst"


def test_in_the_demo_the_cost_lands_with_the_period(demo: Tables) -> None:
    period = period_of(DEMO_DAY)
    ends = landing(demo, as_of=DEMO_DAY, period=period, draws=500)
    cost = plan_cost(demo, as_of=DEMO_DAY, period=period, ends=ends)
    assert cost.at_landing
    assert cost.low is not None
    assert cost.high is not None
    assert cost.cost is not None
    assert cost.earned <= cost.low < cost.cost < cost.high
    assert 0.045 <= (cost.rate or 0) < 0.09
    assert cost.bookings == pytest.approx(ends.mean, rel=0.1)
    assert cost.table["pay"].sum() == pytest.approx(cost.cost)
    assert cost.audience == "leader"


def test_the_course_of_a_retroactive_plan_costs_more_than_the_marginal_one(demo: Tables) -> None:
    plans = demo["incentive_plan"].copy()
    steps = json.loads(plans.loc[plans["plan_id"] == "COM-2026", "accelerators"].item())
    plans.loc[plans["plan_id"] == "COM-2026", "accelerators"] = json.dumps({"how": "retroactive", "steps": steps})
    period = period_of(DEMO_DAY)
    flat, steep = (plan_cost(one, as_of=DEMO_DAY, period=period) for one in (demo, {**demo, "incentive_plan": plans}))
    assert flat.cost is not None
    assert steep.cost is not None
    assert steep.cost > flat.cost
    assert len(steep.cliffs) == 2


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_it_is_shown_in_both_languages(demo: Tables, locale: str) -> None:
    words = Words(locale, "EUR")
    cost = plan_cost(demo, as_of=DEMO_DAY, period=period_of(DEMO_DAY))
    figure, reps = plan_cost_figure(cost, words), plan_cost_reps(cost, words)
    assert isinstance(figure, Figure)
    assert isinstance(reps, TableBlock)
    assert str(show.findings(cost.findings, words))
    assert isinstance(plan_cost_figure(replace(cost, curve=cost.curve.iloc[:0]), words), Missing)
