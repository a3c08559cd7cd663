"""Whether groups leave at different rates.

In: `Spells` and a group per row. Out: what was expected of each group if all were alike, and the p-value of "no difference"
(Mantel 1966, Peto and Peto 1972; k groups, late entry). Where so few left that the chi-square curve cannot be trusted, groups
are shuffled among people instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.survival.spells import Spells, counts

FEW = 5.0  # expected leavers of a group, below which groups are shuffled (Cochran 1954's rule)
MOST_AT_ONCE = 20_000_000  # numbers held while shuffles are looked at together
SHUFFLES = 499  # a p of .05 is then told to within .02
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


def log_rank(rows: Spells, group: ArrayLike) -> LogRank | None:
    """None with fewer than two groups at risk together, or nobody who left.

    A person with several stays is shuffled as one, by the group of their first.
    """
    names, place = np.unique(np.asarray(group).astype(np.str_), return_inverse=True)
    if len(names) < 2 or not rows.ended.any():
        return None
    there = _Risk.of(rows)
    observed, expected, variance = there.tally(np.eye(len(names))[place])
    statistic, ranks = _chi(observed, expected, variance)
    if ranks == 0:
        return None
    few = bool(expected.min() < FEW)
    p = _shuffled(there, rows, place, len(names), statistic) if few else float(stats.chi2.sf(statistic, ranks))
    return LogRank(tuple(names.tolist()), observed, expected, statistic, p, few)


@dataclass(frozen=True, slots=True, eq=False)
class _Risk:
    """Who is at risk when: `there` has a row per time of leaving and a column per stay, `n` and `d` count at risk and left."""

    there: Floats
    ended: Flags
    n: Floats
    d: Floats

    @classmethod
    def of(cls, rows: Spells) -> "_Risk":
        told = counts(rows)
        there = (rows.entry < told.time[:, None]) & (rows.exit >= told.time[:, None])
        return cls(there.astype(np.float64), rows.ended, told.at_risk.astype(np.float64), told.left.astype(np.float64))

    def tally(self, member: Floats) -> tuple[Floats, Floats, Floats]:
        """Observed and expected leavers by group (a column of `member` each), and the covariance of their difference."""
        mine = (self.there @ member).T
        observed = member[self.ended].sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(self.n > 1, self.d * (self.n - self.d) / (self.n - 1), 0.0) / self.n**2
        variance = np.diag((mine * scale * self.n).sum(axis=1)) - (mine * scale) @ mine.T
        return observed, (mine * (self.d / self.n)).sum(axis=1), variance


def _chi(observed: Floats, expected: Floats, variance: Floats) -> tuple[float, int]:
    apart = (observed - expected)[1:]
    inner = variance[1:, 1:]
    rank = int(np.linalg.matrix_rank(inner, tol=1e-10)) if inner.size else 0
    return (float(apart @ np.linalg.pinv(inner, rcond=1e-10) @ apart), rank) if rank else (0.0, 0)


def _shuffled(there: _Risk, rows: Spells, place: Ints, groups: int, statistic: float) -> float:
    """Share of shuffles, the data's own among them, that set the groups at least as far apart."""
    _, first, whose = np.unique(rows.subject, return_index=True, return_inverse=True)
    draw = np.random.default_rng(SEED)
    drawn = np.array([draw.permutation(place[first]) for _ in range(SHUFFLES)])[:, whose]
    far = 0
    for some in np.array_split(drawn, max(1, there.there.size * groups * SHUFFLES // MOST_AT_ONCE)):
        far += int((_apart(there, some, groups) >= statistic - 1e-9).sum())
    return (far + 1) / (SHUFFLES + 1)


def _apart(there: _Risk, drawn: Ints, groups: int) -> Floats:
    """The statistic of each shuffle (a row of `drawn`: the group of every stay)."""
    member = (drawn[:, :, None] == np.arange(1, groups)).astype(np.float64)  # the first follows from the others
    mine = there.there @ member
    scale = np.divide(there.d * (there.n - there.d), (there.n - 1) * there.n**2, out=np.zeros_like(there.n), where=there.n > 1)
    scaled = mine * scale[:, None]
    variance = -(np.swapaxes(scaled, 1, 2) @ mine)
    at = np.arange(groups - 1)
    variance[:, at, at] += (scaled * there.n[:, None]).sum(axis=1)
    apart = member[:, there.ended].sum(axis=1) - (mine * (there.d / there.n)[:, None]).sum(axis=1)
    inverse = np.linalg.pinv(variance, rcond=1e-10, hermitian=True)
    return np.asarray(np.einsum("si,sij,sj->s", apart, inverse, apart))
