"""What goes with leaving: nothing but the manager does in the demo company, and a training is no reason to stay."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.company.turnover_for_teams import _coarser
from salesanalytics.analyses.recruiting.leaving_drivers import TOLD, LeavingDrivers, drivers_for_teams, leaving_drivers
from salesanalytics.base.types import Tables
from salesanalytics.demo import DEFAULT_AS_OF, build_demo
from salesanalytics.models.turnover.drivers import COLUMNS
from salesanalytics.show import Words
from salesanalytics.views.recruiting.leaving_drivers import leaving_drivers_table, leaving_managers_figure
from tests.answers import written
from tests.conftest import DEMO_DAY


@pytest.fixture(scope="module")
def found() -> LeavingDrivers:
    tables = build_demo(seed=1, as_of=DEFAULT_AS_OF)[0]
    return leaving_drivers(tables, as_of=DEFAULT_AS_OF)


def test_nothing_stands_out_where_nothing_was_planted(found: LeavingDrivers) -> None:
    assert found.leavers > 60
    assert (found.table["p"] > 0.05).all()
    assert "leaving_drivers.nothing" in [one.key for one in found.findings]
    assert found.c is not None
    assert 0.35 < found.c < 0.65


def test_the_manager_whom_people_leave_is_named_and_no_other(found: LeavingDrivers) -> None:
    named = {one.values["group"]: one.key for one in found.findings if "manager" in one.key}
    assert named["East"] == "leaving_drivers.manager_more"  # planted: 1.7 times
    assert "leaving_drivers.manager_more" not in [key for group, key in named.items() if group != "East"]
    row = found.managers.set_index("group").loc["East"]
    assert row["low"] < 1.7 / 0.92 < row["high"]  # the others' mean factor


def test_a_training_counts_only_from_when_it_was_and_the_naive_ratio_is_told(found: LeavingDrivers) -> None:
    assert found.trained is not None
    assert found.naive_trained is not None
    assert found.naive_trained < 0.7 < found.trained


def test_psychological_scores_are_never_looked_at(found: LeavingDrivers) -> None:
    assert {name.split(":")[0] for name in found.table["driver"]} == {"results", "trained", "mode", "role"}


def test_views_tell_it_in_both_languages(found: LeavingDrivers) -> None:
    for locale, times, nothing in (("en", "Odds of leaving", "is not shown"), ("ro", "Șansele de a pleca", "nu este arătat")):
        words = Words(locale, "EUR")
        assert "East" in written(leaving_managers_figure(found, words))
        assert times in str(leaving_drivers_table(found, words))
        assert nothing in str(leaving_drivers_table(LeavingDrivers.told(None, date(2026, 1, 1)), words))


def test_what_goes_with_leaving_is_told_in_words_and_never_by_its_key() -> None:
    row = {"driver": "trained", "ratio": 0.5, "low": 0.3, "high": 0.8, "p": 0.01, "leavers": 60, "people": 120, "c": 0.6}
    told = LeavingDrivers.told(pd.DataFrame([row, row | {"driver": "mode: remote"}]).reindex(columns=TOLD), date(2026, 1, 1))
    for locale, words in (("en", "Trained within the last 12 months"), ("ro", "Instruit")):
        said = str(show.findings(told.findings, Words(locale, "EUR")))
        assert words in said
        assert "“trained”" not in said.replace("„", "“")
        assert "mode: remote" not in said


def test_too_few_leavers_are_said(demo: Tables) -> None:
    few = {**demo, "rep": demo["rep"].assign(leave_date=pd.NaT), "employment": demo["employment"].iloc[:0]}
    assert [one.key for one in leaving_drivers(few, as_of=DEMO_DAY).findings] == ["leaving_drivers.too_few"]


def test_teams_are_told_no_manager_and_nothing_with_fewer_than_five_teams(found: LeavingDrivers, demo: Tables) -> None:
    assert not len(drivers_for_teams(found, {"a": demo, "b": demo}, DEMO_DAY))
    told = LeavingDrivers.told(found.table.assign(c=found.c), found.as_of)
    assert told.managers.empty
    assert told.table[COLUMNS].equals(found.table[COLUMNS])
    assert [one.key for one in told.findings] == ["leaving_drivers.nothing"]


def test_bands_are_joined_until_no_team_can_take_its_own_out_and_find_a_few() -> None:
    told = pd.DataFrame(
        {"band": [0, 1, 2], "start": [0.0, 1.0, 2.0], "leavers": [9, 8, 20], "years": [1.0, 2.0, 3.0], "people": 9, "own": 3.0}
    )
    of_teams = np.array([[6, 0, 4], [1, 2, 4], [1, 2, 4], [1, 2, 4], [0, 2, 4]])
    coarse = _coarser(told, of_teams)
    assert coarse is not None
    assert coarse["leavers"].tolist() == [17, 20]  # 9 − 6 were three
    assert coarse["years"].tolist() == [3.0, 3.0]
    assert may_be_told([5, 5, 5, 5, 5])
