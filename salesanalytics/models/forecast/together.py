"""Several forecasts of one sum as one: each weighs by how wrong it was before, and by how much it is wrong with the others.

In: past errors of each forecast (logarithms of actual ÷ forecast), of one team and of all. Out: weights, and how much less
wrong they are together than the first alone. Errors' covariance of all teams, each team's own sizes drawn to it; before any is
seen, errors are .2 and half shared. Knows nothing of deals or calls.
Source: Bates and Granger, The combination of forecasts, Oper. Res. Q. 20 (1969) 451–468.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Floats

USUAL, USUAL_ROWS = 0.2, 4.0
SHARED, SHARED_ROWS = 0.5, 8.0
TEAM_ROWS = 8.0  # a team's own errors are drawn to those of all as if so many periods had been seen
FURTHEST = 1.0  # a logarithm; an error beyond it counts as this, so that no single period decides


@dataclass(frozen=True, slots=True)
class Together:
    """`weights` of the forecasts (they sum to 1); `narrower`: error (sd) of all together ÷ that of the first, at most 1."""

    weights: Floats
    narrower: float


def together(own: Floats, every: Floats) -> Together:
    """`own`: past periods × forecasts, `every`: those of all teams, one after another."""
    own, every = np.clip(own, -FURTHEST, FURTHEST), np.clip(every, -FURTHEST, FURTHEST)
    usual = ((every**2).sum(axis=0) + USUAL_ROWS * USUAL**2) / (len(every) + USUAL_ROWS)
    sizes = np.sqrt(((own**2).sum(axis=0) + TEAM_ROWS * usual) / (len(own) + TEAM_ROWS))
    norm = np.sqrt(np.maximum((every**2).sum(axis=0), 1e-12))
    shared = (len(every) * (every.T @ every) / np.outer(norm, norm) + SHARED_ROWS * SHARED) / (len(every) + SHARED_ROWS)
    np.fill_diagonal(shared, 1.0)
    weights = _least_variance(shared * np.outer(sizes, sizes))
    error = float(np.sqrt(weights @ (shared * np.outer(sizes, sizes)) @ weights))
    return Together(weights, min(error / float(sizes[0]), 1.0))


def _least_variance(covariance: Floats) -> Floats:
    """Weights that sum to 1, none below 0: what would get less than nothing is left out."""
    used = np.arange(len(covariance))
    while True:
        found = np.linalg.solve(covariance[np.ix_(used, used)], np.ones(len(used)))
        if (found > 0).all():
            weights = np.zeros(len(covariance))
            weights[used] = found / found.sum()
            return weights
        used = used[found > 0] if (found > 0).any() else used[:1]
