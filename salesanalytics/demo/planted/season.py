"""When deals are opened and when they close: trend, months of the year, the end of the quarter.

True effects: opportunities opened follow the month's factor and a yearly growth; closings gather at the end of month and
quarter; and some deals that would close early in a quarter are pulled into the last days of the quarter before, won and
lost alike. Pulling moves bookings and makes none. A naive look at quarter ends, or at a bonus paid for one of them, sees a
jump and takes it for a gain.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats
from salesanalytics.demo.calendar import Calendar, month_number

MONTH = np.array([1.02, 1.06, 1.10, 1.02, 1.00, 0.98, 0.86, 0.74, 1.08, 1.14, 1.10, 0.90])
YEARLY_GROWTH = 0.08
TO_QUARTER_END, TO_MONTH_END = 0.26, 0.20
PULL_WINDOW_DAYS = 18
PULLED, PULLED_FROM_JANUARY, PULLED_BY_SPIFF = 0.20, 0.32, 0.50


@dataclass(frozen=True, slots=True)
class Spiff:
    """A bonus for one quarter's end: which teams (by place) it was for, and the day the next quarter starts."""

    teams: NDArray[np.int64]
    next_quarter: date


def created_factor(calendar: Calendar, position: Floats) -> Floats:
    """Relative number of opportunities opened at `position`: season times trend."""
    month = calendar.month[position.astype(np.int64)]
    years = (month - month_number(calendar.settings.history_from)) / 12
    return np.asarray(MONTH[month % 12] / MONTH.mean() * (1 + YEARLY_GROWTH) ** years)


def shift_closings(
    calendar: Calendar, entered: Floats, natural: Floats, team: NDArray[np.int64], spiff: Spiff, rng: np.random.Generator
) -> Floats:
    """Positions at which deals really leave the last stage, given when they entered it and when they would have left.

    Later towards the end of month or quarter, or earlier into the quarter before; always after `entered`.
    """
    draw, place = rng.random((2, len(natural)))
    whole = np.minimum(natural, calendar.end).astype(np.int64)
    quarter_starts, quarter_ends = calendar.quarter_spans
    month_ends = calendar.month_spans[1]
    left = quarter_ends[whole] - natural
    late = np.where((left < 35) & (draw < TO_QUARTER_END), quarter_ends[whole] - 9 * place**2 - 0.01, natural)
    to_month = (left >= 35) & (draw < TO_MONTH_END)
    late = np.where(to_month, month_ends[whole] - 4 * place**2 - 0.01, late)
    start = quarter_starts[whole]
    earlier = start - 6 * place**2 - 0.01
    pull = (natural - start < PULL_WINDOW_DAYS) & (draw < _pull_share(calendar, start, team, spiff)) & (earlier > entered + 0.3)
    return np.where(pull, earlier, np.maximum(natural, late))


def _pull_share(calendar: Calendar, start: NDArray[np.int64], team: NDArray[np.int64], spiff: Spiff) -> Floats:
    share = np.where(calendar.month[start] % 12 == 0, PULLED_FROM_JANUARY, PULLED)
    sped = (start == calendar.at(spiff.next_quarter)) & np.isin(team, spiff.teams)
    return np.where(sped, PULLED_BY_SPIFF, share)


def truth() -> dict[str, Any]:
    """What is planted about time."""
    factor = (MONTH / MONTH.mean()).tolist()
    return {
        "opportunities_created": {
            "unit": "factor on opportunities opened per seller and working day",
            "month_factor": {str(month + 1): value for month, value in enumerate(factor)},
            "yearly_growth": YEARLY_GROWTH,
            "note": "headcount grows besides; bookings follow a sales cycle later, see bookings_expected_by_month",
        },
        "closing_days": {
            "unit": "share of deals that leave Negotiation, won and lost alike",
            "moved_to_last_9_working_days_of_quarter": {
                "share": TO_QUARTER_END,
                "of": "natural close within 35 working days before quarter end",
            },
            "moved_to_last_4_working_days_of_month": {"share": TO_MONTH_END, "of": "all others"},
        },
        "pull_forward": {
            "unit": "share of the deals due early in a quarter that close in the last 6 working days before it instead",
            "due_within_working_days": PULL_WINDOW_DAYS,
            "share": PULLED,
            "share_from_first_quarter_into_december": PULLED_FROM_JANUARY,
            "share_under_the_quarter_end_spiff": PULLED_BY_SPIFF,
            "effect_on_bookings_over_both_quarters": 0.0,
            "condition": "only deals that entered Negotiation in time, so the realised share is a little lower",
        },
    }
