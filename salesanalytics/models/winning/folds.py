"""Rows dealt into folds: those of one deal or account stay together, and every fold gets its share of wins.

In: outcomes and, per row, whose it is. Out: a fold per row. Sums over rows of one group are what intervals are made from,
because rows of one group do not count as several.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats, Ints

FOLDS = 5


def groups_of(groups: object, rows: int) -> Ints:
    """The number of each row's group, from 0; each row is its own where there are none or the cell is missing."""
    if groups is None:
        return np.arange(rows)
    place = pd.factorize(np.asarray(groups), use_na_sentinel=True)[0].astype(np.int64)
    alone = place < 0
    place[alone] = place.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return place


def folds_of(won: Flags, group: Ints, seed: int, folds: int = FOLDS) -> Ints:
    """The fold of each row: large groups are dealt first, then those with most wins, in an order drawn by `seed`."""
    size = np.bincount(group)
    wins = np.bincount(group, weights=won)
    drawn = np.random.default_rng(seed).permutation(len(size))
    order = drawn[np.lexsort((wins[drawn], size[drawn]))[::-1]]
    fold = np.empty(len(size), dtype=np.int64)
    there_and_back = np.concatenate([np.arange(folds), np.arange(folds)[::-1]])
    fold[order] = there_and_back[np.arange(len(size)) % (2 * folds)]
    return fold[group]


def clustered(values: Floats, group: Ints) -> tuple[float, float, int]:
    """Mean of `values` (one per row), its error over independent groups, and their number (Cochran 1977, ch. 6)."""
    mean = float(values.mean())
    away = np.bincount(group, weights=values - mean)
    count = len(away)
    if count < 2:
        return mean, float("inf"), count
    return mean, float(np.sqrt(count / (count - 1) * (away**2).sum()) / len(values)), count
