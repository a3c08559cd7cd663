"""How new sellers come up to speed.

True effect: a seller opens `CURVE[tenure month]` of what a full seller opens; from month 9 on it is 1. The curve is the
same for those who leave and those who stay, so dropping leavers changes nothing but the number of people. Bookings follow a
sales cycle later: a naive ramp read from bookings is about two months too slow for what people do, and right for what they
bring in.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

CURVE = np.array([0.10, 0.24, 0.38, 0.52, 0.65, 0.76, 0.86, 0.93, 0.97, 1.0])
DAYS_PER_MONTH = 30.4375


def productivity(tenure_days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a full seller's new opportunities at a tenure in days."""
    month = np.clip(tenure_days / DAYS_PER_MONTH, 0, len(CURVE) - 1).astype(np.int64)
    return np.asarray(CURVE[month])


def truth() -> dict[str, Any]:
    """What is planted about ramping up."""
    return {
        "unit": "share of a fully ramped seller's opportunities opened per working day, by completed months of tenure",
        "curve": {str(month): value for month, value in enumerate(CURVE.tolist())},
        "full_from_month": len(CURVE) - 1,
        "first_month_at_80_percent": int(np.argmax(CURVE >= 0.8)),
        "acts_on": "opportunities created by ae and am, counted at opportunity.created_at for the rep who opened them",
    }
