"""How the bookings of past periods built up: what is usual by a day, instead of a straight line.

In: closed deals (one row per deal) and the period that runs. Out: one course per past full period, as the share of its final
bookings that had been won by each hundredth of its days. Never the running period, nor one the data hold only in part.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import GRACE_DAYS, Period
from salesanalytics.base.types import Floats

PAST_PERIODS = 8
LEAST_PERIODS = 4
LEAST_DEALS = 5  # a past period with fewer won deals says nothing about a course


def past_courses(closed: pd.DataFrame, period: Period) -> tuple[list[Floats], list[float]]:
    """The past periods with enough deals, and their final bookings.

    A course is the share of its period's final bookings won by each hundredth of its days, 0 to 100; no courses where fewer
    than 4 periods can be used.
    """
    courses, totals = [], []
    won, known_since = closed[closed["is_won"]], closed["closed_on"].min()
    for back in range(1, PAST_PERIODS + 1):
        past = period.shift(-back)
        if not known_since <= pd.Timestamp(past.start) + pd.Timedelta(days=GRACE_DAYS):
            break  # the data begin within this period, so its course would begin too late
        rows = won[past.holds(won["closed_on"])]
        total = float(rows["amount"].sum())
        if len(rows) < LEAST_DEALS or total <= 0:
            continue
        offset = (rows["closed_on"] - pd.Timestamp(past.start)).dt.days.to_numpy() + 1
        by_day = np.bincount(offset, weights=rows["amount"], minlength=past.days + 1)[: past.days + 1]
        courses.append(np.interp(np.linspace(0, 1, 101), np.arange(past.days + 1) / past.days, np.cumsum(by_day) / total))
        totals.append(total)
    return (courses, totals) if len(courses) >= LEAST_PERIODS else ([], totals)


def usual_share(courses: list[Floats], elapsed: float) -> Floats:
    """Share of its final bookings each past period had won when `elapsed` of its days had passed."""
    return np.array([np.interp(elapsed, np.linspace(0, 1, 101), course) for course in courses])
