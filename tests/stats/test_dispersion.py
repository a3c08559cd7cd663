"""Dispersion: sums of few large deals scatter as much as it says, whichever way it was found."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.stats import dispersion


def test_deals_of_one_size_have_their_size_as_dispersion() -> None:
    few = pd.Series([1.0, 1.0])
    assert dispersion.of_deals(pd.Series([50.0, 50.0, 50.0]), few, few) == 50
    assert dispersion.of_deals(pd.Series([10.0, 30.0]), few, few) == (100 + 900) / 40


def test_counts_that_vary_more_than_poissons_widen_it_up_to_a_limit() -> None:
    amounts, expected = pd.Series([50.0]), pd.Series([4.0] * 8)
    assert dispersion.of_deals(amounts, pd.Series([1.0, 7.0] * 4), expected) == 50 * 9 / 4
    assert dispersion.of_deals(amounts, pd.Series([0.0, 16.0] * 4), expected) == 50 * dispersion.MOST_OVERDISPERSION
    assert dispersion.of_deals(amounts, pd.Series([4.0] * 8), expected) == 50


def test_both_ways_find_the_dispersion_of_a_compound_poisson_sum() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(6, 4000)
    sums = pd.Series([rng.gamma(2, 500, n).sum() for n in counts])
    truth = 1500.0  # E[x²] / E[x] of a gamma with shape 2 and scale 500
    assert dispersion.around(sums, pd.Series(6000.0, index=sums.index)) == pytest.approx(truth, rel=0.06)
    amounts, expected = pd.Series(rng.gamma(2, 500, 20_000)), pd.Series(6.0, index=sums.index)
    assert dispersion.of_deals(amounts, pd.Series(counts, dtype="float64"), expected) == pytest.approx(truth, rel=0.06)


def test_groups_that_differ_by_chance_alone_show_no_variance_and_others_do() -> None:
    rng, expected = np.random.default_rng(2), pd.Series(100.0, index=range(400))
    alike = pd.Series(dispersion.draw(rng, expected.to_numpy(), 5.0))
    apart = pd.Series(dispersion.draw(rng, expected.to_numpy() * rng.gamma(16, 1 / 16, 400), 5.0))
    assert dispersion.between_groups(alike, expected, 5.0) < 0.01
    assert dispersion.between_groups(apart, expected, 5.0) == pytest.approx(1 / 16, abs=0.02)
    assert dispersion.between_groups(alike[:1], expected[:1], 5.0) == 0


def test_draws_have_the_mean_and_the_dispersion_asked_for() -> None:
    sums = dispersion.draw(np.random.default_rng(3), 1000.0, 200.0, 50_000)
    assert sums.mean() == pytest.approx(1000, rel=0.01)
    assert sums.var() / sums.mean() == pytest.approx(200, rel=0.03)
    assert dispersion.chance_below(np.array([np.median(sums)]), np.array([1000.0]), 200.0) == pytest.approx(0.5, abs=0.01)
