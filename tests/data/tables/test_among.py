"""Which values are among others is told as pandas tells it, and at once."""

import pandas as pd
import pytest

from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.schema import TEXT

COLUMN = pd.Series(["a", "b", None, "a", ""], index=[7, 3, 1, 0, 2], dtype=TEXT)


@pytest.mark.parametrize(
    "values",
    [["a", "c", "a"], [], [None], ["", None], ["b", "a", "", None]],
)
def test_it_answers_as_pandas_does(values: list[str | None]) -> None:
    others = pd.Series(values, dtype=TEXT)
    pd.testing.assert_series_equal(among(COLUMN, others), COLUMN.isin(others))
    pd.testing.assert_series_equal(among(COLUMN, pd.Index(others)), COLUMN.isin(others))
