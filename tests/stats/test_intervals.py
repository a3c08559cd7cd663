"""Intervals hold the truth as often as they say, and agree with published numbers."""

import numpy as np
import pytest

from salesanalytics.stats.intervals import (
    bootstrap_interval,
    difference_interval,
    mean_interval,
    ratio_interval,
    share_interval,
    weighted_share_interval,
)


def test_wilson_matches_newcombes_published_examples() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert share_interval(0, 0) is None


def test_the_mean_of_skewed_deal_sizes_is_covered() -> None:
    draw = np.random.default_rng(1)
    truth = float(np.exp(0.5))
    held = [low <= truth <= high for low, high in (mean_interval(draw.lognormal(0, 1, 40)) or (0, 0) for _ in range(400))]
    assert 0.91 <= np.mean(held) <= 0.98  # Student's interval reaches .89 here


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [3.0] * 50])
def test_too_little_to_bound_a_mean_is_said(values: list[float]) -> None:
    assert mean_interval(np.array(values)) is None


@pytest.mark.planted
def test_a_ratio_is_covered_by_drawing_its_rows() -> None:
    draw = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        won, amount = draw.random(80) < 0.3, draw.lognormal(0, 0.8, 80)
        booked = np.where(won, amount, 0.0)
        low, high = bootstrap_interval(80, lambda rows, b=booked, a=amount: float(b[rows].sum() / a[rows].sum())) or (0, 0)
        held += low <= 0.3 <= high
    assert 0.90 <= held / 200 <= 0.985


def test_few_values_have_an_interval_that_stays_positive_and_holds() -> None:
    draw = np.random.default_rng(4)
    truth = float(np.exp(0.5))
    found = [mean_interval(draw.lognormal(0, 1, 5)) or (0, 0) for _ in range(600)]
    assert all(low > 0 for low, _ in found)
    assert 0.90 <= np.mean([low <= truth <= high for low, high in found]) <= 0.98  # Student's reaches .82


@pytest.mark.parametrize("shares", [(0.85, 0.05), (0.7, 0.1), (0.5, 0.2)])
@pytest.mark.parametrize("n", [8, 20])
def test_a_difference_of_shares_is_covered_even_where_nearly_all_agree(shares: tuple[float, float], n: int) -> None:
    draw = np.random.default_rng(5)
    one, other = shares
    held = []
    for yes, no, _ in draw.multinomial(n, [one, other, 1 - one - other], 800):
        low, high = difference_interval(int(yes), int(no), n)
        held.append(low <= 100 * (one - other) <= high)
    assert 0.92 <= np.mean(held) <= 0.985


def test_a_bias_over_few_reps_is_seldom_found_where_there_is_none() -> None:
    draw = np.random.default_rng(6)
    false = 0
    for _ in range(600):
        sizes = draw.lognormal(0, 0.4, 8)
        low, high = ratio_interval(sizes * draw.normal(0, 0.12, 8), sizes) or (-1, 1)
        false += not low <= 0 <= high
    assert 0.03 <= false / 600 <= 0.08  # resampling reps says it in 12% of the cases


def test_a_share_by_weight_is_never_certain() -> None:
    low, high = weighted_share_interval(0.0, np.array([5.0, 7, 9, 4, 6, 8])) or (0, 0)
    assert (low, high) == (pytest.approx(0, abs=1e-9), pytest.approx(0.41, abs=0.005))
    assert weighted_share_interval(0.5, np.array([0.0])) is None
