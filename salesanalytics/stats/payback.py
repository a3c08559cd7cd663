"""What rows bring in the days after they came, and when that covers what one of them cost; some were not followed for long.

In: one row per thing that came (a lead, say): its age in days, the days after which it brought an amount (infinite: not yet),
and the amount. Out: the course of the amount per row, and months until it covers a cost with an interval.
"""

import numpy as np

from salesanalytics.base.types import Floats

MONTH = 365.25 / 12
DRAWS = 1000


def course(age: Floats, wins: Floats, amount: Floats, within: float) -> tuple[Floats, Floats]:
    """Days since arrival, and the amount per row by then; begins with 0.

    Each win counts for all rows of which as many days have been seen (Bang & Tsiatis 2000).
    """
    seen = np.flatnonzero((wins <= within) & (wins <= age))
    seen = seen[np.argsort(wins[seen], kind="stable")]
    old_enough = len(age) - np.searchsorted(np.sort(age), wins[seen], side="left")
    return np.append(0.0, wins[seen]), np.append(0.0, np.cumsum(amount[seen] / old_enough))


def months_to_cover(days: Floats, brought: Floats, cost: float) -> float:
    """Months from arrival until a course covers `cost`; infinite where it never does."""
    place = int(np.searchsorted(brought, cost))
    return float(days[place] / MONTH) if place < len(days) else np.inf


def cover_interval(
    age: Floats, wins: Floats, worth: Floats, within: float, cost: float, draw: np.random.Generator, level: float = 0.95
) -> tuple[float, float]:
    """Interval of the months until a course covers `cost`; its high end may be infinite.

    `worth`: draws of what a row brings `within` so many days (`stats.worth`). Each is laid over the days on which wins came,
    weighted anew by a Bayesian bootstrap (Rubin 1981).
    """
    days, risen = course(age, wins, np.ones(len(age)), within)
    weight = np.diff(risen) * draw.exponential(size=(DRAWS, len(days) - 1))
    part = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
    covered = worth[:DRAWS, None] * part >= cost
    first = np.where(covered.any(axis=1), days[1:][covered.argmax(axis=1)], np.inf)
    tail = (1 - level) / 2
    low, high = np.quantile(first / MONTH, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)
