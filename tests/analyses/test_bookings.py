"""Monthly bookings by hand, and what is said of the year."""

from datetime import date

import pytest

from salesanalytics.analyses.forecast.bookings import bookings_forecast, landing_findings, monthly_bookings
from salesanalytics.analyses.period import period_of
from tests.analyses.tables import AS_OF, tables


def test_only_complete_months_count_and_empty_ones_are_there() -> None:
    rows = monthly_bookings(tables(), as_of=AS_OF, by="team", team_id="north")
    assert rows["y"].tolist() == [1000, 3700]
    assert monthly_bookings(tables(), as_of=date(2026, 8, 30), by="team")["y"].tolist() == [1000]
    by_rep = monthly_bookings(tables(), as_of=AS_OF)
    assert by_rep.groupby("unique_id")["y"].apply(list).to_dict() == {"r1": [1000, 0], "r2": [3000], "r3": [700]}


def test_two_months_are_too_few_for_a_word_about_the_year() -> None:
    result = bookings_forecast({"north": tables()}, as_of=AS_OF, horizon=2)
    assert [one.key for one in result.findings] == ["year_too_few"]
    assert set(result.table["team_id"]) == {"", "north"}


@pytest.mark.parametrize(
    ("goal", "key"), [(80.0, "year_reached"), (105.0, "year_safe"), (150.0, "year_open"), (300.0, "year_short")]
)
def test_the_goal_decides_what_is_said(goal: float, key: str) -> None:
    row = {"booked": 90.0, "landing": 140.0, "low": 110.0, "high": 170.0, "goal": goal, "months_left": 3, "n": 30, "checked": 0,
           "wape": 0.2, "bias": 0.0, "coverage_80": 0.8, "naive_wape": 0.3}  # fmt: skip
    assert [one.key for one in landing_findings(row, period_of(AS_OF, "year"))] == [key]
