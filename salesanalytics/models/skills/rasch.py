"""Tests that are passed or failed: how hard each is, and how able each person (Rasch 1960; one common discrimination).

In: one row per person and one column per test, 1 passed, 0 failed, NaN not taken. Out: `Rasch`. Abilities are standard
normal in the people measured; difficulties and the discrimination maximise the likelihood with the abilities integrated out
(Bock and Aitkin 1981). A test that everybody passes, or nobody, says nothing of anybody and has no difficulty.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.special import expit, log_expit, logsumexp

from salesanalytics.base.types import Flags, Floats

NODES = 61
LEAST_PEOPLE, LEAST_ITEMS = 20, 3


@dataclass(frozen=True, slots=True, eq=False)
class Rasch:
    """`difficulty`, `difficulty_error`: per test (NaN where it has none), in standard deviations of ability; `discrimination`
    of all tests; `ability`, `ability_error`: per person, mean and standard deviation of what the answers leave open (a person
    without answers has 0 and 1).
    """

    difficulty: Floats
    difficulty_error: Floats
    discrimination: float
    ability: Floats
    ability_error: Floats


def rasch(passed: Floats) -> Rasch | None:
    """`Rasch` of (people, tests); None where fewer than 20 people or 3 tests tell anything, or nothing tells people apart."""
    answers = np.asarray(passed, dtype=np.float64)
    share = np.array([np.nanmean(one) if np.isfinite(one).any() else np.nan for one in answers.T])
    tells = (share > 0) & (share < 1)
    if tells.sum() < LEAST_ITEMS or np.isfinite(answers[:, tells]).any(axis=1).sum() < LEAST_PEOPLE:
        return None
    used = answers[:, tells]
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    logs = np.log(weights / weights.sum())
    yes, taken = np.nan_to_num(used), np.isfinite(used).astype(np.float64)

    def loss(at: Floats) -> tuple[float, Floats]:
        whole, chance = _posterior(at, yes, taken, nodes, logs)
        total = logsumexp(whole, axis=1)
        part = np.exp(whole - total[:, None])
        missed = yes.sum(axis=0) - np.einsum("pq,pi,qi->i", part, taken, chance)
        slope = float((part * nodes * (yes.sum(axis=1)[:, None] - taken @ chance.T)).sum())
        return -float(total.sum()), -np.append(missed, slope)

    start = np.append(np.log(share[tells] / (1 - share[tells])), 1.0)
    best = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-7 * len(used), "maxiter": 500})
    slope = float(best.x[-1])
    if not slope > 0.05:  # nobody who passes one test passes another more often
        return None
    return _told(best.x, _curvature(loss, best.x), tells, _posterior(best.x, yes, taken, nodes, logs)[0], nodes)


def _posterior(at: Floats, yes: Floats, taken: Floats, nodes: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """Log likelihood and weight of each person at each ability, and the chance to pass each test there."""
    logit = at[:-1] + at[-1] * nodes[:, None]
    whole = yes @ log_expit(logit).T + (taken - yes) @ log_expit(-logit).T + logs
    return np.asarray(whole), np.asarray(expit(logit))


def _curvature(loss: Callable[[Floats], tuple[float, Floats]], at: Floats) -> Floats:
    """Covariance of the estimates: the inverse of the slopes' differences."""
    step, rows = 1e-4, []
    for place in range(len(at)):
        move = np.zeros(len(at))
        move[place] = step
        rows.append((loss(at + move)[1] - loss(at - move)[1]) / (2 * step))
    return np.asarray(np.linalg.pinv((np.array(rows) + np.array(rows).T) / 2))


def _told(at: Floats, cover: Floats, tells: Flags, whole: Floats, nodes: Floats) -> Rasch:
    slope = at[-1]
    difficulty, error = np.full(len(tells), np.nan), np.full(len(tells), np.nan)
    difficulty[tells] = -at[:-1] / slope
    own, both = np.diag(cover)[:-1], cover[:-1, -1]
    b = difficulty[tells]
    error[tells] = np.sqrt(np.maximum(own + 2 * b * both + b**2 * cover[-1, -1], 0)) / slope
    part = np.exp(whole - logsumexp(whole, axis=1)[:, None])
    ability = part @ nodes
    spread = np.sqrt(np.maximum(part @ nodes**2 - ability**2, 0))
    return Rasch(difficulty, error, float(slope), ability, spread)
