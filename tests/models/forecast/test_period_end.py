"""What a period still brings: each deal by itself, and the error that all of them share."""

import numpy as np
import pytest

from salesanalytics.models.forecast.period_end import PeriodEndInputs, simulate
from salesanalytics.models.forecast.shock import Residuals, common_error


def test_a_shared_error_widens_the_range_and_leaves_the_middle() -> None:
    calm, rough = (PeriodEndInputs(0, np.full(200, 0.5), np.ones(200), 0, 0, 1.0, spread, 8) for spread in (0.0, 0.3))
    narrow, wide = (simulate(one, 0, 4000)[0] for one in (calm, rough))
    assert narrow.std() == pytest.approx(50**0.5, rel=0.05)
    assert wide.std() > 3 * narrow.std()
    assert np.median(wide) == pytest.approx(100, rel=0.06)


def test_the_shared_error_of_past_periods_is_found() -> None:
    rng = np.random.default_rng(3)
    factor = 1.1 * np.exp(0.25 * rng.standard_normal((60, 1, 1)))
    expected = np.full((60, 3, 1), 1000.0)
    actual = expected * factor + rng.normal(0, 50, expected.shape)
    none = np.zeros(expected.shape)
    bias, spread, freedom = common_error(Residuals(actual, expected, np.full(expected.shape, 2500.0), none, none), 1)
    assert bias == pytest.approx(1.1 * np.exp(0.25**2 / 2), rel=0.08)
    assert spread == pytest.approx(0.25, abs=0.05)
    assert freedom > 20  # sixty periods leave little doubt about its size


def test_new_business_has_the_mean_and_variance_of_past_periods() -> None:
    inputs = PeriodEndInputs(0, np.zeros(0), np.zeros(0), 1000.0, 90_000.0, 1.1, 0.0, 8)
    _, new = simulate(inputs, 0, 40_000)
    assert new.mean() == pytest.approx(1000, rel=0.01)  # what open deals bring more or less than expected is no matter here
    assert new.std() == pytest.approx(300, rel=0.02)


def test_only_what_open_deals_brought_corrects_open_deals() -> None:
    """New business came as expected, open deals brought eight tenths."""
    shape = (60, 3, 1)
    open_, new = np.full(shape, 1000.0), np.full(shape, 500.0)
    bias, *_ = common_error(Residuals(0.8 * open_ + new, open_ + new, np.full(shape, 100.0), new, new), 1)
    assert bias == pytest.approx(0.8, abs=0.02)


def test_few_periods_say_little_of_the_size_so_the_tails_are_heavy() -> None:
    shape = (6, 3, 1)
    expected, none = np.full(shape, 1000.0), np.zeros(shape)
    calm = Residuals(expected, expected, np.full(shape, 90_000.0), none, none)
    _, spread, freedom = common_error(calm, 1)
    assert 0.1 < spread < 0.35  # luck of 30% hides whether there is an error of 10 or of 25%
    assert freedom < 12
    held_before = common_error(calm, 0)
    assert held_before[0] == pytest.approx(1)
    assert held_before[1] > spread
