"""Every measure of error, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from utilsforecast import losses

from salesanalytics.models.forecast import score


def test_wape_and_bias_are_shares_of_what_came() -> None:
    assert score.wape([10, 30], [12, 26]) == pytest.approx(6 / 40)
    assert score.bias([10, 30], [12, 26]) == pytest.approx(-2 / 40)
    assert np.isnan(score.wape([0, 0], [1, 1]))


def test_scaled_errors_are_in_units_of_the_seasonal_naive() -> None:
    history = [1, 2, 3, 5]  # lag 2: |3 - 1|, |5 - 2|
    assert score.seasonal_scale(history, 2) == 2.5
    assert score.mase([10, 10], [5, 15], history, 2) == pytest.approx(2.0)
    assert score.msis([10, 20], [8, 8], [12, 12], history, 2) == pytest.approx((4 + 2 / 0.05 * 8 / 2) / 2.5)


def test_smape_counts_nothing_where_nothing_came_and_nothing_was_forecast() -> None:
    assert score.smape([0, 100], [0, 50]) == pytest.approx((0 + 100 / 150) / 2)


def test_an_independent_library_finds_the_same() -> None:
    """utilsforecast's losses of one series; its sMAPE lies in 0..1, that of the M4 in 0..2."""
    draw = np.random.default_rng(0)
    rows, past = pd.DataFrame({"unique_id": "a", "ds": range(12)}), pd.DataFrame({"unique_id": "a", "ds": range(-48, 0)})
    rows, past = rows.assign(y=draw.gamma(2, 50, 12), ours=draw.gamma(2, 50, 12)), past.assign(y=draw.gamma(2, 50, 48))
    y, f = rows["y"], rows["ours"]
    assert score.smape(y, f) == pytest.approx(2 * losses.smape(rows, ["ours"])["ours"].item())
    assert score.mase(y, f, past["y"], 12) == pytest.approx(losses.mase(rows, ["ours"], 12, past)["ours"].item())
    assert score.wape(y, f) == pytest.approx(losses.nd(rows, ["ours"])["ours"].item())
    assert score.quantile_loss(y, f, 0.9) == pytest.approx(losses.quantile_loss(rows, {"ours": "ours"}, 0.9)["ours"].item())


def test_owa_is_the_mean_of_two_ratios() -> None:
    assert score.owa(8, 0.9, 10, 1.0) == pytest.approx(0.85)


def test_pinball_loss_costs_more_on_the_rarer_side() -> None:
    assert score.quantile_loss([10], [8], 0.9) == pytest.approx(1.8)
    assert score.quantile_loss([8], [10], 0.9) == pytest.approx(0.2)


def test_coverage_counts_only_where_there_is_a_range() -> None:
    assert score.coverage([1, 5, 9], [0, 6, np.nan], [2, 7, 10]) == 0.5


def test_naive2_takes_a_season_out_where_there_is_one() -> None:
    season = np.tile([1.0, 2.0, 3.0, 2.0], 6)
    assert score.naive2(season, 4, 4) == pytest.approx([1, 2, 3, 2])
    assert score.naive2([5.0, 7.0, 6.0], 2, 4).tolist() == [6, 6]


def test_a_forecast_without_its_actual_value_is_refused() -> None:
    with pytest.raises(ValueError, match="one forecast per actual"):
        score.wape([1, 2], [1])
