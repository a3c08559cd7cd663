"""Several forecasts as one: weights follow past errors, and what is wrong together helps little."""

import numpy as np
import pytest

from salesanalytics.models.forecast.together import together


def errors(seed: int, sizes: list[float], shared: float = 0.0, rows: int = 200) -> np.ndarray:
    rng = np.random.default_rng(seed)
    cover = np.outer(sizes, sizes) * (shared + (1 - shared) * np.eye(len(sizes)))
    return rng.multivariate_normal(np.zeros(len(sizes)), cover, rows)


def test_two_that_are_wrong_alike_and_apart_are_both_heard() -> None:
    seen = errors(0, [0.2, 0.2])
    found = together(seen, seen)
    assert found.weights == pytest.approx([0.5, 0.5], abs=0.06)
    assert found.narrower == pytest.approx(0.5**0.5, abs=0.06)


def test_weights_are_those_of_least_variance() -> None:
    seen = errors(1, [0.1, 0.2])
    assert together(seen, seen).weights == pytest.approx([0.8, 0.2], abs=0.05)


def test_what_is_wrong_together_adds_nothing() -> None:
    seen = errors(2, [0.15, 0.3], shared=0.98)
    found = together(seen, seen)
    assert found.weights[0] == 1
    assert found.narrower == 1


def test_a_team_that_has_shown_little_is_judged_by_all() -> None:
    every, own = errors(3, [0.1, 0.3]), np.array([[0.3, 0.01]])
    assert together(own, every).weights[0] > 0.7
    assert together(np.repeat(own, 40, axis=0), every).weights[0] < 0.3


def test_before_anything_is_seen_both_weigh_the_same() -> None:
    none = np.zeros((0, 2))
    assert together(none, none).weights == pytest.approx([0.5, 0.5])
