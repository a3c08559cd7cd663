"""`as_of` and `partition` go by what every table declares of itself."""

from datetime import date

import pandas as pd
import pytest

from salesanalytics.data.tables.as_of import known_on, newest_day
from salesanalytics.data.tables.partition import RULES
from salesanalytics.data.tables.schema import TABLES, columns


def test_every_table_with_a_rule_of_its_own_has_one_and_no_other_table_does() -> None:
    assert set(RULES) == {name for name, model in TABLES.items() if model.whose().owner == "rule"}


@pytest.mark.parametrize("name", TABLES)
def test_what_is_unknown_until_a_later_event_can_be_empty(name: str) -> None:
    events = TABLES[name].dated().events.items()
    filled = [column for event, companions in events for column in (event, *companions)]
    assert [column for column in filled if not columns(name)[column].nullable] == []


@pytest.mark.parametrize("name", [name for name, model in TABLES.items() if not (model.dated().born or model.dated().rule)])
def test_a_table_that_every_day_knew_whole_has_no_moment_that_it_could_not_know(name: str) -> None:
    assert [column.name for column in columns(name).values() if column.kind == "moment"] == []


def test_a_row_born_later_is_gone_and_a_later_event_is_unknown() -> None:
    when = pd.to_datetime(["2026-03-01 10:00", "2026-03-05 10:00"], utc=True)
    lead = pd.DataFrame({"lead_id": ["l1", "l2"], "created_at": when, "first_response_at": when + pd.Timedelta(days=2)})
    lead = lead.assign(qualified_at=when, converted_at=when, converted_opportunity_id=["o1", "o2"])
    seen = known_on({"lead": lead}, date(2026, 3, 2))["lead"]
    assert seen["converted_opportunity_id"].tolist() == ["o1"]
    assert seen["first_response_at"].isna().all()
    assert seen["created_on"].tolist() == [pd.Timestamp(2026, 3, 1)]


def test_the_newest_day_is_that_of_the_last_thing_that_happened_by_today() -> None:
    moments = pd.to_datetime(["2026-03-01 23:30", "2026-09-01 10:00"], utc=True)
    tables = {"activity": pd.DataFrame({"occurred_at": moments}), "payout": pd.DataFrame({"paid_on": moments})}
    assert newest_day(tables, "Europe/Bucharest", date(2026, 6, 1)) == date(2026, 3, 2)
