"""How content buyers and employees are, and when it changes.

True effects: a share of buyer answers is positive, neutral or negative; for one product the shares turn from a given day
on, for all teams and languages alike. Employees are less content under managers from whom more people leave. The share in
the answers is the planted one: who answers does not depend on mood. A classifier that counts its own labels is off by its
errors, most where the shares are lopsided.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats
from salesanalytics.demo.calendar import number
from salesanalytics.demo.settings import Settings, month_before

POLARITY = ("positive", "neutral", "negative")
BUYER = (0.64, 0.16, 0.20)
AFTER_LOSS = (0.34, 0.24, 0.42)
DROPPED_PRODUCT, DROPPED = "Helix Gateway", (0.30, 0.16, 0.54)
DROP_AT = 0.70
EMPLOYEE = (0.52, 0.18, 0.30)
PER_MANAGER_FACTOR = 0.35
"""How much the share of positive employee answers falls when the manager's leaving factor rises by one."""
SECOND_ASPECT_AGREES = 0.80


def drop_from(settings: Settings) -> int:
    """Day number from which the one product disappoints: the first of a month."""
    return number(month_before(settings.day(DROP_AT), 0))


def buyer_polarity(won: NDArray[np.bool_], dropped: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """Mood of each buyer's answer: 0 positive, 1 neutral, 2 negative."""
    shares = np.where(dropped[:, None], DROPPED, np.where(won[:, None], BUYER, AFTER_LOSS))
    return _draw(shares, rng)


def employee_polarity(factor: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Mood of each employee's answer, given the manager's leaving factor."""
    return _draw(employee_shares(factor), rng)


def employee_shares(factor: Floats) -> Floats:
    """Shares of positive, neutral and negative answers by manager's leaving factor."""
    positive = np.clip(EMPLOYEE[0] - PER_MANAGER_FACTOR * (factor - 1), 0.05, 0.78)
    return np.column_stack([positive, np.full_like(positive, EMPLOYEE[1]), 1 - positive - EMPLOYEE[1]])


def _draw(shares: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.asarray(np.minimum((rng.random(len(shares))[:, None] > np.cumsum(shares, axis=1)).sum(axis=1), 2))


def truth(settings: Settings, teams: list[str], factor: Floats) -> dict[str, Any]:
    """What is planted about feedback."""
    first = np.datetime64("1970-01-01") + drop_from(settings)
    return {
        "unit": "share of answers that are positive, neutral, negative; row by row in truth_feedback.parquet (not a table)",
        "buyer_after_won": dict(zip(POLARITY, BUYER, strict=True)),
        "buyer_after_lost": dict(zip(POLARITY, AFTER_LOSS, strict=True)),
        "product_drop": {
            "product": DROPPED_PRODUCT,
            "from_day": str(first),
            "after": dict(zip(POLARITY, DROPPED, strict=True)),
        },
        "employee_by_team": {
            team: dict(zip(POLARITY, row, strict=True))
            for team, row in zip(teams, employee_shares(factor).tolist(), strict=True)
        },
        "second_aspect_has_same_mood": SECOND_ASPECT_AGREES,
    }
