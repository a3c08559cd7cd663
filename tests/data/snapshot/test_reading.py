"""Tables of a snapshot are read when they are looked at, and no earlier."""

from datetime import date
from pathlib import Path

import pandas as pd

from salesanalytics.data.snapshot.files import Frames
from salesanalytics.data.tables.as_of import Known


def test_asking_whether_there_is_a_table_does_not_read_it() -> None:
    tables = Frames({"lead": Path("there/is/no/such/file.parquet")})
    assert "lead" in tables
    assert "quota" not in tables


def test_tables_frozen_on_the_day_are_not_read_through_for_later_rows() -> None:
    tables = Frames({"activity": Path("there/is/no/such/file.parquet")})
    assert not Known(tables, date(2026, 6, 1), earlier=False, checked=True).earlier


def test_tables_of_which_nobody_says_their_day_are_asked_for_later_rows() -> None:
    done = pd.DataFrame({"occurred_at": pd.to_datetime(["2026-06-02"]).as_unit("us").tz_localize("UTC")})
    assert Known({"activity": done}, date(2026, 6, 1), checked=True).earlier
    assert not Known({"activity": done}, date(2026, 6, 2), checked=True).earlier
