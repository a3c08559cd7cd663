"""A level, its trend and the error that periods share: planted ones are found, and ranges of the next period hold."""

import numpy as np
import pytest

from salesanalytics.stats.level import Level, learn

DRAWS = 2000


def periods(
    rng: np.random.Generator, n: int, spread: float, trend: float = 0.0, exposure: float = 20.0
) -> tuple[np.ndarray, np.ndarray]:
    """Amounts at a level of 100 in the middle, with gamma luck of dispersion 50; and their exposures."""
    e = np.full(n, exposure)
    shared = np.exp(spread * rng.standard_normal(n) - spread**2 / 2)
    mean = e * 100 * (1 + trend * (np.arange(n) - n + 1)) * shared
    return rng.gamma(mean / 50, 50), e


def learned(amount: np.ndarray, exposure: np.ndarray, seed: int = 0) -> Level:
    return learn(amount, exposure, 50.0, np.random.default_rng(seed), DRAWS)


def test_the_spread_is_learned_where_many_periods_tell_it() -> None:
    """What looks like drift is not counted as spread, so a little less than the planted one is found."""
    found = [
        np.mean([learned(*periods(np.random.default_rng(seed), 40, spread)).spread.mean() for seed in range(12)])
        for spread in (0.05, 0.15, 0.3)
    ]
    assert found[0] < 0.08
    assert found[1] == pytest.approx(0.15, abs=0.06)
    assert found[2] == pytest.approx(0.3, abs=0.06)


def test_two_periods_leave_the_usual_spread_open() -> None:
    found = learned(*periods(np.random.default_rng(0), 2, 0.0))
    assert 0.05 < np.median(found.spread) < 0.2
    assert np.quantile(found.spread, 0.9) > 0.2


def test_growth_is_taken_on_and_shrunk() -> None:
    found = [learned(*periods(np.random.default_rng(seed), 12, 0.05, trend=0.03)) for seed in range(12)]
    ratio = np.mean([one.trend.mean() for one in found])
    assert 0.012 < ratio < 0.038


def test_a_level_that_moved_is_that_of_the_last_periods() -> None:
    e = np.full(12, 20.0)
    y = np.where(np.arange(12) < 6, 60.0, 120.0) * e
    assert learned(y, e).level.mean() > 105


@pytest.mark.planted
@pytest.mark.parametrize("spread", [0.0, 0.15, 0.3])
def test_ranges_of_a_quarter_to_come_hold_as_often_as_they_say(spread: float) -> None:
    held, worlds = 0, 240
    for seed in range(worlds):
        rng = np.random.default_rng([seed, 11])
        amount, e = periods(rng, 11, spread)
        found = learned(amount[:-1], e[:-1], seed)
        draw = np.random.default_rng([seed, 12])
        mean = 20 * found.ahead(np.array([0.5]), draw)[:, 0] * found.shared(np.array([1]), draw)[:, 0]
        low, high = np.quantile(draw.gamma(np.maximum(mean, 1e-9) / 50, 50), [0.1, 0.9])
        held += low <= amount[-1] <= high
    assert held / worlds >= 0.75
    assert held / worlds <= (0.86 if spread else 0.99)  # of no spread at all a prior cannot be sure


def test_points_of_one_period_share_a_factor_of_one_on_average() -> None:
    found = learned(*periods(np.random.default_rng(0), 10, 0.2))
    shared = found.shared(np.array([7, 7, 8]), np.random.default_rng(1))
    assert (shared[:, 0] == shared[:, 1]).all()
    assert (shared[found.spread > 0, 0] != shared[found.spread > 0, 2]).all()
    assert shared.mean() == pytest.approx(1, abs=0.03)


def test_no_trend_takes_more_than_nine_tenths() -> None:
    found = Level(np.full(5, 100.0), np.full(5, -60.0), np.zeros(5))
    assert (found.ahead(np.array([4.0]), np.random.default_rng(0)) >= 10).all()


def test_periods_in_which_nobody_was_there_say_nothing() -> None:
    amount, e = periods(np.random.default_rng(0), 8, 0.1)
    there = np.r_[np.zeros(3), e]
    found = learned(np.r_[np.zeros(3), amount], there)
    assert found.level.mean() == pytest.approx(learned(amount, e).level.mean(), rel=0.02)
