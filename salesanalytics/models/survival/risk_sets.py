"""Who was there each time somebody left, and what was to be expected of the leaver.

In: `Spells`, characteristics, coefficients. Out: one `RiskSet` per distinct time of leaving, on which tests and errors of Cox's
model rest. Ties after Efron (1977): of d who leave together, the l-th leaves from a set in which the leavers count (1 − l/d).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.survival.spells import Spells

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSet:
    """At `time`: `rows` at risk, which of them leave (`going`), and per leaver the weights of the set it leaves from.

    `weights`: one row per leaver, one column per row at risk; each sums to `sums`, the total hazard ratio of the set.
    """

    time: float
    rows: Ints
    going: Flags
    weights: Floats
    sums: Floats


def risk_sets(rows: Spells, x: Floats, coefficients: Floats, ties: Ties = "efron") -> Iterator[RiskSet]:
    """The sets in the order of time."""
    hazard = np.exp((x - x.mean(axis=0)) @ coefficients)
    for time in np.unique(rows.exit[rows.ended]).tolist():
        there = np.flatnonzero((rows.entry < time) & (rows.exit >= time))
        going = rows.ended[there] & (rows.exit[there] == time)
        left = int(going.sum())
        less = np.arange(left) / left if ties == "efron" else np.zeros(left)
        weights = hazard[there] * (1 - less[:, None] * going)
        yield RiskSet(time, there, going, weights, weights.sum(axis=1))


def moments(at: RiskSet, x: Floats) -> tuple[Floats, Floats]:
    """What the leavers at a time had less what was expected, and the variance of that (summed over the leavers)."""
    values = x[at.rows]
    shares = at.weights / at.sums[:, None]
    means = shares @ values
    residual = values[at.going].sum(axis=0) - means.sum(axis=0)
    return residual, (values * shares.sum(axis=0)[:, None]).T @ values - means.T @ means


def robust_covariance(rows: Spells, x: Floats, coefficients: Floats, ties: Ties = "efron") -> Floats:
    """Covariance of the coefficients that holds where rows of one person hang together (Lin and Wei 1989).

    lifelines leaves late entry out of its residuals, and is off by a fifth where people come in late.
    """
    information = np.zeros((x.shape[1], x.shape[1]))
    scores = np.zeros_like(x)
    for at in risk_sets(rows, x, coefficients, ties):
        information += moments(at, x)[1]
        shares = at.weights / at.sums[:, None]
        means, values = shares @ x[at.rows], x[at.rows]
        scores[at.rows] -= values * shares.sum(axis=0)[:, None] - shares.T @ means
        scores[at.rows[at.going]] += values[at.going] - means.mean(axis=0)
    people, whose = np.unique(rows.subject, return_inverse=True)
    by_person = np.zeros((len(people), x.shape[1]))
    np.add.at(by_person, whose, scores)
    bread = np.linalg.inv(information)
    return np.asarray(bread @ (by_person.T @ by_person) @ bread)
