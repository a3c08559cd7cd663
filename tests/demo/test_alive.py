"""The company looks like one: what a sales manager would check at first glance."""

import pandas as pd


def _attainment(company):
    quota = company.tables["quota"].query("scope == 'rep'").sort_values("version")
    quota = quota.drop_duplicates(["scope_id", "period_start"], keep="last")
    quota = quota[quota["period_end"] <= company.as_of]
    won = company.deals.query("is_won")
    booked = won.groupby(["owner_rep_id", won["closed_on"].dt.to_period("Q").dt.start_time])["amount"].sum()
    keys = pd.MultiIndex.from_frame(quota[["scope_id", "period_start"]])
    return booked.reindex(keys, fill_value=0).to_numpy() / quota["amount"].to_numpy()


def test_as_many_people_as_asked_for_and_some_come_and_go(company):
    people = company.tables["rep"].query("role != 'manager'")
    days = pd.date_range(company.truth["settings"]["history_from"], company.as_of, freq="30D")
    employed = [((people["hire_date"] <= day) & ~(people["leave_date"] < day)).sum() for day in days]
    assert 54 <= sum(employed) / len(employed) <= 66
    assert people["leave_date"].notna().sum() > 30
    assert set(people["role"]) == {"ae", "am", "sdr"}
    assert company.tables["rep_assignment"]["rep_id"].duplicated().any()
    assert people["email"].is_unique


def test_the_default_company_has_twelve_to_eighteen_thousand_deals(company):
    assert 12_000 <= len(company.tables["opportunity"]) <= 18_000


def test_typical_attainment_is_a_little_under_quota(company):
    quarter, half, three_quarters = pd.Series(_attainment(company)).quantile([0.25, 0.5, 0.75])
    assert 0.5 < quarter < 0.8
    assert 0.8 < half < 1.0
    assert 1.0 < three_quarters < 1.35


def test_deals_take_one_to_four_months(company):
    won = company.deals.query("is_won")
    days = (won["closed_at"] - won["created_at"]).dt.days
    assert 45 < days.median() < 75
    assert days.quantile(0.9) < 130


def test_the_open_pipeline_covers_what_is_missing(company):
    quarter = company.as_of.to_period("Q")
    deals, quota = company.deals, company.tables["quota"].query("scope == 'team'")
    won = deals[deals["is_won"] & (deals["closed_on"] >= quarter.start_time)]["amount"].sum()
    due = deals[~deals["is_closed"] & (deals["expected_close_date"] <= quarter.end_time)]["amount"].sum()
    gap = quota[quota["period_start"] == quarter.start_time]["amount"].sum() - won
    assert 1.2 < due / gap < 4


def test_some_open_deals_are_neglected(company):
    open_ = company.deals.query("not is_closed")
    last = company.tables["activity"].groupby("opportunity_id")["occurred_at"].max()
    quiet = (company.as_of.tz_localize("UTC") - open_["opportunity_id"].map(last).fillna(open_["created_at"])).dt.days
    assert 0.10 < (quiet > 14).mean() < 0.45
    assert 0.05 < open_["next_step"].isna().mean() < 0.30
    assert 0.02 < (open_["expected_close_date"] < company.as_of).mean() < 0.20
    assert open_["expected_close_date"].dt.to_period("Q").nunique() >= 4


def test_people_work_on_working_days_in_working_hours(company):
    closed = company.tables["opportunity"]["closed_at"].dropna()
    assert (closed.dt.dayofweek < 5).all()
    assert closed.dt.hour.between(8, 16).all()
    holidays = (closed.dt.month == 12) & closed.dt.day.isin([25, 26])
    assert not holidays.any()


def test_names_vary(company):
    assert company.tables["rep"]["name"].nunique() > 0.97 * len(company.tables["rep"])
    assert company.tables["account"]["name"].is_unique
    assert company.tables["opportunity"]["next_step"].nunique() > 60
    assert company.tables["opportunity"]["loss_reason"].nunique() > 12


def test_expected_close_dates_are_mostly_pushed_and_sometimes_pulled(company):
    history = company.tables["opportunity_history"]
    closing = set(zip(*[company.tables["opportunity"][column] for column in ("opportunity_id", "closed_at")], strict=True))
    changes = history[history["field"] == "expected_close_date"]
    open_ = [key not in closing for key in zip(changes["opportunity_id"], changes["changed_at"], strict=True)]
    later = (pd.to_datetime(changes["new_value"]) > pd.to_datetime(changes["old_value"]))[open_]
    assert 0.55 < later.mean() < 0.97
