"""Stays, ramp and leaving: by hand on few rows, and against what is planted in the demo company."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.base.types import Tables
from salesanalytics.demo.planted.ramp import CURVE
from salesanalytics.demo.planted.turnover import YEARLY_TURNOVER
from salesanalytics.facts.people import TENURED, leaving, present, ramp_curve, rep_months, team_stays
from salesanalytics.facts.quotas import presence
from salesanalytics.facts.targets import next_target
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, REP, deal


def test_who_was_hired_before_the_records_begin_counts_from_then_on() -> None:
    found = team_stays(tables(), AS_OF).set_index("rep_id")
    assert found.loc["r1", "since"] == pd.Timestamp("2026-05-01")  # the first deal, not the hire of 2024
    assert not found["left"].any()


def test_leavers_per_person_year_by_hand() -> None:
    gone = {**REP[0], "leave_date": "2026-07-31"}
    found = leaving(tables(rep=[gone, *REP[1:]]), as_of=AS_OF)
    assert (found.leavers, found.years) == (1, pytest.approx((92 + 123 + 123) / 365.25))
    low, high = found.low or 0.0, found.high or 0.0
    assert (low * found.years, high * found.years) == (
        pytest.approx(0.0253, abs=1e-3),
        pytest.approx(5.572, abs=1e-3),
    )  # Garwood


def test_moving_to_another_team_is_not_leaving() -> None:
    spans = [
        {"rep_id": "r1", "valid_from": "2024-01-01", "valid_to": "2026-06-30", "team_id": "north"},
        {"rep_id": "r1", "valid_from": "2026-07-01", "team_id": "south"},
    ]
    found = team_stays(tables(rep_assignment=spans), AS_OF)
    assert found.loc[found["rep_id"] == "r1", "left"].tolist() == [False, False]
    assert len(present(found, AS_OF)) == 3


def test_managers_and_sdrs_do_not_sell() -> None:
    roles = [{**row, "role": role} for row, role in zip(REP, ("manager", "sdr", "ae"), strict=True)]
    assert team_stays(tables(rep=roles), AS_OF)["rep_id"].tolist() == ["r3"]


def test_bookings_of_each_rep_and_month_add_up() -> None:
    months = rep_months(tables(), AS_OF)
    assert months["booked"].sum() == 4700
    assert months.loc[months["rep_id"] == "r1", "part"].tolist() == [1, 1, 1, 1]


def test_without_newcomers_the_usual_ramp_is_taken_and_said() -> None:
    found = ramp_curve(tables(), as_of=AS_OF)
    assert (found.known, found.reps, found.months_to) == (False, 0, 5)
    assert found.at(np.array([0.0, 3.5, 40.0, np.inf])).tolist() == pytest.approx([1 / 12, 3.5 / 6, 1, 1])


def test_an_unknown_hire_date_counts_as_up_to_speed() -> None:
    unknown = [{name: value for name, value in row.items() if name != "hire_date"} for row in REP]
    assert rep_months(tables(rep=unknown), AS_OF)["tenure"].min() >= TENURED


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    from salesanalytics.data.intake.check import check_source, usable
    from salesanalytics.demo import write_demo

    folder = tmp_path_factory.mktemp("larger")
    write_demo(folder, seed=11, teams=3, reps=60, months=30, as_of=DEMO_DAY, format="parquet")
    return usable(check_source(folder, today=DEMO_DAY)).tables


def test_the_planted_ramp_is_recovered_from_deals_opened(larger: Tables) -> None:
    found = ramp_curve(larger, as_of=DEMO_DAY, outcome="opened")
    assert found.known
    shares = found.table["share"].to_numpy()
    assert np.abs(shares[:10] - CURVE).max() < 0.15
    assert np.abs(shares[:10] - CURVE).mean() < 0.08  # over eight such companies the mean error is .05
    held = (found.table["low"][:10] <= CURVE) & (found.table["high"][:10] >= CURVE)
    assert held.sum() >= 8
    assert (np.diff(shares) >= 0).all()


def test_deals_won_follow_the_ones_opened(larger: Tables) -> None:
    opened, won = (ramp_curve(larger, as_of=DEMO_DAY, outcome=one) for one in ("opened", "won"))  # type: ignore[arg-type]
    assert (won.table["share"] <= opened.table["share"] + 0.05).all()
    assert won.months_to > opened.months_to


def test_the_planted_rate_of_leaving_lies_in_its_interval(larger: Tables) -> None:
    found = leaving(larger, as_of=DEMO_DAY)
    assert found.low is not None
    assert found.high is not None
    assert found.low < YEARLY_TURNOVER < found.high


def test_a_quota_is_the_target_and_without_one_last_year_is() -> None:
    quota = {"scope": "company", "scope_id": "all", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 9_000}
    assert next_target(tables(quota=[quota]), as_of=AS_OF, period=QUARTER).source == "quota"
    old = [deal(91, "r1", "Won", 2500, "2024-08-01", "2025-06-02"), deal(92, "r1", "Won", 300, "2025-08-01", "2025-11-02")]
    company = tables(opportunity=[*OPPORTUNITY, *old])
    found = next_target(company, as_of=AS_OF, period=QUARTER.shift(1))
    assert (found.source, found.growth, found.amount) == ("growth", 2.0, 600)  # 5,000 won in a year after 2,500
    later = next_target(company, as_of=AS_OF, period=QUARTER.shift(5))
    assert later.amount == 1200  # two years on, grown twice


def test_with_less_than_two_years_last_year_is_taken_as_it_was() -> None:
    old = [deal(91, "r1", "Won", 300, "2025-07-01", "2025-11-02")]
    found = next_target(tables(opportunity=[*OPPORTUNITY, *old]), as_of=AS_OF, period=QUARTER.shift(1))
    assert (found.source, found.growth, found.amount) == ("last_year", None, 300)


def test_without_a_quota_and_without_last_year_there_is_no_target() -> None:
    assert next_target(tables(), as_of=AS_OF, period=QUARTER.shift(1)).amount is None


CAME_BACK = [
    {"rep_id": "r1", "hired_on": "2024-01-01", "left_on": "2026-05-31"},
    {"rep_id": "r1", "hired_on": "2026-07-01"},
]


def test_who_came_back_has_left_once_and_is_new_again() -> None:
    known = tables(employment=CAME_BACK)
    stay = team_stays(known, AS_OF)
    own = stay[stay["rep_id"] == "r1"]
    assert own["left"].tolist() == [True, False]
    assert own["until"].tolist() == [pd.Timestamp("2026-05-31"), pd.Timestamp(AS_OF)]
    assert leaving(known, as_of=AS_OF).leavers == 1
    months = rep_months(known, AS_OF)
    mine = months[months["rep_id"] == "r1"].set_index("month")
    assert pd.Timestamp("2026-06-01") not in mine.index  # away, so no month without bookings
    assert mine.loc[pd.Timestamp("2026-07-01"), "tenure"] < 1


def test_days_away_carry_no_quota() -> None:
    share = presence(tables(employment=CAME_BACK), QUARTER)
    assert share["r1"] == pytest.approx(1.0)
    assert presence(tables(employment=CAME_BACK), QUARTER.shift(-1))["r1"] == pytest.approx(61 / 91)
