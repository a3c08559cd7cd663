"""Whether the data go on to their last day: a stop is told, a quiet week is not."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.freshness import freshness
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.show import Words, findings
from tests.conftest import DEMO_DAY
from tests.tables import tables
from tests.tiny import deal

DAY = date(2026, 9, 13)


def weekly(until: date, a_week: int = 3) -> Tables:
    """`a_week` deals opened and closed each week, up to a day."""
    days = [day.date() for day in pd.date_range(until - timedelta(days=400), until, freq=f"{7 // a_week}D")]
    return tables(opportunity=[deal(at, "r1", "Won", 100, str(day), str(day)) for at, day in enumerate(days)])


def keys(company: Tables, day: date = DAY) -> list[str]:
    return [one.key for one in freshness(company, as_of=day, period=period_of(day)).findings]


def test_a_whole_export_says_nothing(demo: Tables) -> None:
    assert keys(demo, DEMO_DAY) == []
    assert keys(weekly(DAY)) == []


def test_a_fall_to_nothing_is_an_export_that_is_not_whole() -> None:
    found = freshness(weekly(DAY - timedelta(days=25)), as_of=DAY, period=period_of(DAY))
    (only,) = found.findings
    assert (only.key, only.severity, only.values["days"]) == ("freshness.all", "act", 25)
    for locale in ("en", "ro"):
        (block,) = findings(found.findings, Words(locale, "EUR")).items
        assert "25" in block.sentence  # type: ignore[union-attr]


def test_a_pause_as_long_as_there_were_before_is_none() -> None:
    company = weekly(DAY - timedelta(days=25))
    deals = company["opportunity"]
    holidays = (
        deals["closed_at"]
        .dt.tz_localize(None)
        .between(pd.Timestamp(DAY) - pd.Timedelta(days=120), pd.Timestamp(DAY) - pd.Timedelta(days=90))
    )
    assert keys({**company, "opportunity": deals[~holidays]}) == []


def test_few_events_may_be_late_by_chance() -> None:
    rare = [
        deal(at, "r1", "Won", 100, str(day.date()), str(day.date()))
        for at, day in enumerate(pd.date_range("2025-09-01", "2026-08-01", freq="30D"))
    ]
    assert keys(tables(opportunity=rare)) == []


@pytest.mark.parametrize("days", [30, 45])
def test_one_kind_that_stops_is_named(demo: Tables, days: int) -> None:
    activity = demo["activity"]
    early = activity["occurred_at"] < pd.Timestamp(DEMO_DAY, tz="UTC") - pd.Timedelta(days=days)
    assert keys({**demo, "activity": activity[early]}, DEMO_DAY) == ["freshness.activities"]
    assert np.isfinite(freshness(demo, as_of=DEMO_DAY, period=period_of(DEMO_DAY)).table["expected"]).all()
