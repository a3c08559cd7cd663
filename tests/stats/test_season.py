"""Factors of a season: worked out by hand, and drawn towards 1 where little has been seen."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.stats import season


def test_a_period_is_held_against_all_periods_together() -> None:
    assert season.relative(pd.Series([10.0, 60.0]), pd.Series([1.0, 2.0])).tolist() == [10 / (70 / 3), 30 / (70 / 3)]


def test_parts_of_the_year_are_pulled_to_one_by_an_even_year() -> None:
    ratio, part = pd.Series([1.4, 0.8, 1.6, 0.8]), pd.Series([10, 1, 10, 1])
    assert season.of_periods(ratio, part).to_dict() == pytest.approx({10: (3.0 + 1) / 3, 1: (1.6 + 1) / 3})


def test_a_month_takes_the_factor_of_its_quarter_and_of_its_place_in_it() -> None:
    months = pd.date_range("2023-01-01", periods=36, freq="MS")
    true = np.array([1.5 if month.month > 9 else 5 / 6 for month in months]) * np.tile([0.8, 0.9, 1.3], 12)
    factor = season.of_months(pd.Series(true, index=months))
    assert factor.mean() == pytest.approx(1)
    assert factor[11] == factor.max()
    assert factor[9] / factor[0] == pytest.approx((3 * 3 * 1.5 + 3) / (3 * 3 * 5 / 6 + 3), rel=1e-9)
    assert 1.3 / 0.8 * 0.9 < factor[2] / factor[0] < 1.3 / 0.8


def test_months_never_seen_keep_the_factor_of_what_they_share_with_others() -> None:
    factor = season.of_months(pd.Series([2.0], index=[pd.Timestamp(2026, 1, 1)]))
    assert factor[0] == factor.max()
    assert factor[4] == factor[5]
