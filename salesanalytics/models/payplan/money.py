"""Cents: rounding and sharing out, exactly.

In: exact fractions of a cent. Out: whole cents. Everything a plan pays is rounded here and nowhere else: half a cent away from
zero (ROUND_HALF_UP), and by largest remainder where parts have to add up to a sum that is already rounded.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from salesanalytics.errors import PlanError

CENTS = Decimal(100)


def cents_of(amount: Decimal) -> int:
    """An amount of money as whole cents. PlanError where it has more than two decimals: nothing is dropped in silence."""
    cents = amount * CENTS
    if cents != cents.to_integral_value():
        raise PlanError(f"{amount} has parts of a cent; credits, quotas and payments are given with two decimals.")
    return int(cents)


def money(cents: int) -> Decimal:
    """Whole cents as an amount with two decimals."""
    return Decimal(cents).scaleb(-2)


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def rounded(exact: Sequence[Fraction]) -> list[int]:
    """Each of `exact` (none below zero) rounded down or up, adding up to their rounded sum; ties to whoever is first."""
    floors = [math.floor(part) for part in exact]
    missing = half_up(sum(exact, Fraction(0))) - sum(floors)
    largest = sorted(range(len(exact)), key=lambda at: (floors[at] - exact[at], at))
    for at in largest[:missing]:
        floors[at] += 1
    return floors


def shared(total: int, weights: Sequence[Fraction]) -> list[int]:
    """`total` cents (at least 0) in proportion to `weights`, adding up to it; to the first where all weights are zero."""
    whole = sum(weights, Fraction(0))
    if not whole:
        return [total if at == 0 else 0 for at in range(len(weights))]
    return rounded([total * weight / whole for weight in weights])
