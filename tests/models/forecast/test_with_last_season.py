"""Where no model has beaten last season's values, both together, last season grown as seasons have."""

import numpy as np
import pytest

from salesanalytics.models.forecast.single_series import forecast, growth, naive_base, with_last_season

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


def test_it_lies_between_the_model_and_last_season_grown() -> None:
    y = SEASON * 1.1 ** (MONTHS // 12)
    base, last = forecast(y, 18, 12), naive_base(y, 18, 12)
    both = with_last_season(y, base, 12)
    assert both.method == "combined"
    assert both.mean[:12] == pytest.approx((base.mean[:12] + 1.1 * last.mean[:12]) / 2)
    assert both.mean[12:] == pytest.approx((base.mean[12:] + 1.1**2 * last.mean[12:]) / 2)
    assert len(both.fitted) == len(y)
