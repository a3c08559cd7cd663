"""Tables for one analysis at a time: a few rows, checked and typed as any source is."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.tables.as_of import known_on
from tests.tiny import Rows, write_source

AS_OF = date(2026, 8, 31)
QUARTER: Period = period_of(AS_OF)


def tables(**changes: Rows | None) -> Mapping[str, pd.DataFrame]:
    """The tiny company with some tables replaced; none of its rows may be set aside."""
    with TemporaryDirectory() as folder:
        dataset = usable(check_source(write_source(Path(folder), changes), today=AS_OF))
    assert dataset.quality.level("quarantine") == []
    return known_on(dataset.tables, AS_OF)
