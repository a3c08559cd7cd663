"""Where each seller lands: together they are the team, each has an own range, and the own call and quota stand beside it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.analyses.dashboard.rep_landings import RepLandings, rep_landings
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import sellers_on
from salesanalytics.models.forecast.hazards import deal_hazards
from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard.rep_landings import rep_landings_table
from tests.answers import QUARTER_SEEN, written
from tests.conftest import DEMO_DAY

EN = Words("en", "EUR")


@pytest.fixture(scope="module")
def ends(demo: Tables) -> Landing:
    return landing(demo, as_of=DEMO_DAY, period=QUARTER_SEEN)


@pytest.fixture(scope="module")
def found(demo: Tables, ends: Landing) -> RepLandings:
    called = pd.DataFrame({"scope": ["rep"], "source": ["rep"], "scope_id": ["R-0001"], "call": [123_456.0]})
    return rep_landings(demo, as_of=DEMO_DAY, period=QUARTER_SEEN, ends=ends, called=called)


def test_together_the_sellers_are_the_teams_likely_end(found: RepLandings, ends: Landing) -> None:
    table = found.table
    assert table["likely"].sum() == pytest.approx(ends.middle)
    assert table["booked"].sum() == pytest.approx(ends.booked)
    assert (table["low"] <= table["likely"]).all()
    assert (table["likely"] <= table["high"]).all()
    assert (table["booked"] <= table["low"] + 1e-6).all()


def test_call_quota_and_chance_stand_beside_it(found: RepLandings) -> None:
    said = written(rep_landings_table(found, EN))
    assert "123" in said
    assert "chance" in said
    assert "nan" not in said
    known = found.table.dropna(subset=["p_quota"])
    assert known["p_quota"].between(0, 1).all()
    near = known["p_quota"].corr(known["likely"] / known["quota"], method="spearman")
    assert near > 0.8


def test_who_sells_no_more_brings_only_what_is_won_or_open(demo: Tables, ends: Landing) -> None:
    tables = {name: rows for name, rows in demo.items() if name != "employment"}
    sells = set(sellers_on(known_on(tables, DEMO_DAY), pd.Timestamp(DEMO_DAY))["rep_id"])
    gone = next(rep for rep in ends.table["owner_rep_id"] if rep in sells)
    rep = tables["rep"]
    left = rep["leave_date"].mask(rep["rep_id"] == gone, pd.Timestamp(DEMO_DAY) - pd.Timedelta(days=3))
    known = known_on(tables | {"rep": rep.assign(leave_date=left)}, DEMO_DAY)
    row = rep_landings(known, as_of=DEMO_DAY, period=QUARTER_SEEN, ends=ends).table.set_index("rep_id").loc[gone]
    before = rep_landings(demo, as_of=DEMO_DAY, period=QUARTER_SEEN, ends=ends).table.set_index("rep_id").loc[gone]
    assert row["booked"] < row["likely"] < before["likely"]


def test_without_a_forecast_of_the_team_there_is_none_of_its_sellers(demo: Tables, ends: Landing) -> None:
    unknown = replace(ends, low=None, middle=None, high=None)
    nothing = rep_landings(demo, as_of=DEMO_DAY, period=QUARTER_SEEN, ends=unknown)
    assert nothing.table.empty
    assert isinstance(rep_landings_table(nothing, EN), Missing)


@pytest.mark.planted
def test_the_ranges_hold_about_as_often_as_they_say_six_weeks_ahead(demo: Tables) -> None:
    held = []
    for back in (1, 2, 3, 4):
        period = QUARTER_SEEN.shift(-back)
        day = period.end - timedelta(days=42)
        known = known_on(dict(demo), day)
        hazards = deal_hazards(known, as_of=day, period=period)
        ends = landing(known, as_of=day, period=period, hazards=hazards)
        table = rep_landings(known, as_of=day, period=period, ends=ends).table
        deals = known_on(dict(demo), period.end)["opportunity"]
        won = deals[deals["is_won"] & period.holds(deals["closed_on"])]
        came = table["rep_id"].map(won.groupby("owner_rep_id")["amount"].sum()).fillna(0.0)
        held += list((came >= table["low"] - 1) & (came <= table["high"] + 1))
    assert 0.7 <= np.mean(held) <= 0.92
