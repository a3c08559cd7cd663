"""Whether groups leave at different rates.

In: `Spells` and a group per row. Out: what was expected of each group if all were alike, and the p-value of "no difference"
(Mantel 1966, Peto and Peto 1972; k groups, late entry). Where so few left that the chi-square curve cannot be trusted, groups
are shuffled among people instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.survival.spells import Spells, at_risk, counts

FEW = 5.0  # expected leavers of a group, below which groups are shuffled (Cochran 1954's rule)
SHUFFLES = 1_999
SEED = 20_260_301


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """`observed` and `expected` leavers by group (in the order of `groups`), the statistic and its p-value."""

    groups: tuple[str, ...]
    observed: Floats
    expected: Floats
    statistic: float
    p: float
    shuffled: bool


def log_rank(rows: Spells, group: ArrayLike, few: float = FEW, shuffles: int = SHUFFLES, seed: int = SEED) -> LogRank | None:
    """None with fewer than two groups at risk together, or nobody who left.

    A person with several stays is shuffled as one, by the group of their first.
    """
    names, place = np.unique(np.asarray(group).astype(np.str_), return_inverse=True)
    if len(names) < 2 or not rows.ended.any():
        return None
    observed, expected, variance = _tally(rows, place.astype(np.int64), len(names))
    statistic, ranks = _chi(observed, expected, variance)
    if ranks == 0:
        return None
    if expected.min() >= few:
        p = float(stats.chi2.sf(statistic, ranks))
        return LogRank(tuple(names.tolist()), observed, expected, statistic, p, False)
    p = _shuffled(rows, place.astype(np.int64), len(names), statistic, shuffles, seed)
    return LogRank(tuple(names.tolist()), observed, expected, statistic, p, True)


def _tally(rows: Spells, place: Ints, groups: int) -> tuple[Floats, Floats, Floats]:
    """Observed and expected leavers by group, and the covariance of their difference."""
    told = counts(rows)
    n, d = told.at_risk.astype(np.float64), told.left.astype(np.float64)
    mine = np.array([at_risk(rows.where(place == one), told.time) for one in range(groups)], dtype=np.float64)
    observed = np.bincount(place[rows.ended], minlength=groups).astype(np.float64)
    expected = (mine * (d / n)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(n > 1, d * (n - d) / (n - 1), 0.0) / n**2
    variance = np.diag((mine * scale * n).sum(axis=1)) - (mine * scale) @ mine.T
    return observed, expected, variance


def _chi(observed: Floats, expected: Floats, variance: Floats) -> tuple[float, int]:
    apart = (observed - expected)[1:]
    inner = variance[1:, 1:]
    rank = int(np.linalg.matrix_rank(inner, tol=1e-10)) if inner.size else 0
    return (float(apart @ np.linalg.pinv(inner, rcond=1e-10) @ apart), rank) if rank else (0.0, 0)


def _shuffled(rows: Spells, place: Ints, groups: int, statistic: float, shuffles: int, seed: int) -> float:
    """Share of shuffles, the data's own among them, that set the groups at least as far apart."""
    _, first, whose = np.unique(rows.subject, return_index=True, return_inverse=True)
    draw = np.random.default_rng(seed)
    far = sum(
        _chi(*_tally(rows, draw.permutation(place[first])[whose], groups))[0] >= statistic - 1e-9 for _ in range(shuffles)
    )
    return (far + 1) / (shuffles + 1)
