"""Sharing out a sum of money so that the parts add up to it, to the cent."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def split_cents(amount: float, weights: Sequence[float]) -> NDArray[np.float64]:
    """`amount`, rounded to cents, in proportion to `weights`: largest remainder (Hamilton), ties to whoever comes first.

    Even parts where all weights are zero. ValueError where there is nobody to share with or a number is below zero.
    """
    total = round(Fraction(amount) * 100)
    parts = [Fraction(weight) for weight in weights]
    if not parts or total < 0 or min(parts) < 0:
        raise ValueError(f"{amount} cannot be shared out by {list(weights)}; expected an amount and weights of at least 0")
    whole = sum(parts)
    fair = [total * part / whole if whole else Fraction(total, len(parts)) for part in parts]
    cents = [int(share) for share in fair]
    largest = sorted(range(len(fair)), key=lambda at: (cents[at] - fair[at], at))
    for at in largest[: total - sum(cents)]:
        cents[at] += 1
    return np.array(cents, dtype=np.float64) / 100
