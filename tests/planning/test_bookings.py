"""Monthly bookings by hand, and what is said of the year."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from salesanalytics.analyses.planning.bookings import bookings_forecast, landing_findings, monthly_bookings, outlook
from salesanalytics.base.calendar import period_of
from salesanalytics.show import Words
from salesanalytics.views.planning import bookings as bookings_view
from tests.answers import answer
from tests.tables import AS_OF, tables


def test_only_complete_months_count_and_empty_ones_are_there() -> None:
    rows = monthly_bookings(tables(), as_of=AS_OF, by="team", team_id="north")
    assert rows["y"].tolist() == [1000, 3700]
    assert monthly_bookings(tables(), as_of=date(2026, 8, 30), by="team")["y"].tolist() == [1000]
    by_rep = monthly_bookings(tables(), as_of=AS_OF)
    assert by_rep.groupby("unique_id")["y"].apply(list).to_dict() == {"r1": [1000, 0], "r2": [3000], "r3": [700]}


def test_two_months_are_too_few_for_a_word_about_the_year() -> None:
    result = bookings_forecast({"north": tables()}, as_of=AS_OF, horizon=2)
    assert [one.key for one in result.findings] == ["bookings.too_few"]
    assert set(result.table["team_id"]) == {"", "north"}


@pytest.mark.parametrize(
    ("goal", "key"), [(80.0, "bookings.reached"), (105.0, "bookings.safe"), (150.0, "bookings.open"), (300.0, "bookings.short")]
)
def test_the_goal_decides_what_is_said(goal: float, key: str) -> None:
    row = {"booked": 90.0, "landing": 140.0, "low": 110.0, "high": 170.0, "goal": goal, "months_left": 3, "n": 30, "checked": 0,
           "wape": 0.2, "bias": 0.0, "coverage_80": 0.8, "naive_wape": 0.3}  # fmt: skip
    assert [one.key for one in landing_findings(row, period_of(AS_OF, "year"))] == [key]


@pytest.mark.parametrize(("held", "key"), [(0.8, "bookings.checked"), (0.3, "bookings.checked_narrow")])
def test_a_range_that_did_not_hold_is_called_too_narrow(held: float, key: str) -> None:
    row = {"booked": 90.0, "landing": 140.0, "low": 110.0, "high": 170.0, "goal": 105.0, "months_left": 3, "n": 30,
           "checked": 36, "wape": 0.2, "bias": 0.0, "coverage_80": held, "naive_wape": 0.3}  # fmt: skip
    assert [one.key for one in landing_findings(row, period_of(AS_OF, "year"))] == ["bookings.safe", key]


def test_each_team_reads_its_own_months_and_the_company_the_whole() -> None:
    result = bookings_forecast({"north": tables(), "south": tables()}, as_of=AS_OF, horizon=2)
    months, year = result.table, result.landing
    north = outlook({}, as_of=AS_OF, months=months, year=year, team_id="north")
    assert set(north.table["team_id"]) == {"north"}
    assert set(result.company.table["team_id"]) == {""}
    assert outlook({}, as_of=AS_OF, months=None, year=None, team_id="north").findings == ()


def test_in_the_last_quarter_the_year_is_the_next() -> None:
    found = bookings_forecast({"north": tables()}, as_of=date(2026, 8, 31), fiscal_year_start=10)
    assert (found.period.start, found.period.end) == (date(2026, 10, 1), date(2027, 9, 30))
    assert bookings_forecast({"north": tables()}, as_of=date(2026, 8, 31)).period.end == date(2026, 12, 31)


EN = Words("en", "EUR")


def test_the_fan_shows_past_months_and_the_forecast():
    past = pd.DataFrame({"kind": "past", "ds": pd.date_range("2026-01-01", periods=6, freq="MS"), "booked": range(6)})
    ahead = pd.DataFrame({"kind": "forecast", "ds": pd.date_range("2026-07-01", periods=3, freq="MS"), "mean": 5.0})
    rows = pd.concat([past, ahead.assign(lo_80=3.0, hi_80=8.0, naive=4.0)]).reindex(
        columns=["kind", "ds", "booked", "mean", "lo_80", "hi_80", "naive"]
    )
    year = (date(2026, 1, 1), date(2026, 12, 31))
    told = SimpleNamespace(key="bookings.open", values={"landing": 100.0, "goal": 110.0, "year": year})
    figure = bookings_view.bookings_figure(answer(table=rows, headline=told), EN)
    assert figure.title == "2026 leads to €100; the goal is €110"
    assert all(word in figure.svg for word in ("won", "forecast"))


def test_without_a_forecast_a_line_says_where_one_is_made():
    block = bookings_view.bookings_figure(answer(table=pd.DataFrame()), EN)
    assert block.kind == "missing"
    assert "company's chapter" in block.text
