"""Differences with chance taken out: intervals hold, nobody is named where nobody differs, small groups compare nobody."""

import numpy as np
import pytest

from salesanalytics.stats.shrink import shares, values


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 2.0])
def test_intervals_hold_the_truth_whatever_the_true_difference(spread: float) -> None:
    rng, held, people = np.random.default_rng(1), 0, 0
    group = np.repeat(np.arange(4), 6)
    for _ in range(150):
        truth = rng.normal(0, 3, 4)[group] + rng.normal(0, spread, 24)
        error = rng.uniform(0.5, 1.5, 24)
        found = values(truth + rng.normal(0, error), error, group)
        held += int(((found.low <= truth) & (truth <= found.high)).sum())
        people += 24
    assert 0.92 <= held / people <= 0.99


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.1])
def test_intervals_of_shares_hold_the_truth(spread: float) -> None:
    rng, held, people = np.random.default_rng(2), 0, 0
    group = np.repeat(np.arange(4), 6)
    for _ in range(60):
        truth = np.clip(0.3 + rng.normal(0, spread, 24), 0.02, 0.98)
        n = rng.integers(20, 150, 24).astype(float)
        found = shares(rng.binomial(n.astype(int), truth).astype(float), n, group, tested=False)
        held += int(((found.low <= truth) & (truth <= found.high)).sum())
        people += 24
    assert 0.92 <= held / people <= 0.995


def test_the_true_difference_is_found_and_values_lie_between_own_and_peers() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(30), 8)
    own = rng.normal(0, 5, 30)[group] + rng.normal(0, 1.0, 240) + rng.normal(0, 0.8, 240)
    found = values(own, np.full(240, 0.8), group)
    assert found.spread == pytest.approx(1.0, abs=0.15)
    assert (np.abs(found.value - found.usual) <= np.abs(own - found.usual)).all()


def test_where_nobody_differs_one_in_twenty_looks_so() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(100), 6)
    assert np.mean(values(rng.normal(0, 1, 600), np.ones(600), group).p < 0.05) == pytest.approx(0.05, abs=0.02)


def test_two_people_compare_nobody() -> None:
    found = values(np.array([1.0, 9.0]), np.ones(2), np.zeros(2, dtype=np.int64))
    assert np.isnan(found.value).all()
    assert np.isnan(found.p).all()
