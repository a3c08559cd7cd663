"""Sums of amounts whose number is a matter of chance too: what such a stretch of days brings, and whether two of them differ.

In: the amounts of single events (lost deals, say), one value per event. Out: an interval of the expected sum, and the p-value
of "both stretches of days are alike". No distribution of the amounts is assumed.
"""

from itertools import product

import numpy as np
from scipy import stats

from salesanalytics.base.types import Floats
from salesanalytics.stats.draws import draws_at_once

DRAWS = 4999
MOST_EXACT = 12  # events up to which every way to share them out is looked at


def sum_interval(amounts: Floats, largest: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of the expected sum of independent events, each counted with its amount (Fay & Feuer 1997).

    `largest`: the largest amount an event may have; what was never seen may still come. Without events it is that of none.
    """
    tail, total, variance = (1 - level) / 2, float(amounts.sum()), float((amounts**2).sum())
    low = float(stats.gamma.ppf(tail, total**2 / variance, scale=variance / total)) if total > 0 else 0.0
    more, wider = total + largest, variance + largest**2
    return low, float(stats.gamma.ppf(1 - tail, more**2 / wider, scale=wider / more)) if more > 0 else 0.0


def difference_of_sums(now: Floats, before: Floats, largest: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of the difference (now − before) of two expected sums, from the interval of each (MOVER; Zou & Donner 2008)."""
    one, other = float(now.sum()), float(before.sum())
    (low, high), (low_before, high_before) = sum_interval(now, largest, level), sum_interval(before, largest, level)
    change = one - other
    least = change - float(np.hypot(one - low, high_before - other))
    return least, change + float(np.hypot(high - one, other - low_before))


def p_alike(now: Floats, before: Floats, share: float, seed: int = 0) -> float:
    """p-value (two-sided) of "an event is as likely, and as large, now as before".

    If so, each event falls into the present days with chance `share` (their part of all days), whatever its amount: the sum is
    held against all ways to share the events out, or against 4,999 of them where they are many.
    """
    amounts = np.concatenate([now, before])
    seen, slack = float(now.sum()), 1e-9 * float(amounts.sum())
    if not len(amounts):
        return 1.0
    if len(amounts) <= MOST_EXACT:
        ways = np.array(list(product((0.0, 1.0), repeat=len(amounts))))
        chance = share ** ways.sum(axis=1) * (1 - share) ** (len(amounts) - ways.sum(axis=1))
        sums = ways @ amounts
        above, below = float(chance[sums >= seen - slack].sum()), float(chance[sums <= seen + slack].sum())
    else:
        draw, rows = np.random.default_rng(seed), draws_at_once(len(amounts))
        sums = np.concatenate(
            [(draw.random((min(rows, DRAWS - at), len(amounts))) < share) @ amounts for at in range(0, DRAWS, rows)]
        )
        above, below = (float((1 + side.sum()) / (DRAWS + 1)) for side in (sums >= seen - slack, sums <= seen + slack))
    return min(2 * min(above, below), 1.0)
