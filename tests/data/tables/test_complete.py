"""An analyst's own frames work where they can, and where not the column and its remedy are named."""

from datetime import date

import pandas as pd
import pytest

from salesanalytics.base.calendar import period_of
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.errors import DataError
from salesanalytics.kpi import kpis
from tests.tables import tables

AS_OF = date(2026, 8, 31)
DEALS = pd.DataFrame(
    {
        "opportunity_id": ["a", "b", "c"],
        "owner_rep_id": "r1",
        "stage": ["Won", "Lost", "Open"],
        "amount": [100, 50, 70],
        "created_at": pd.to_datetime(["2026-05-01", "2026-05-01", "2026-06-01"]),
        "closed_at": pd.to_datetime(["2026-07-01 00:30", "2026-07-10 12:00", None]),
        "is_won": [True, False, False],
        "is_closed": [True, True, False],
    }
)


def test_plain_times_and_few_columns_are_enough() -> None:
    known = known_on({"opportunity": DEALS}, AS_OF, "Europe/Bucharest")
    assert "opportunity" in known
    assert list(known["opportunity"]["closed_on"].dropna().dt.day) == [1, 10]
    measures = kpis(known, as_of=AS_OF, period=period_of(AS_OF))
    assert (measures["bookings"].value, measures["win_rate"].value, measures["pipeline"].value) == (100.0, 0.5, 70.0)


def test_a_column_that_lacks_is_named_and_the_table_is_still_there() -> None:
    known = known_on({"opportunity": DEALS.drop(columns="is_won")}, AS_OF)
    assert "opportunity" in known
    with pytest.raises(DataError, match="the table opportunity has no column is_won; found opportunity_id, owner_rep_id"):
        known["opportunity"]


@pytest.mark.parametrize("column", ["closed_at", "amount"])
def test_text_that_was_never_read_is_named(column: str) -> None:
    frame = DEALS.assign(**{column: DEALS[column].astype(str)})
    with pytest.raises(DataError, match=f"the table opportunity holds {column} as object"):
        known_on({"opportunity": frame}, AS_OF)["opportunity"]


def test_checked_tables_stay_as_they_are() -> None:
    rows = tables()
    assert known_on(dict(rows), AS_OF)._table("opportunity") is rows["opportunity"]


def test_rows_put_together_from_several_frames_count_once_each() -> None:
    twice = pd.concat([DEALS, DEALS.assign(opportunity_id=["d", "e", "f"])])
    measures = kpis(known_on({"opportunity": twice}, AS_OF), as_of=AS_OF, period=period_of(AS_OF))
    assert (measures["bookings"].value, measures["pipeline"].value) == (200.0, 140.0)
