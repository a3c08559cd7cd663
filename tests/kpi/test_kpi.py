"""Every KPI worked out by hand on a few rows, and what it says when there is nothing to work out."""

import pytest

from salesanalytics.base.calendar import period_of
from salesanalytics.kpi import REGISTRY, Measure, kpis
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, REP, deal

QUOTA = [
    {"scope": "rep", "scope_id": "r1", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 4000},
    {"scope": "rep", "scope_id": "r2", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 6000},
]


NORTH = [*REP[:2], {**REP[2], "team_id": "north"}]  # all who sell, so that their quotas are the whole goal


def kpi(key: str, **changes: object) -> Measure:
    given = {"rep": NORTH, **changes} if "quota" in changes else changes
    return kpis(tables(**given), as_of=AS_OF, period=QUARTER, only=(key,))[key]  # type: ignore[arg-type]


def change(number: int, day: str, field: str, old: str, new: str) -> dict[str, object]:
    """One change of a deal, as the history keeps it."""
    return {"opportunity_id": f"o{number}", "changed_at": day, "field": field, "old_value": old, "new_value": new}


def answers(author: str, *scores: int) -> list[dict[str, object]]:
    """One answer per score, all on a day of the quarter."""
    rest = {"author_kind": author, "occurred_at": "2026-08-01", "score_scale": "nps"}
    return [{"feedback_id": f"f{at}", "score": score, **rest} for at, score in enumerate(scores)]


def test_bookings_are_the_sum_of_what_was_won_in_the_period() -> None:
    found = kpi("bookings")
    assert (found.value, found.n, found.low) == (4700, 3, None)


def test_win_rate_is_won_over_closed_with_wilsons_interval() -> None:
    found = kpi("win_rate")
    assert (found.value, found.numerator, found.denominator) == (0.75, 3, 4)
    assert (found.low, found.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_win_rate_is_none_not_zero_when_nothing_closed() -> None:
    found = kpi("win_rate", opportunity=[OPPORTUNITY[3]])
    assert (found.value, found.reason) == (None, "none_counted")


def test_a_source_that_keeps_only_won_deals_has_no_win_rate() -> None:
    won = [deal(at, "r1", "Won", 10, "2026-07-01", "2026-08-01") for at in range(30)]
    assert kpi("win_rate", opportunity=won).reason == "column_empty"
    assert kpi("win_rate", opportunity=won[:29]).value == 1.0  # so few may really have been won all


def test_win_rate_by_amount_needs_amounts_of_lost_deals() -> None:
    assert kpi("win_rate_amount").value == pytest.approx(4700 / 5200)
    without = [{**row, "amount": "" if row["stage"] == "Lost" else row["amount"]} for row in OPPORTUNITY]
    assert kpi("win_rate_amount", opportunity=without).reason == "column_empty"


def test_average_deal_and_cycle_count_won_deals_and_lost_ones_apart() -> None:
    assert kpi("average_deal").value == pytest.approx(4700 / 3)
    assert kpi("average_lost_deal").value == 500
    assert kpi("cycle").value == pytest.approx((70 + 61 + 66) / 3)
    assert kpi("cycle_lost").value == 80


def test_velocity_multiplies_and_divides_the_four_levers() -> None:
    # one open deal beyond the first stage × 1566.67 × 75% ÷ 65.67 days
    assert kpi("velocity").value == pytest.approx(1 * (4700 / 3) * 0.75 / (197 / 3))


def test_attainment_gap_and_coverage_against_the_quota() -> None:
    rows = {"quota": QUOTA}
    assert kpi("attainment", **rows).value == pytest.approx(0.47)
    assert kpi("gap", **rows).value == 5300
    assert kpi("coverage", **rows).value == pytest.approx(2000 / 5300)  # the deal without amount adds nothing


def test_without_a_quota_there_is_no_attainment() -> None:
    assert kpi("attainment").reason == "table_missing"
    assert kpi("attainment", quota=[{**QUOTA[0], "period_start": "2025-07-01", "period_end": "2025-09-30"}]).reason == "no_goal"


def test_coverage_is_none_once_the_goal_is_reached() -> None:
    assert kpi("coverage", quota=[{**QUOTA[0], "amount": 4700}]).reason == "goal_reached"


def test_a_teams_own_quota_goes_before_the_sum_of_its_reps() -> None:
    team = {"scope": "team", "scope_id": "north", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 9400}
    assert kpi("attainment", quota=[*QUOTA, team]).value == 0.5


def test_the_highest_version_set_by_the_day_holds() -> None:
    second = {**QUOTA[0], "version": 2, "amount": 9400, "set_on": "2026-08-01"}
    third = {**QUOTA[0], "version": 3, "amount": 1, "set_on": "2026-09-15"}
    assert kpi("attainment", quota=[{**QUOTA[0], "version": 1}, second, third]).value == 0.5


def test_a_quota_counts_for_the_days_a_rep_was_there() -> None:
    hired = [{**REP[0], "hire_date": "2026-08-16"}, *NORTH[1:]]  # 46 of 92 days
    assert kpi("attainment", rep=hired, quota=[QUOTA[0]]).value == pytest.approx(4700 / 2000)


def test_quotas_of_several_lengths_are_not_added_up() -> None:
    year = {**QUOTA[0], "period_start": "2026-01-01", "period_end": "2026-12-31", "amount": 36500}
    months = [
        {**QUOTA[0], "period_start": f"2026-0{month}-01", "period_end": f"2026-0{month}-{last}", "amount": 1000}
        for month, last in ((7, 31), (8, 31), (9, 30))
    ]
    assert kpi("gap", quota=[year, *months]).numerator == pytest.approx(3000)
    assert kpi("gap", quota=[year, *months, {**QUOTA[0], "amount": 7000}]).numerator == pytest.approx(7000)


def test_a_yearly_quota_gives_a_quarter_its_days() -> None:
    year = {**QUOTA[0], "period_start": "2026-01-01", "period_end": "2026-12-31", "amount": 36500}
    assert kpi("attainment", quota=[year]).value == pytest.approx(4700 / 9200)


def test_slippage_counts_deals_due_when_the_last_full_period_began() -> None:
    deals = [
        deal(1, "r1", "Won", 1, "2026-03-01", "2026-05-01"),
        deal(2, "r1", "Won", 1, "2026-03-01", "2026-07-05"),
        deal(3, "r1", "Offer", 1, "2026-03-01", expected_close_date="2026-09-30"),
        deal(4, "r1", "Offer", 1, "2026-04-02", expected_close_date="2026-06-30"),
    ]
    history = [
        change(1, "2026-03-01", "expected_close_date", "", "2026-06-15"),
        change(2, "2026-03-01", "expected_close_date", "", "2026-06-15"),
        change(3, "2026-06-01", "expected_close_date", "2026-06-20", "2026-09-30"),
    ]
    found = kpi("slippage", opportunity=deals, opportunity_history=history)
    assert (found.numerator, found.denominator) == (2, 3)  # o4 was not there when the quarter began


def test_at_risk_is_silent_or_stuck() -> None:
    deals = [deal(at, "r1", "Offer", 1, "2026-05-01") for at in (1, 2, 3)]
    deals.append(deal(9, "r1", "Won", 1, "2026-05-01", "2026-05-11"))
    entered = {1: "2026-08-20", 2: "2026-07-01", 3: "2026-08-20", 9: "2026-05-01"}
    history = [change(at, day, "stage", "", "Offer") for at, day in entered.items()]
    history.append(change(9, "2026-05-11", "stage", "Offer", "Won"))
    touched = {1: "2026-08-17", 2: "2026-08-30", 3: "2026-08-16"}
    activity = [
        {"activity_id": f"a{at}", "rep_id": "r1", "kind": "call", "occurred_at": day, "opportunity_id": f"o{at}"}
        for at, day in touched.items()
    ]
    found = kpi("at_risk", opportunity=deals, opportunity_history=history, activity=activity)
    assert (found.numerator, found.denominator) == (2, 3)  # o2 stuck for 61 days against 10 + 14, o3 silent for 15


def test_forecast_bias_is_what_was_promised_over_what_came() -> None:
    promised = {"2026-05-01": 900, "2026-06-02": 150, "2026-06-20": 100}
    calls = [
        {"scope": "rep", "scope_id": "r1", "period_start": "2026-04-01", "submitted_at": day, "amount": amount}
        for day, amount in promised.items()
    ]
    deals = [deal(1, "r1", "Won", 100, "2026-03-01", "2026-05-15")]
    rows = {"opportunity": deals, "forecast_submission": calls}
    assert kpi("forecast_bias", **rows).value == pytest.approx(0.5)  # the last call at least 28 days before 30 June
    assert kpi("forecast_accuracy", **rows).value == pytest.approx(0.5)


def test_activities_are_counted_per_week_worked() -> None:
    activity = [{"activity_id": f"a{at}", "rep_id": "r1", "kind": "call", "occurred_at": "2026-07-15"} for at in range(62)]
    reps = [REP[0], {**REP[1], "leave_date": "2026-07-31"}, {**REP[2], "leave_date": "2025-12-31"}]
    found = kpi("activities", activity=activity, rep=reps)
    assert found.denominator == pytest.approx((62 + 31) / 7)


def test_unanswered_leads_count_as_still_waiting() -> None:
    answers = ["2026-08-01T06:00:00Z", "2026-08-03T00:00:00Z", "", ""]
    lead = [
        {"lead_id": f"l{at}", "created_at": "2026-08-01T00:00:00Z", "first_response_at": answer}
        for at, answer in enumerate(answers)
    ]
    assert kpi("lead_response", lead=lead).value == 2.0
    kept = kpi("lead_response_kept", lead=lead)
    assert (kept.numerator, kept.denominator) == (1, 4)


def test_nps_stays_within_its_scale() -> None:
    found = kpi("nps", feedback=answers("buyer", 10, 9, 8, 3))
    assert found.value == 25
    assert -100 <= found.low < found.high <= 100  # type: ignore[operator]


def test_answers_that_all_agree_still_leave_doubt() -> None:
    answers = [
        {"feedback_id": f"f{at}", "author_kind": "buyer", "occurred_at": "2026-08-01", "score": 10, "score_scale": "nps"}
        for at in range(50)
    ]
    found = kpi("nps", feedback=answers)
    assert (found.value, found.high) == (100, 100)
    assert 80 < (found.low or 0) < 95


def test_few_employees_are_not_shown() -> None:
    found = kpi("enps", feedback=answers("employee", 9, 9, 9, 9))
    assert (found.value, found.n, found.reason) == (None, 0, "too_few")


def test_a_missing_table_is_a_reason_not_an_error() -> None:
    found = kpis(tables(), as_of=AS_OF, period=QUARTER)
    there = {"opportunity", "rep", "team", "stage"}
    absent = {key for key, one in found.measures.items() if one.reason == "table_missing"}
    assert absent == {key for key, one in REGISTRY.items() if not set(one.needs) <= there}


def test_a_team_without_a_single_deal_has_every_kpi_absent_or_zero() -> None:
    found = kpis(tables(opportunity=[OPPORTUNITY[0]]), as_of=AS_OF, period=period_of(AS_OF, "month"))
    assert found["bookings"].value == 0
    assert found["win_rate"].value is None


def test_money_scales_with_the_currency() -> None:
    scaled = [{**row, "amount": row["amount"] and float(str(row["amount"])) * 5} for row in OPPORTUNITY]
    both = [kpis(tables(opportunity=rows), as_of=AS_OF, period=QUARTER).table for rows in (OPPORTUNITY, scaled)]
    one, five = (table.dropna(subset=["value"]).set_index("key") for table in both)
    money = one["unit"] == "money"
    assert five["value"][money].tolist() == pytest.approx((5 * one["value"][money]).tolist())
    assert five["value"][~money].tolist() == pytest.approx(one["value"][~money].tolist())


def test_fiscal_quarters_begin_where_the_company_says() -> None:
    assert str(period_of(AS_OF, "quarter", 2).start) == "2026-08-01"
    assert str(period_of(AS_OF, "quarter", 12).end) == "2026-08-31"
    assert str(period_of(AS_OF, "year", 4).start) == "2026-04-01"
    assert str(QUARTER.shift(-3).start) == "2025-10-01"


def test_a_quota_that_begins_with_the_hire_is_not_cut_twice() -> None:
    hired = [{**REP[0], "hire_date": "2026-08-01"}, *NORTH[1:]]
    own = {**QUOTA[0], "period_start": "2026-08-01", "amount": 1000}
    assert kpi("gap", rep=hired, quota=[own, QUOTA[1]]).numerator == pytest.approx(1000 + 6000)


def test_a_young_lead_counts_neither_way() -> None:
    answers = ["2026-08-31T20:30:00Z", ""]
    lead = [
        {"lead_id": f"l{at}", "created_at": "2026-08-31T20:00:00Z", "first_response_at": answer}
        for at, answer in enumerate(answers)
    ]
    assert kpi("lead_response_kept", lead=lead).reason == "none_counted"


def test_a_quarters_forecast_is_never_held_against_a_month() -> None:
    calls = [
        {"scope": "rep", "scope_id": "r1", "period_start": day, "submitted_at": day, "amount": 100}
        for day in ("2026-01-01", "2026-04-01")
    ]
    deals = [deal(1, "r1", "Won", 100, "2026-01-01", "2026-02-15"), deal(2, "r1", "Won", 100, "2026-01-01", "2026-05-15")]
    rows = tables(opportunity=deals, forecast_submission=calls)
    found = kpis(rows, as_of=AS_OF, period=period_of(AS_OF, "month"), only=("forecast_bias",))["forecast_bias"]
    assert (found.value, found.n) == (0.0, 2)
