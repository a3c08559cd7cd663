"""Control charts: the p′ chart by hand, limits that keep their promise, and a change that is found."""

import numpy as np
import pytest

from salesanalytics.stats.control import Chart, laney, page_limits

LAST = np.arange(24) >= 12


def test_the_chart_by_hand() -> None:
    chart = laney(np.array([5, 9, 4, 0]), np.array([10, 10, 10, 0]))
    assert chart.center == pytest.approx(0.6)
    assert chart.error[:3] == pytest.approx(np.sqrt(0.024))
    assert chart.z[:3] == pytest.approx(np.array([-0.1, 0.3, -0.2]) / np.sqrt(0.024))
    assert chart.sigma_z == pytest.approx((0.4 + 0.5) / 2 / 1.128 / np.sqrt(0.024))  # the empty point breaks no range
    low, high = chart.limits()
    assert low[0] == 0.0
    assert high[0] == 1.0
    assert chart.limits(1, 1, overdispersed=False)[0][0] == pytest.approx(0.6 - np.sqrt(0.024))


def test_a_plain_chart_of_huge_counts_alarms_where_p_prime_does_not() -> None:
    rng = np.random.default_rng(0)
    n = np.full(20, 200_000)
    chart = laney(rng.binomial(n, 0.95 + rng.normal(0, 0.005, 20)), n)
    alarms = [
        int(((chart.share < low) | (chart.share > high)).sum())
        for low, high in (chart.limits(overdispersed=False), chart.limits())
    ]
    assert alarms[0] > 10
    assert alarms[1] == 0


def pages(count: int, spread: float, seed: int) -> list[list[Chart]]:
    """Pages of two stages and two years on which nothing changes."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        charts = []
        for share in (0.84, 0.65):
            n = rng.poisson(30, 24) + 1
            weight = 1 / np.clip((spread**2 - 1) / np.maximum(n - 1, 1), 1e-9, 0.9) - 1
            charts.append(laney(rng.binomial(n, rng.beta(share * weight, (1 - share) * weight)), n))
        made.append(charts)
    return made


def alarmed(charts: list[Chart], judged: np.ndarray = LAST) -> bool:
    below, above = page_limits(charts, [judged] * len(charts), draws=500)
    away = [chart.z[judged] / chart.spread for chart in charts]
    return any(bool(((one < -below) | (one > above)).any()) for one in away)


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_of_pages_without_a_change_about_one_in_twenty_shows_one(spread: float) -> None:
    share = np.mean([alarmed(one) for one in pages(80, spread, seed=4)])
    assert share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 80)


def test_a_planted_drop_is_found() -> None:
    rng = np.random.default_rng(1)
    n = np.full(24, 40)
    share = np.full(24, 0.8)
    share[20] = 0.45
    chart = laney(rng.binomial(n, share), n)
    below, _ = page_limits([chart], [LAST])
    assert np.flatnonzero(LAST & (chart.z / chart.spread < -below)).tolist() == [20]


def test_what_is_not_judged_needs_no_limit() -> None:
    chart = laney(np.full(10, 5), np.full(10, 10))
    assert page_limits([chart], [np.zeros(10, dtype=bool)]) == (0.0, 0.0)


def test_a_lone_bad_month_does_not_hide_itself_in_the_scatter() -> None:
    n, yes = np.full(24, 40), np.tile([31, 33], 12)
    bad = yes.copy()
    bad[12] = 12
    assert laney(bad, n).sigma_z < 1.2 * laney(yes, n).sigma_z
