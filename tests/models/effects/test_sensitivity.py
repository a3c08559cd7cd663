"""The interval holds the effect wherever the two sides go apart as far as is allowed, and says from where on it holds none."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from salesanalytics.models.effects import sensitivity
from salesanalytics.models.effects.sensitivity import EventStudy, breakdown, relative_magnitudes

# Medicaid's expansion in 2014 (coefficients 2008 to 2012, 2014 and 2015 against 2013; errors by state), whose intervals
# Rambachan and Roth publish
ESTIMATES = np.array([-0.005285, -0.011297, -0.002676, -0.001419, 0.00034, 0.046447, 0.069206])
LOWER = np.array(
    [74.885, 60.399, 72.665, 44.446, 37.893, 50.521, 33.858, 28.666, 26.737, 40.032, 43.28, 45.433, 27.782, 24.129, 54.627,
     47.659, 44.289, 30.606, 23.809, 36.825, 83.757, 24.251, 28.247, 9.638, 2.924, 9.723, 63.214, 107.124]
)  # fmt: skip
COVARIANCE = np.zeros((7, 7))
COVARIANCE[np.tril_indices(7)] = LOWER / 1e6
COVARIANCE = COVARIANCE + np.tril(COVARIANCE, -1).T
PUBLISHED = {0.5: (0.0241, 0.0673), 1.0: (0.0171, 0.0720), 1.5: (0.00859, 0.0796), 2.0: (-0.00107, 0.0883)}


def medicaid(*weights: float) -> EventStudy:
    return EventStudy(ESTIMATES, COVARIANCE, 5, np.array(weights or (1.0, 0.0)))


@pytest.mark.parametrize(("magnitude", "interval"), PUBLISHED.items())
def test_the_published_intervals_are_found(magnitude: float, interval: tuple[float, float]) -> None:
    """They lie on a grid of .00037 and rest on 1,000 draws, which both move them; ours do on neither."""
    assert relative_magnitudes(medicaid(), magnitude, 0.95) == pytest.approx(interval, abs=5e-4)


def test_the_vertices_are_those_of_the_linear_programme() -> None:
    rng = np.random.default_rng(1)
    steps = np.eye(7) - np.eye(7, k=-1)
    steps[5, 4] = 0
    early = np.vstack([steps[1:5], -np.eye(7)[4]])
    for weights in ((1.0, 0.0), (0.5, 0.5), (0.7, -0.2)):
        sets = sensitivity._sets(medicaid(*weights), 1.5, 0.95)
        for row, largest in enumerate(np.vstack([early, -early])):
            moments = np.vstack([steps[5:] - 1.5 * largest, -steps[5:] - 1.5 * largest])
            errors = np.sqrt(np.diag(moments @ COVARIANCE @ moments.T))
            drawn, effect = rng.multivariate_normal(np.zeros(7), COVARIANCE), rng.normal(0, 0.02)
            solved = linprog(
                [1, 0, 0], np.column_stack([-errors, -moments[:, 5:]]), -moments @ drawn, [[0, *weights]], [effect],
                bounds=[(None, None)] * 3,
            )  # fmt: skip
            largest_vertex = (sets.slope[row] @ [np.dot(weights, drawn[5:]) - effect, largest @ drawn]).max()
            assert largest_vertex == pytest.approx(solved.fun, abs=1e-9)


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.5, 0.5)])
@pytest.mark.parametrize("place", [2, 5])
def test_the_interval_holds_where_the_sides_go_apart_as_far_as_is_allowed(weights: tuple[float, float], place: int) -> None:
    """One large step before, and as much in each period after: the worst that a magnitude of 1 allows."""
    apart = 0.16 * np.where(np.arange(7) < place, -1.0, np.array([0, 0, 0, 0, 0, 1, 2]))
    drawn = np.random.default_rng(2).multivariate_normal(apart, COVARIANCE, 2000)
    sets = sensitivity._sets(medicaid(*weights), 1.0, 0.95)
    steps = np.vstack([np.diff(np.eye(7)[:5], axis=0), -np.eye(7)[4]])
    early = np.vstack([steps, -steps])
    holds = [replace(sets, effect=float(one[5:] @ weights), step=early @ one).accepts(np.zeros((10, 1))).any() for one in drawn]
    assert 0.935 <= np.mean(holds) <= 0.965


def test_the_usual_interval_is_the_one_without_going_apart_and_each_allows_more() -> None:
    study = replace(medicaid(), df=40.0)
    low, high = relative_magnitudes(study, 0.0, 0.95)
    assert (low, high) == pytest.approx((ESTIMATES[5] - 2.0211 * 0.009152, ESTIMATES[5] + 2.0211 * 0.009152), abs=1e-5)
    wider = [relative_magnitudes(study, magnitude, 0.95) for magnitude in (0.5, 1.0, 2.0)]
    assert all(b[0] < a[0] and a[1] < b[1] for a, b in zip([(low, high), *wider], wider, strict=False))
    assert relative_magnitudes(study, 1.0, 0.95)[0] < relative_magnitudes(medicaid(), 1.0, 0.95)[0]  # Student's is wider


def test_the_breakdown_is_where_the_interval_begins_to_hold_none() -> None:
    at = breakdown(medicaid(), 0.95)
    assert at == pytest.approx(1.946, abs=0.01)  # published: between 1.5 and 2
    assert relative_magnitudes(medicaid(), at - 0.01, 0.95)[0] > 0 >= relative_magnitudes(medicaid(), at, 0.95)[0]
    assert breakdown(replace(medicaid(), estimates=ESTIMATES * [1, 1, 1, 1, 1, 0.1, 1]), 0.95) == 0
    assert 2 < breakdown(replace(medicaid(), estimates=ESTIMATES + 0.1 * np.eye(7)[5]), 0.95) < 20
    assert breakdown(replace(medicaid(), estimates=ESTIMATES + 90.0 * np.eye(7)[5]), 0.95) == np.inf


def test_weights_that_are_estimated_widen_every_interval() -> None:
    wider = replace(medicaid(), weighed=0.01**2)
    for magnitude in (0.0, 1.0):
        assert relative_magnitudes(wider, magnitude, 0.95)[0] < relative_magnitudes(medicaid(), magnitude, 0.95)[0]


def test_one_period_before_and_one_after_are_enough_and_none_is_refused() -> None:
    two = EventStudy(np.array([0.01, 0.2]), np.diag([1e-4, 1e-4]), 1, np.ones(1))
    low, high = relative_magnitudes(two, 1.0, 0.95)
    assert low < 0.2 - 0.01 - 1.645 * np.sqrt(2e-4) < 0.2 + 0.01 < high
    with pytest.raises(ValueError, match="2 estimates, 0 of them before"):
        replace(two, before=0)
