"""What columns say about each other: copies, bands of a number, shares of one whole, a total and what it is the total of.

In: columns as numbers or as places of words. Out: places of columns. Copies say nothing of their own. Twins are the
same in some deals and differ in others, as an amount and what it was settled at. Shares of one whole, with
many deals wholly in one part and none that come to more than the whole, are how a deal's time or work was split up, and are
known when it is over; a column that is 0 where all of them are 0 is their whole.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats

SAME = 0.995
LEAST_VALUES = 20  # of a number that another column may be the bands of
MOST_BANDS = 50
SLACK = 2e-3
AT_END = 0.01
BETWEEN = 0.05
OVER_BY_CHANCE = 0.02
AGREE = 0.8
TWINS = 0.05
SOME_ROWS = 2000


def copies(columns: list[Floats], words: Flags) -> dict[int, int]:
    """Columns that another one determines in order or one to one, with that one: the coarser is the copy, else the later.

    Words that are kinds of other words (a group of products) are no copies.
    """
    different = [len(np.unique(one[~np.isnan(one)])) for one in columns]
    found = dict[int, int]()
    for one, other in combinations(range(len(columns)), 2):
        fine, coarse = (one, other) if different[one] >= different[other] else (other, one)
        if different[coarse] < 2 or coarse in found or fine in found:
            continue
        if _determined(columns[fine], columns[coarse], words[fine], words[coarse], different[fine], different[coarse]):
            found[coarse] = fine
    return found


def _determined(fine: Floats, coarse: Floats, fine_words: bool, coarse_words: bool, many: int, few: int) -> bool:
    if (np.isnan(fine) != np.isnan(coarse)).mean() > 1 - SAME:
        return False
    both = ~np.isnan(fine) & ~np.isnan(coarse)
    if both.sum() < LEAST_VALUES:
        return False
    fine, coarse = fine[both], coarse[both]
    if many == few and many <= MOST_BANDS:
        return _one_to_one(fine, coarse)
    if fine_words or many < LEAST_VALUES:
        return False
    if few <= MOST_BANDS:
        return _bands(fine, coarse)
    return not coarse_words and abs(_rank_correlation(fine, coarse)) > 0.9999


def _one_to_one(fine: Floats, coarse: Floats) -> bool:
    """Whether next to all rows hold the usual partner of their value, and partners differ."""
    partner = pd.crosstab(fine, coarse).to_numpy()
    return bool(partner.max(axis=1).sum() >= SAME * len(fine) and len(np.unique(partner.argmax(axis=1))) == len(partner))


def _bands(fine: Floats, coarse: Floats) -> bool:
    """Whether `coarse` changes hardly more often than it has values when rows are put in the order of `fine`."""
    step = len(fine) // SOME_ROWS
    if step > 1 and not _bands(fine[::step], coarse[::step]):  # what does not hold of some rows does not hold of all
        return False
    few = len(np.unique(coarse))
    rows = np.lexsort((coarse, fine))
    changes = int((np.diff(coarse[rows]) != 0).sum())
    return changes <= few - 1 + (1 - SAME) * len(fine) / 10


def twins(columns: list[Floats], words: Flags) -> list[tuple[int, int, Floats]]:
    """Pairs of numbers that are the same in many rows and not in others, with 1 where they are, 0 where not, else missing."""
    found = []
    for one, other in combinations([at for at in range(len(columns)) if not words[at]], 2):
        known = ~np.isnan(columns[one]) & ~np.isnan(columns[other])
        same = (columns[one] == columns[other]) & known & (columns[one] != 0)
        if TWINS <= same.mean() <= 1 - TWINS and len(np.unique(columns[one][same])) >= LEAST_VALUES:
            found.append((one, other, np.where(known, same, np.nan).astype(np.float64)))
    return found


def _rank_correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(pd.Series(one).rank(), pd.Series(other).rank())[0, 1])


def shares_of_a_whole(columns: list[Floats], words: Flags, seed: int = 0) -> set[int]:
    """Columns between 0 and 1, often at either end, that never come to more than 1 with another one, and would by chance."""
    able = [at for at, one in enumerate(columns) if not words[at] and _like_a_share(one)]
    order = np.random.default_rng(seed).permutation(len(columns[0]) if columns else 0)
    found = set[int]()
    for one, other in combinations(able, 2):
        within = np.nanmean(columns[one] + columns[other] > 1 + SLACK) <= 1e-3
        by_chance = np.nanmean(columns[one] + columns[other][order] > 1 + SLACK)
        if within and by_chance > OVER_BY_CHANCE:
            found |= {one, other}
    return found


def _like_a_share(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    if len(known) < LEAST_VALUES or known.min() < 0 or known.max() > 1 + SLACK:
        return False
    low, high = (known == 0).mean(), (known >= 1 - SLACK).mean()
    return bool(low >= AT_END and high >= AT_END and 1 - low - high >= BETWEEN)


def wholes(columns: list[Floats], words: Flags, shares: set[int]) -> set[int]:
    """Numbers that are 0 just where all the shares are 0."""
    if not shares:
        return set()
    none = np.all([columns[at] == 0 for at in shares], axis=0)
    if not AT_END <= none.mean() <= 1 - AT_END:
        return set()
    zero = {at: columns[at] == 0 for at in range(len(columns)) if not words[at] and at not in shares}
    return {at for at, flags in zero.items() if (flags & none).sum() >= AGREE * (flags | none).sum()}
