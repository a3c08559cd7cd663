"""Monthly bookings by hand, and what is said of the year."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.bookings import bookings_forecast, landing_findings, outlook
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.facts.monthly_bookings import monthly_bookings
from salesanalytics.show import Words
from salesanalytics.views.planning import bookings as bookings_view
from tests.answers import answer
from tests.tables import AS_OF, tables
from tests.tiny import deal

YEAR_RUNS = {"rest": np.nan, "rest_low": np.nan, "rest_high": np.nan}


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
           "wape": 0.2, "bias": 0.0, "coverage_80": 0.8, "naive_wape": 0.3, **YEAR_RUNS}  # fmt: skip
    assert [one.key for one in landing_findings(row, period_of(AS_OF, "year"))] == [key]


@pytest.mark.parametrize(("held", "key"), [(0.8, "bookings.checked"), (0.3, "bookings.checked_narrow")])
def test_a_range_that_did_not_hold_is_called_too_narrow(held: float, key: str) -> None:
    row = {"booked": 90.0, "landing": 140.0, "low": 110.0, "high": 170.0, "goal": 105.0, "months_left": 3, "n": 30,
           "checked": 36, "wape": 0.2, "bias": 0.0, "coverage_80": held, "naive_wape": 0.3, **YEAR_RUNS}  # fmt: skip
    assert [one.key for one in landing_findings(row, period_of(AS_OF, "year"))] == ["bookings.safe", key]


def test_each_team_reads_its_own_months_and_the_company_the_whole() -> None:
    result = bookings_forecast({"north": tables(), "south": tables()}, as_of=AS_OF, horizon=2)
    months, year = result.table, result.landing
    north = outlook({}, as_of=AS_OF, months=months, year=year, team_id="north")
    assert set(north.table["team_id"]) == {"north"}
    assert set(result.company.table["team_id"]) == {""}
    assert outlook({}, as_of=AS_OF, months=None, year=None, team_id="north").findings == ()
    # a team whose fiscal year is another one is told nothing of a year that is not its own
    (other,) = outlook({}, as_of=AS_OF, months=months, year=year, team_id="north", fiscal_year_start=2).findings
    assert other.key == "bookings.other_year"
    assert (other.values["own"][0], other.values["year"][0]) == (date(2026, 2, 1), date(2026, 1, 1))


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
    assert figure.title == "Forecast for 2026: €100; the goal is €110"
    assert all(word in figure.svg for word in ("won", "forecast"))


def test_without_a_forecast_a_line_says_where_one_is_made():
    block = bookings_view.bookings_figure(answer(table=pd.DataFrame()), EN)
    assert block.kind == "missing"
    assert "company's chapter" in block.text


def three_years() -> Tables:
    """A deal of one rep on the tenth of every month, of growing and changing size, up to the end of August 2026."""
    days, draw = pd.date_range("2023-09-10", AS_OF, freq=pd.DateOffset(months=1)), np.random.default_rng(1)
    sizes = (draw.gamma(200, 50, len(days)) * np.linspace(1, 4, len(days))).round()
    return tables(
        opportunity=[
            deal(at, "r1", "Won", size, str(day.date()), str(day.date()))
            for at, (day, size) in enumerate(zip(days, sizes, strict=True))
        ]
    )


def test_the_next_year_is_its_own_twelve_months_and_the_rest_of_this_one_stands_beside_it() -> None:
    found = bookings_forecast({"north": three_years()}, as_of=AS_OF, fiscal_year_start=11)
    months = found.table[(found.table["team_id"] == "north") & (found.table["kind"] == "forecast")].set_index("ds")["mean"]
    for row in found.landing.to_dict("records"):
        assert (found.period.start, row["year_end"]) == (date(2026, 11, 1), pd.Timestamp(2027, 10, 31))
        assert (row["months_left"], row["booked"]) == (12, 0)
        assert row["landing"] == pytest.approx(months["2026-11":"2027-10"].sum())
        assert row["landing"] > 1.02 * months.iloc[:12].sum()
        assert (row["rest_start"], row["rest_end"]) == (pd.Timestamp(2026, 9, 1), pd.Timestamp(2026, 10, 31))
        assert row["rest"] == pytest.approx(months["2026-09":"2026-10"].sum())
        assert row["low"] < row["landing"] < row["high"]
        assert row["rest_low"] < row["rest"] < row["rest_high"]
    assert len(found.landing) == 2
    assert [one.key.partition(".")[2] for one in found.findings][1] == "rest"
    assert found.findings[1].values["span"] == (date(2026, 9, 1), date(2026, 10, 31))


def test_what_is_won_of_the_rest_is_the_least_it_can_be() -> None:
    company = dict(three_years())
    sold = company["opportunity"]
    company["opportunity"] = sold.assign(amount=sold["amount"].mask(sold["closed_on"] == pd.Timestamp(2026, 8, 10), 900_000))
    row = bookings_forecast({"north": company}, as_of=date(2026, 8, 20), fiscal_year_start=11).landing.iloc[0]
    assert (row["rest_low"], row["rest"], row["rest_start"]) == (900_000, 900_000, pd.Timestamp(2026, 8, 1))
    assert (row["months_left"], row["landing"] < 900_000) == (12, True)


def test_a_year_that_runs_is_what_is_booked_and_what_is_left() -> None:
    found = bookings_forecast({"north": three_years()}, as_of=AS_OF)
    row = found.landing.iloc[0]
    ahead = found.table[(found.table["team_id"] == "") & (found.table["kind"] == "forecast")].set_index("ds")["mean"]
    assert (found.period.start, row["months_left"]) == (date(2026, 1, 1), 4)
    assert row["landing"] == pytest.approx(row["booked"] + ahead["2026-09":"2026-12"].sum())
    assert row[["rest", "rest_low", "rest_high", "rest_start", "rest_end"]].isna().all()


def test_on_a_years_last_day_nothing_is_left_of_it() -> None:
    row = bookings_forecast({"north": three_years()}, as_of=AS_OF, fiscal_year_start=9).landing.iloc[0]
    assert (row["year_start"], row["months_left"]) == (pd.Timestamp(2026, 9, 1), 12)
    assert np.isnan(row["rest"])


def test_the_months_ahead_start_from_the_landing(demo: Tables) -> None:
    """In a year's last quarter its rest is the landing's to say; before, the year's end holds it."""
    for day in (date(2026, 11, 22), date(2026, 8, 16)):
        quarter = period_of(day)
        before = bookings_forecast({"t": demo}, as_of=day).landing.set_index("team_id")
        row = {"start": pd.Timestamp(quarter.start), "end": pd.Timestamp(quarter.end), "low": 8e6, "middle": 9e6, "high": 11e6}
        ends = pd.DataFrame([row | {"team_id": name} for name in ("t", "")])
        result = bookings_forecast({"t": demo}, as_of=day, landings=ends)
        found, months = result.landing.set_index("team_id").loc["t"], result.table[result.table["team_id"] == "t"]
        inside = months[quarter.holds(months["ds"])]
        complete = inside.loc[inside["kind"] == "past", "booked"].sum()
        assert inside.loc[inside["kind"] == "forecast", "mean"].sum() + complete == pytest.approx(9e6)
        if day.month == 11:
            assert before["rest"].notna().all()
            assert np.isnan(found["rest"])
            assert found["landing"] == before.loc["t", "landing"]
        else:
            assert found["landing"] != before.loc["t", "landing"]
            assert found["low"] < found["landing"] < found["high"]
