"""Whether and when the level of something changed: the largest gap between before and after over all days it may have
changed.

In: one value per observation in order of time, and the places at which it may have changed. Out: the place, and the chance of
a gap as large at any of them if order meant nothing: shuffles, which know how many places were looked at, until ten of them
show a gap as large or 20,000 were drawn (Besag and Clifford 1991).
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.stats.intervals import SEED

MOST_SHUFFLES, AT_ONCE, LARGE = 19_999, 500, 10


@dataclass(frozen=True, slots=True)
class Turn:
    """`place`: the first observation after the change; `before` and `after`: means; `p`."""

    place: int
    before: float
    after: float
    p: float


def turn(values: Floats, places: Ints, least: int) -> Turn | None:
    """None where no place leaves `least` observations on both sides, or all values are the same."""
    n = len(values)
    usable = np.unique(places[(places >= least) & (places <= n - least)])
    if not len(usable) or np.ptp(values) == 0:
        return None
    seen = _gaps(values[None, :], usable)[0]
    at = int(np.argmax(seen))
    p = _chance(values, usable, float(seen[at]))
    place = int(usable[at])
    return Turn(place, float(values[:place].mean()), float(values[place:].mean()), p)


def _chance(values: Floats, places: Ints, seen: float) -> float:
    draw, drawn, large = np.random.default_rng(SEED), 0, 0
    while large < LARGE and drawn < MOST_SHUFFLES:
        some = min(AT_ONCE, MOST_SHUFFLES - drawn)
        shuffled = draw.permuted(np.tile(values, (some, 1)), axis=1)
        large += int((_gaps(shuffled, places).max(axis=1) >= seen - 1e-12).sum())
        drawn += some
    return (1 + large) / (drawn + 1)


def _gaps(rows: Floats, places: Ints) -> Floats:
    """(rows, places): the gap between the means, weighed by how well it can be told."""
    n = rows.shape[1]
    before = np.cumsum(rows, axis=1)[:, places - 1]
    gap = np.abs(before / places - (rows.sum(axis=1, keepdims=True) - before) / (n - places))
    return np.asarray(gap * np.sqrt(places * (n - places) / n))
