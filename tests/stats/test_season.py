"""Factors of a season: worked out by hand, and drawn towards 1 where little has been seen."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.stats import season

MONTHS = pd.date_range("2023-01-01", periods=36, freq="MS")


def test_a_month_is_held_against_its_own_year_so_that_growth_is_no_season() -> None:
    even = pd.Series(np.repeat([100.0, 150.0, 300.0], 12), index=MONTHS)
    assert season.detrended(even, pd.Series(2.0, index=MONTHS)).tolist() == pytest.approx([1.0] * 36)


def test_a_rest_of_a_few_months_is_held_against_the_year_next_to_it() -> None:
    months = pd.date_range("2022-10-01", periods=15, freq="MS")
    amount = pd.Series([60.0] * 3 + [100.0] * 12, index=months)
    ratio = season.detrended(amount, pd.Series(1.0, index=months))
    assert ratio.iloc[0] == pytest.approx(60 / (1380 / 15))
    longer = pd.Series([60.0] * 6 + [100.0] * 12, index=pd.date_range("2022-07-01", periods=18, freq="MS"))
    assert season.detrended(longer, pd.Series(1.0, index=longer.index)).iloc[0] == pytest.approx(1)


def test_months_in_which_nobody_sold_say_nothing() -> None:
    nobody = pd.Series(np.r_[np.zeros(6), np.ones(30)], index=MONTHS)
    ratio = season.detrended(pd.Series(50.0, index=MONTHS) * nobody, nobody)
    assert (ratio.iloc[:6] == 1).all()


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
