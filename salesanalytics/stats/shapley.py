"""What each factor of a product has to do with a difference between two products: exact, and adding up.

In: the factors of both sides. Out: one part per factor (Shapley 1953; for two products the same as Das Gupta's decomposition,
1993): the mean, over all orders in which the factors could be changed one by one, of what changing it does. Symmetric, and the
parts are the difference. `to_cents` keeps that so after rounding.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np

from salesanalytics.base.types import Floats


def product_parts(before: Floats, after: Floats) -> Floats:
    """The parts of `after.prod(-1) − before.prod(-1)`: arrays of the same shape, the factors along the last axis."""
    count = before.shape[-1]
    parts = np.zeros(np.broadcast_shapes(before.shape, after.shape))
    for at in range(count):
        others = [one for one in range(count) if one != at]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for changed in combinations(others, size):
                kept = [one for one in others if one not in changed]
                rest = after[..., list(changed)].prod(axis=-1) * before[..., kept].prod(axis=-1)
                parts[..., at] += weight * rest * (after[..., at] - before[..., at])
    return parts


def to_cents(parts: Sequence[float], total: float) -> list[float]:
    """`parts` rounded to cents so that they add up to `total`, itself a number of cents: largest remainder."""
    cents = [Fraction(part) * 100 for part in parts]
    whole = [int(part // 1) for part in cents]
    left = round(Fraction(total) * 100) - sum(whole)
    order = sorted(range(len(parts)), key=lambda at: (whole[at] - cents[at], at))
    for step in range(abs(left)):
        whole[order[step % len(order)]] += 1 if left > 0 else -1
    return [float(Fraction(part, 100)) for part in whole]
