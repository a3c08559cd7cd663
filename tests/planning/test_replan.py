"""Re-plan triggers: planted changes are found with their day, and without a change alarms are as rare as stated."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.replan import Replan, replan
from salesanalytics.base.types import Tables
from salesanalytics.show import Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.stats.alarms import Design, alarms, scan, threshold, threshold_of_events
from salesanalytics.views.planning import replan as replan_view
from tests.answers import answer
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables

CHANGED = pd.Timestamp(2026, 7, 20)


DESIGN = Design(26, season=True, trend=False)


def row(found: Replan, key: str) -> pd.Series:
    return found.table.set_index("key").loc[key]


def plain(demo: Tables) -> dict[str, pd.DataFrame]:
    return {name: frame.copy() for name, frame in demo.items()}


def near(since: pd.Timestamp) -> bool:
    return bool(abs((since - CHANGED).days) <= 35)


def test_half_the_leads_fire_since_about_the_day_they_stayed_away(demo: Tables) -> None:
    company = plain(demo)
    lead = company["lead"]
    late = lead["created_on"] >= CHANGED
    company["lead"] = lead[~late | (np.arange(len(lead)) % 2 == 0)]
    found = replan(company, as_of=DEMO_DAY)
    fired = row(found, "lead_volume")
    assert fired["fired"]
    assert near(fired["since"])
    assert fired["after"] == pytest.approx(fired["before"] / 2, rel=0.25)
    assert fired["low"] <= fired["after"] <= fired["high"]
    assert fired["touches"] == "leads"
    assert {one.key: one.severity for one in found.findings}["replan.lead_volume_down"] == "act"


def test_half_the_win_rate_fires(demo: Tables) -> None:
    company = plain(demo)
    deals = company["opportunity"].sample(frac=1, random_state=1)
    spoilt = deals["is_won"] & (deals["closed_on"] >= CHANGED) & (np.arange(len(deals)) % 2 == 0)
    company["opportunity"] = deals.assign(is_won=deals["is_won"] & ~spoilt)
    fired = row(replan(company, as_of=DEMO_DAY), "win_rate")
    assert fired["fired"]
    assert near(fired["since"])
    assert fired["high"] < fired["before"]


def test_larger_deals_fire(demo: Tables) -> None:
    company = plain(demo)
    deals = company["opportunity"]
    late = deals["closed_on"] >= CHANGED
    company["opportunity"] = deals.assign(amount=deals["amount"].mask(late, deals["amount"] * 2.5))
    fired = row(replan(company, as_of=DEMO_DAY), "deal_size")
    assert fired["fired"]
    assert near(fired["since"])
    assert fired["after"] > 1.8 * fired["before"]


def test_a_wave_of_leavers_fires(demo: Tables) -> None:
    company = plain(demo)
    rep = company["rep"]
    here = rep.index[rep["leave_date"].isna()][:8]
    company["rep"] = rep.assign(leave_date=rep["leave_date"].mask(rep.index.isin(here), pd.Timestamp(2026, 10, 1)))
    del company["employment"]  # which would tell of other stays
    fired = row(replan(company, as_of=DEMO_DAY), "headcount")
    assert fired["fired"]
    assert fired["touches"] == "hires"
    assert fired["since"] <= pd.Timestamp(2026, 10, 1)


def test_an_unchanged_company_is_told_that_nothing_changed(demo: Tables) -> None:
    found = replan(demo, as_of=DEMO_DAY)
    assert not found.table["fired"].any()
    (finding,) = found.findings
    assert (finding.key, finding.values) == ("replan.none", {"n": 7, "alarms": 1.0})


def test_fewer_allowed_alarms_need_more_proof(demo: Tables) -> None:
    often, seldom = (replan(demo, as_of=DEMO_DAY, per_year=rate).table["threshold"] for rate in (2.0, 0.2))
    assert (often < seldom).all()


def test_what_has_too_little_data_is_listed_and_not_watched() -> None:
    found = replan(tables(), as_of=AS_OF)
    assert set(found.unwatched) == set(found.table["key"])
    assert [one.key for one in found.findings] == ["replan.unwatched"]


def test_without_leads_and_reps_leaving_the_rest_is_watched(demo: Tables) -> None:
    company = {name: frame for name, frame in demo.items() if name not in ("lead", "product", "employment")}
    company["rep"] = company["rep"].assign(leave_date=pd.NaT)
    found = replan(company, as_of=DEMO_DAY)
    assert found.unwatched == ("lead_volume", "headcount")


def test_no_allowed_alarm_is_refused() -> None:
    with pytest.raises(ValueError, match="per_year is 0; expected more than 0"):
        replan(tables(), as_of=AS_OF, per_year=0)


@pytest.mark.parametrize("day", [date(2026, 11, 8), date(2026, 10, 31), date(2026, 9, 30), date(2026, 10, 29)])
def test_a_month_back_holds_a_months_deals(day: date, demo: Tables) -> None:
    found = row(replan(demo, as_of=day), "new_deals")
    since, created = found["since"], demo["opportunity"]["created_on"]
    held = int(((created >= since) & (created <= pd.Timestamp(day))).sum())
    assert abs(held - found["n_after"]) <= 12  # the days after the 28th of a month of which they are not the last


@pytest.mark.planted
def test_noise_of_any_size_passes_the_threshold_as_often_as_stated() -> None:
    """A year of weekly looks at new series, other than those the threshold was found with."""
    limit, rng = threshold(DESIGN, 0.5), np.random.default_rng(4)
    weekly = np.cumsum(rng.normal(3.0, 7.0, (4 * 27 + 52, 70)), axis=0)
    fired = np.zeros((52, 70), dtype=bool)
    ones = np.ones(26)
    for series in range(70):
        for week in range(52):
            value = np.diff(weekly[week + 4 * np.arange(27), series])
            step = scan(value, ones, DESIGN, ones * 99, 0)
            fired[week, series] = step is not None and abs(step.statistic) > limit
    assert 0.2 <= alarms(fired) <= 0.9


def test_alarms_close_to_each_other_are_one() -> None:
    fired = np.zeros((20, 1), dtype=bool)
    fired[[3, 4, 6, 15], 0] = True
    assert alarms(fired) == 2.0


def test_the_season_is_no_change() -> None:
    at = np.arange(30)
    season = 10 + np.sin(2 * np.pi * at / 12) + np.random.default_rng(1).normal(0, 0.05, 30)
    found = scan(season, np.ones(30), Design(30, season=True, trend=False), np.full(30, 50.0), 0)
    assert found is not None
    assert abs(found.statistic) < threshold(Design(30, season=True, trend=False), 0.14)


def test_a_rare_event_needs_more_of_them_where_they_are_common() -> None:
    assert threshold_of_events(0.3, 26, 0.14) > 1.3


def test_a_series_that_never_varies_says_nothing() -> None:
    assert scan(np.ones(20), np.ones(20), Design(20, season=False, trend=False), np.full(20, 9.0), 0) is None


EN = Words("en", "EUR")


NONE = math.nan


def triggers(*rows, alarms=1.0):
    columns = ["key", "detail", "unit", "watched", "before", "after", "low", "high", "since", "fired", "touches"]
    return answer(table=pd.DataFrame(rows, columns=columns), alarms=alarms)


CALM = ("win_rate", "", "share", True, 0.3, 0.32, 0.28, 0.36, pd.NaT, False, "goals")


FIRED = ("lead_volume", "", "number", True, 280.0, 150.0, 128.0, 172.0, pd.Timestamp(2026, 7, 9), True, "leads")


BLIND = ("cycle", "", "days", False, NONE, NONE, NONE, NONE, pd.NaT, False, "goals")


def test_what_has_changed_comes_first_with_its_direction_and_day():
    listed, unwatched = replan_view.replan_table(triggers(CALM, FIRED, BLIND), EN)
    assert listed.title == "One plan assumption has changed"
    assert [cell.text for cell in listed.rows[0].cells] == ["Leads a month", "280", "▼ 150", "Jul 2026"]
    assert [cell.text for cell in listed.rows[1].cells] == ["Win rate", "30%", "32%", "within chance"]
    assert "at most 1 a year, all rows together" in listed.note
    assert str(unwatched).endswith("too little data: Sales cycle, typical.")


def test_too_little_data_for_anything_is_said():
    (said,) = replan_view.replan_table(triggers(BLIND), EN)
    assert str(said).startswith("There is too little data to watch")


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_step_quantity_and_finding_has_its_words(locale):
    from salesanalytics.analyses.dashboard.pipeline_change import STEPS
    from salesanalytics.analyses.planning.replan import TOUCHES

    wanted = [f"pipeline_change.step.{step}" for step in STEPS]
    wanted += [f"replan.key.{key}" for key in TOUCHES] + [f"replan.touches.{part}" for part in TOUCHES.values()]
    ways = [(key, way) for key in TOUCHES for way in ("up", "down") if (key, way) != ("headcount", "down")]
    wanted += [f"replan.findings.{key}_{way}.sentence" for key, way in ways]
    assert [key for key in wanted if key not in catalogue(locale)] == []
