"""Capacity: what it rests on by hand, that more people mean more of it, and that it speaks of nobody."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.capacity import Capacity, capacity
from salesanalytics.base.types import Tables
from salesanalytics.facts.people import Leaving
from salesanalytics.show import Words
from salesanalytics.views.planning import capacity as capacity_view
from tests.answers import answer, texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables
from tests.tiny import REP, deal

NOBODY_LEAVES = Leaving(0, 1e9, 0.0, 0.0, 0.0)


WON = [
    deal(at, rep, "Won", 1000, str(day.date()), str(day.date()))
    for at, (day, rep) in enumerate(
        (day, rep) for day in pd.date_range("2025-01-06", AS_OF, freq="7D") for rep in ("r1", "r2", "r3")
    )
]


QUARTER_GOALS = [
    {"scope": "company", "scope_id": "all", "period_start": start, "period_end": end, "set_on": "2026-08-01"}
    for start, end in (("2026-10-01", "2026-12-31"), ("2027-01-01", "2027-03-31"), ("2027-04-01", "2027-06-30"))
]


def team(goal: float | None = None, **changes: object) -> Tables:
    quota = None if goal is None else [{**row, "amount": goal} for row in QUARTER_GOALS]
    return tables(opportunity=WON, quota=quota, **changes)  # type: ignore[arg-type]


def ahead(company: Tables, **given: object) -> Capacity:
    return capacity(company, as_of=AS_OF, **given)  # type: ignore[arg-type]


def test_where_nobody_leaves_capacity_is_heads_times_productivity() -> None:
    found = ahead(team(), leavers=NOBODY_LEAVES)
    assert found.productivity == pytest.approx(3 * 1000 * 52.2 / 12 / 3, rel=0.05)
    assert found.table["heads"].tolist() == pytest.approx([3.0] * 12)
    assert found.table["median"].sum() == pytest.approx(12 * 3 * (found.productivity or 0), rel=0.1)
    assert (found.table["low"] < found.table["median"]).all()


def test_people_who_leave_take_capacity_with_them() -> None:
    stay, go = ahead(team(), leavers=NOBODY_LEAVES), ahead(team(), leavers=Leaving(340, 1000.0, 0.34, 0.3, 0.38))
    months = np.arange(12)
    assert go.table["heads"].to_numpy() == pytest.approx(3 * np.exp(-0.34 * (months + 0.5) / 12), abs=0.1)
    assert go.table["median"].iloc[-1] < 0.85 * stay.table["median"].iloc[-1]


def test_a_hire_adds_little_at_first_and_a_full_seller_later() -> None:
    without, with_one = ahead(team(), leavers=NOBODY_LEAVES), ahead(team(), leavers=NOBODY_LEAVES, hires=[0, 1])
    more = ((with_one.table["median"] - without.table["median"]) / without.table["median"] * 3).to_numpy()
    assert more[0] == pytest.approx(0, abs=0.05)
    assert more[1] < 0.3
    assert more[-1] == pytest.approx(1, abs=0.15)
    assert with_one.table["heads"].iloc[-1] == pytest.approx(4)


def test_enough_people_are_said_to_be_enough() -> None:
    (finding,) = ahead(team(10_000)).findings
    assert (finding.key, finding.severity) == ("capacity.enough", "good")


def test_short_capacity_says_how_many_hires_by_when() -> None:
    (finding,) = ahead(team(44_000), leavers=NOBODY_LEAVES).findings
    assert (finding.key, finding.severity) == ("capacity.short", "act")
    assert finding.values["n"] >= 1
    assert finding.values["hires_80"] >= finding.values["n"]
    assert finding.values["start_by"] > AS_OF


def test_the_hires_it_asks_for_do_what_it_says() -> None:
    company = team(50_000)
    rows = ahead(company, leavers=NOBODY_LEAVES).quarters.set_index("start")
    row = rows.loc[date(2027, 4, 1)]
    place = (row["start_by"].year - 2026) * 12 + row["start_by"].month - 9
    enough, fewer = (
        ahead(company, leavers=NOBODY_LEAVES, hires=[0] * place + [int(row["hires_80"]) - less]).quarters.set_index("start")
        for less in (0, 1)
    )
    assert enough.loc[date(2027, 4, 1), "p"] >= 0.8 > fewer.loc[date(2027, 4, 1), "p"]


def test_a_quarter_too_near_cannot_be_hired_for() -> None:
    quarters = ahead(team(10_000_000)).quarters
    assert quarters["hires_50"].iloc[1:].isna().all()
    assert ahead(team(10_000_000)).findings[0].key == "capacity.out_of_reach"


def test_months_carry_their_share_of_the_quarters_target() -> None:
    found = ahead(team(50_000))
    by_quarter = found.table.groupby(found.table["month"].dt.to_period("Q"))["target"].sum(min_count=1)
    assert by_quarter.loc["2026Q4"] == pytest.approx(50_000)


def test_without_targets_it_judges_nothing() -> None:
    (finding,) = ahead(tables(opportunity=WON[-60:])).findings
    assert finding.key == "capacity.no_target"


def test_without_sellers_or_bookings_there_is_no_number() -> None:
    nobody = ahead(team(rep=[{**row, "role": "manager"} for row in REP]))
    assert (nobody.findings[0].key, nobody.productivity) == ("capacity.no_reps", None)
    unsold = ahead(tables(opportunity=[deal(1, "r1", "Offer", 10, "2026-05-01")]))
    assert (unsold.findings[0].key, unsold.table["median"].isna().all()) == ("capacity.unknown", True)


def test_only_what_makes_sense_is_accepted() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        ahead(team(), months=0)


def test_no_row_speaks_of_a_person(demo: Tables) -> None:
    found = capacity(demo, as_of=DEMO_DAY)
    columns = set(found.table) | set(found.quarters)
    assert not {"rep_id", "name", "hazard", "survival"} & columns
    assert all("rep" not in finding.values for finding in found.findings)


def test_in_another_currency_capacity_scales_and_chances_stay() -> None:
    one, four = (ahead(tables(opportunity=[{**row, "amount": 1000 * times} for row in WON])) for times in (1, 4))
    np.testing.assert_allclose(four.table["median"], 4 * one.table["median"], rtol=1e-6)


WORDS = [Words("en"), Words("ro", "RON")]


@pytest.fixture(scope="module")
def of_demo(demo):
    return capacity(demo, as_of=DEMO_DAY)


def test_the_month_that_is_half_over_is_not_drawn_as_a_slump(of_demo):
    assert of_demo.table["part"].iloc[0] < 1
    assert "Nov" not in texts(capacity_view.capacity_figure(of_demo, WORDS[0]))


def test_a_quarter_nobody_can_be_hired_for_asks_for_no_hires():
    told = {
        "start": date(2027, 1, 1),
        "end": date(2027, 3, 31),
        "target": 1e6,
        "source": "quota",
        "low": 1e5,
        "median": 2e5,
        "high": 3e5,
        "p": 0.0,
    }
    row = pd.DataFrame([{**told, "hires_50": None, "hires_80": None}])
    table = capacity_view.capacity_table(answer(quarters=row), WORDS[0])
    assert table.rows[0].cells[-1].detail == ""


def test_the_quarter_that_runs_is_as_the_landing_has_it(demo: Tables) -> None:
    found = capacity(demo, as_of=DEMO_DAY)
    quarter = found.quarters.iloc[0]
    booked = quarter["booked"]
    row = {"start": pd.Timestamp(quarter["start"]), "end": pd.Timestamp(quarter["end"]), "booked": booked, "p_hit": 0.4321}
    ends = {"low": booked + 1e5, "middle": booked + 2e5, "high": booked + 4e5, "goal": quarter["target"]}
    told = capacity(demo, as_of=DEMO_DAY, landings=pd.DataFrame([row | ends]))
    first, rest = told.quarters.iloc[0], told.quarters.iloc[1:]
    assert [first[name] for name in ("low", "median", "high")] == pytest.approx(
        [ends[name] for name in ("low", "middle", "high")], rel=1e-4
    )
    assert first["p"] == 0.4321
    pd.testing.assert_frame_equal(rest, found.quarters.iloc[1:])
    other = pd.DataFrame([row | ends | {"end": row["end"] + pd.Timedelta(days=1)}])
    pd.testing.assert_frame_equal(capacity(demo, as_of=DEMO_DAY, landings=other).quarters, found.quarters)
