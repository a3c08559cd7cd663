"""The ways a series is forecast in, and what they weigh: by how wrong each was before, on the whole and for this series."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.models.forecast.series import forecast_series
from salesanalytics.models.forecast.single_series import WAYS, forecast, growth, last_season_grown
from salesanalytics.models.forecast.trend import log_trend

MONTHS = np.arange(36)
SEASON = np.tile([90.0, 110.0, 130.0, 100.0, 95.0, 105.0, 80.0, 85.0, 115.0, 120.0, 140.0, 130.0], 3)


def test_a_growth_that_all_months_share_is_taken_whole_and_luck_hardly() -> None:
    grown = SEASON * 1.2 ** (MONTHS // 12)
    assert growth(grown, 12) == pytest.approx(1.2)
    luck = grown * np.random.default_rng(0).gamma(1.5, 1 / 1.5, 36)
    ratio = luck[-12:].sum() / luck[-24:-12].sum()
    assert abs(np.log(growth(luck, 12))) < 0.7 * abs(np.log(ratio))


@pytest.mark.parametrize("y", [np.ones(20), np.zeros(36), np.r_[np.zeros(24), np.ones(12)], np.array([])])
def test_without_two_seasons_with_something_in_them_nothing_grows(y: np.ndarray) -> None:
    assert growth(y, 12) == 1


def test_last_season_grows_from_season_to_season() -> None:
    y = SEASON * 1.1 ** (MONTHS // 12)
    ahead, fitted = last_season_grown(y, 18, 12)
    assert ahead == pytest.approx(np.r_[y[-12:] * 1.1, y[-12:-6] * 1.21])
    assert fitted[12:] == pytest.approx(y[12:])


@pytest.mark.parametrize("yearly", [0.85, 1.0, 1.3])
def test_a_trend_and_a_season_that_multiply_are_found(yearly: float) -> None:
    found = log_trend(SEASON * yearly ** (MONTHS / 12), 12, 12)
    assert found is not None
    ahead, fitted = found
    truth = SEASON[:12] * yearly ** (np.arange(36, 48) / 12)
    assert ahead.sum() / truth.sum() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(ahead, truth)[0, 1] > 0.95
    assert len(fitted) == 36


@pytest.mark.parametrize("y", [np.ones(20), np.zeros(36), np.r_[-1.0, np.ones(35)]])
def test_without_two_seasons_or_below_zero_there_is_no_such_trend(y: np.ndarray) -> None:
    assert log_trend(y, 12, 12) is None


def test_zeros_need_no_care() -> None:
    y = SEASON.copy()
    y[::5] = 0.0
    found = log_trend(y, 12, 12)
    assert found is not None
    assert 0 < found[0].min() <= found[0].max() < 300


def test_all_ways_together_are_a_weighted_mean_and_what_one_has_not_fitted_the_others_have() -> None:
    y = SEASON * np.random.default_rng(1).gamma(25, 1 / 25, 36)
    base = forecast(y, 12, 12)
    assert base.ways == tuple(WAYS)
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    both = base.weighted(weights)
    assert both.mean[0] == pytest.approx(weights @ base.mean)
    assert np.isnan(base.fitted[3, :12]).all()
    assert both.fitted[0, :12] == pytest.approx(weights[:3] @ base.fitted[:3, :12] / 0.9)


def test_the_way_that_was_wrong_before_weighs_less() -> None:
    walks = np.random.default_rng(5).normal(0, 10, (8, 72)).cumsum(axis=1) + 500  # no season, so last season's values err most
    days = pd.date_range("2019-01-01", periods=72, freq="MS")
    rows = [pd.DataFrame({"unique_id": f"w{at}", "ds": days, "y": walk}) for at, walk in enumerate(walks)]
    shares = forecast_series(pd.concat(rows), horizon=6, season_length=12).methods
    assert shares[list(WAYS)].sum(axis=1).to_numpy() == pytest.approx(1)
    assert (shares["last_season"] < 0.15).all()
    assert (shares["theta"] > 0.3).all()
