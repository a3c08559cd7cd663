"""Which counts of people may be published, so that none of them, no total and no difference of two reveals fewer than five.

In: counts of people in cells that do not overlap, and the sums over cells that stand on the same page. Out: which cells and
sums may be shown. A count of one to four is hidden; and because a reader can take what is shown out of a sum, others are hidden
beside it, the smallest first, until what is left in every sum is five or more and no hidden cell can be worked out from the
sums together (complementary suppression; Cox 1980). A count of nobody is no group and may be shown. What this cannot ask is
what a number was last week.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints

FEW = 5  # people, below which a count, or a sum of what they booked or were paid, tells about single ones


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Which `cells` and which `sums` may be shown, in the order they were given."""

    cells: Flags
    sums: Flags


def told(counts: Sequence[int] | Ints, sums: Sequence[Sequence[int]] | None = None, few: int = FEW) -> Told:
    """`counts`: people by cell; `sums`: the places of the cells in each total shown with them (default: one over all).

    A sum that is itself under five, or that would give a cell away although all others in it are hidden, is not shown.
    """
    people = np.asarray(counts, dtype=np.int64)
    within = np.zeros((1 if sums is None else len(sums), len(people)), dtype=bool)
    for row, places in enumerate([range(len(people))] if sums is None else sums):
        within[row, list(places)] = True
    shown = (people == 0) | (people >= few)
    totals = within @ people
    kept = (totals == 0) | (totals >= few)
    while True:
        given_away = _given_away(people, within, shown, kept, few)
        if given_away is None:
            return Told(shown, kept)
        row = given_away
        beside = np.flatnonzero(within[row] & shown & (people > 0))
        if len(beside):
            shown[beside[np.argmin(people[beside])]] = False
        else:
            kept[row] = False


def _given_away(people: Ints, within: Flags, shown: Flags, kept: Flags, few: int) -> int | None:
    """A shown sum from which, with all else that is shown, fewer than five people can be told; None where there is none."""
    hidden = ~shown
    rows = np.flatnonzero(kept & (within & hidden).any(axis=1))
    if not len(rows):
        return None
    inside = (within[rows] & hidden)[:, hidden].astype(np.float64)
    values = people[hidden]
    left = inside @ values
    small = np.flatnonzero((left > 0) & (left < few))
    if len(small):
        return int(rows[small[0]])
    pairs = _between(inside, values, few)
    if pairs is not None:
        return int(rows[pairs])
    for place in np.flatnonzero(values < few):
        source = _worked_out(inside, int(place))
        if source is not None:
            return int(rows[source])
    return None


def _between(inside: Floats, values: Ints, few: int) -> int | None:
    """The larger of two sums, one within the other, between which fewer than five people lie."""
    for one in range(len(inside)):
        for other in range(len(inside)):
            apart = inside[one] - inside[other]
            if one != other and (apart >= 0).all() and 0 < apart @ values < few:
                return one
    return None


def _worked_out(inside: Floats, place: int) -> int | None:
    """A sum that is needed to solve for the hidden cell at `place`; None where the sums together leave it open."""
    wanted = np.zeros(inside.shape[1])
    wanted[place] = 1.0
    weights = np.asarray(np.linalg.lstsq(inside.T, wanted, rcond=None)[0], dtype=np.float64)
    if np.abs(inside.T @ weights - wanted).max() > 1e-9:
        return None
    return int(np.argmax(np.abs(weights)))
