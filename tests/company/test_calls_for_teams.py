"""A team's call beside its deals: it weighs what it has shown to know, and the landing is one number of both."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.company.calls_for_teams import COLUMNS, calls_for_teams
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.past_calls import past_calls
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.teams import deal_team, spans
from salesanalytics.demo import build_demo
from salesanalytics.models.forecast.hazards import DealHazards, deal_hazards
from salesanalytics.show import Words
from salesanalytics.views.dashboard.landing import landing_figure
from tests.tables import tables
from tests.tiny import deal

DAY = date(2026, 9, 6)
QUARTER = period_of(DAY)


@pytest.fixture(scope="module")
def company() -> Tables:
    return build_demo(seed=5, teams=2, reps=16, months=30, as_of=date(2026, 11, 22))[0]


@pytest.fixture(scope="module")
def fitted(company: Tables) -> DealHazards:
    return deal_hazards(company, as_of=DAY, period=QUARTER)


def with_calls(company: Tables, noise: float, shift: float = 0.0) -> Tables:
    """Managers who know what will come but for a noise, and say so each week; `shift`: what they always add to it."""
    known = known_on(company, date(2026, 11, 22))
    won = known["opportunity"].query("is_won")
    team = deal_team(won, spans(known), date(2026, 11, 22), "UTC")
    rng, rows = np.random.default_rng(0), []
    for name in company["team"]["team_id"]:
        mine = won[team == name]
        for back in range(9):
            quarter = QUARTER.shift(-back)
            inside = mine[quarter.holds(mine["closed_on"])]
            for week in range(1, 13):
                day = quarter.start + timedelta(days=7 * week - 1)
                later = inside.loc[inside["closed_on"] > pd.Timestamp(day), "amount"].sum()
                call = inside["amount"].sum() - later + later * (1 + shift) * np.exp(noise * rng.standard_normal())
                rows.append(("team", name, quarter.start, day, "commit", call, "manager"))
    names = ["scope", "scope_id", "period_start", "submitted_at", "category", "amount", "source"]
    said = pd.DataFrame(rows, columns=names)
    said["period_start"] = pd.to_datetime(said["period_start"])
    said["submitted_at"] = pd.to_datetime(said["submitted_at"]).dt.tz_localize("UTC")
    return {**company, "forecast_submission": said}


def weight(company: Tables, fitted: DealHazards, noise: float, shift: float = 0.0) -> float:
    found = calls_for_teams(with_calls(company, noise, shift), fitted, as_of=DAY, period=QUARTER)
    assert list(found) == COLUMNS
    return float(found.loc[found["team_id"] != "", "weight"].mean())


def test_who_knows_more_weighs_more(company: Tables, fitted: DealHazards) -> None:
    assert weight(company, fitted, 0.02) > 0.7 > 0.35 > weight(company, fitted, 0.8)


def test_a_constant_optimism_costs_a_call_nothing(company: Tables, fitted: DealHazards) -> None:
    assert weight(company, fitted, 0.02, shift=0.5) > 0.7


def test_the_landing_lies_between_deals_and_call_and_is_narrower(company: Tables, fitted: DealHazards) -> None:
    tables = with_calls(company, 0.05)
    called = calls_for_teams(tables, fitted, as_of=DAY, period=QUARTER)
    row = called[called["team_id"] == ""]
    alone = landing(tables, as_of=DAY, period=QUARTER, hazards=fitted)
    both = landing(tables, as_of=DAY, period=QUARTER, hazards=fitted, called=row)
    assert alone.said is None
    assert both.said is not None
    assert both.by_deals == pytest.approx(alone.middle)
    low, high = sorted([alone.middle or 0, both.said.corrected])
    assert low <= (both.middle or 0) <= high
    assert (both.high or 0) - (both.low or 0) < (alone.high or 0) - (alone.low or 0)
    parts = both.parts.set_index("part")["mean"]
    assert parts["won"] + parts["open"] + parts["new"] == pytest.approx(parts["total"])
    note = landing_figure(both, Words("en", "EUR")).note
    assert "manager's forecast" in note


def test_a_call_of_another_period_or_passed_already_says_nothing(company: Tables, fitted: DealHazards) -> None:
    tables = with_calls(company, 0.05)
    row = calls_for_teams(tables, fitted, as_of=DAY, period=QUARTER).query("team_id == ''")
    for other in (row.assign(end=row["end"] + pd.Timedelta(days=1)), row.assign(corrected=1.0), row.iloc[:0]):
        assert landing(tables, as_of=DAY, period=QUARTER, hazards=fitted, called=other).said is None


def test_without_calls_or_with_few_of_them_there_is_no_row(company: Tables, fitted: DealHazards) -> None:
    none = {name: rows for name, rows in company.items() if name != "forecast_submission"}
    assert calls_for_teams(none, fitted, as_of=DAY, period=QUARTER).empty
    tables = with_calls(company, 0.05)
    said = tables["forecast_submission"]
    late = said[said["period_start"] >= pd.Timestamp(QUARTER.shift(-2).start)]
    assert calls_for_teams({**tables, "forecast_submission": late}, fitted, as_of=DAY, period=QUARTER).empty


def test_calls_made_later_than_that_many_days_before_the_end_do_not_count(company: Tables) -> None:
    tables = with_calls(company, 0.05)
    said = tables["forecast_submission"]
    left = QUARTER.end - DAY
    for start, rows in past_calls(tables, as_of=DAY, period=QUARTER).groupby("period_start"):
        moment = pd.Timestamp(period_of(start.date()).end - left + timedelta(days=1), tz="UTC")
        mine = said[(said["period_start"] == start) & (said["submitted_at"] < moment)]
        last = mine.sort_values("submitted_at").groupby("scope_id")["amount"].last()
        assert rows.set_index("team_id")["call"].to_dict() == pytest.approx(last.to_dict())


def test_where_nobody_calls_the_usual_share_of_the_quota_is_a_forecast_beside_the_deals() -> None:
    """A team that ends at about 80% of its quota every time, and whose deals tell nothing before they are won."""
    rng = np.random.default_rng(4)
    day, now = date(2026, 8, 20), period_of(date(2026, 8, 20))
    deals, quotas = [], []
    for back in range(12):
        one = now.shift(-back)
        quota = float(rng.uniform(600_000, 1_500_000))
        quotas.append({"scope": "team", "scope_id": "north", "period_start": one.start, "period_end": one.end, "amount": quota})
        share = 0.8 * np.exp(0.04 * rng.standard_normal()) * quota / 60
        days = [one.start + timedelta(int(at)) for at in sorted(rng.integers(0, one.days, 60))]
        told = [(at, str(when)) for at, when in enumerate(days) if when <= day]
        deals += [deal(100 * back + at, "r1", "Won", share, when, when) for at, when in told]
    known = tables(opportunity=deals, quota=quotas)
    fitted = deal_hazards(known, as_of=day, period=now)
    assert calls_for_teams(known, fitted, as_of=day, period=now).empty
    called = calls_for_teams(known, fitted, as_of=day, period=now, by_team={"north": known})
    row = called[called["team_id"] == "north"].iloc[0]
    assert (row["source"], row["call"]) == ("quota", pytest.approx(quotas[0]["amount"]))
    assert row["corrected"] == pytest.approx(0.8 * quotas[0]["amount"], rel=0.1)
    assert row["call_error"] < row["deals_error"]
    assert row["weight"] > 0.5
