"""Sums of amounts: intervals hold as often as they say, and alike is rarely called different."""

import numpy as np
import pytest

from salesanalytics.stats.compound import difference_of_sums, p_alike, sum_interval


def losses(rng: np.random.Generator, expected: float, spread: float = 1.2) -> np.ndarray:
    """Amounts of a Poisson number of deals, log-normal; the true expected sum is `expected` × exp(spread² / 2)."""
    return np.sort(rng.lognormal(0, spread, rng.poisson(expected)))


@pytest.mark.parametrize("expected", [4, 15, 60])
def test_intervals_of_sums_hold_as_often_as_they_say(expected: int) -> None:
    rng, truth, held = np.random.default_rng(expected), expected * np.exp(1.2**2 / 2), 0
    for _ in range(400):
        now = losses(rng, expected)
        low, high = sum_interval(now, float(np.exp(3 * 1.2)))  # an amount that one deal in 700 reaches
        held += low <= truth <= high
    assert 0.93 <= held / 400 <= 1.0


@pytest.mark.parametrize(("expected", "share"), [(4, 0.5), (20, 0.5), (20, 0.3)])
def test_two_stretches_alike_are_rarely_called_different(expected: int, share: float) -> None:
    rng = np.random.default_rng(7)
    p = [p_alike(losses(rng, expected * share), losses(rng, expected * (1 - share)), share) for _ in range(400)]
    assert np.mean(np.array(p) < 0.05) <= 0.07


def test_a_planted_change_is_found_and_lies_in_its_interval() -> None:
    rng = np.random.default_rng(3)
    truth = (40 - 10) * np.exp(1.2**2 / 2)
    pairs = [(losses(rng, 40), losses(rng, 10)) for _ in range(200)]
    assert np.mean([p_alike(now, before, 0.5) < 0.05 for now, before in pairs]) > 0.7
    bounds = [difference_of_sums(now, before, float(np.exp(3 * 1.2))) for now, before in pairs]
    assert np.mean([low <= truth <= high for low, high in bounds]) >= 0.93
