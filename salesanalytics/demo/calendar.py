"""Time as the company lives it: working days only, eight to five UTC.

Events are placed on one axis of working time: the whole part of a position counts working days, the rest is the share of the
working day that has passed. So a later position is always a later moment, nothing happens on a weekend by accident, and a
duration of 5.0 is a working week. Days are kept as whole numbers since 1970-01-01, moments as seconds since then.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.settings import Settings

OPENS_AT, HOURS = 8, 9
EPOCH = date(1970, 1, 1)
HOLIDAYS = ((1, 1), (5, 1), (12, 25), (12, 26))
LEAD_IN_DAYS, LEAD_OUT_DAYS = 120, 900


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Calendar:
    """The working days from a little before the first deal until well after `as_of`."""

    settings: Settings

    @cached_property
    def days(self) -> Ints:
        """Working days as day numbers, one per position."""
        first = self.settings.deals_from - timedelta(days=LEAD_IN_DAYS)
        last = self.settings.as_of + timedelta(days=LEAD_OUT_DAYS)
        every = np.arange(np.datetime64(first), np.datetime64(last))
        closed = [np.datetime64(date(year, *day)) for year in range(first.year, last.year + 1) for day in HOLIDAYS]
        return every[np.is_busday(every, holidays=closed)].astype(np.int64)

    @cached_property
    def _positions(self) -> Ints:
        return np.searchsorted(self.days, np.arange(self.days[0], self.days[-1] + 1)).astype(np.int64)

    @cached_property
    def now(self) -> float:
        """Position just after the last working moment of `as_of`: what lies before it has happened."""
        return float(np.searchsorted(self.days, number(self.settings.as_of), side="right"))

    @property
    def end(self) -> float:
        """Last usable position."""
        return float(len(self.days) - 5)

    def position(self, day: Ints | int) -> Ints:
        """Position of the first working day on or after `day`; days off the axis are moved to its ends."""
        return np.asarray(self._positions[np.clip(np.asarray(day) - self.days[0], 0, len(self._positions) - 1)])

    def at(self, day: date) -> float:
        """Position of the first working moment on or after `day`."""
        return float(self.position(number(day)))

    def day(self, position: Floats) -> Ints:
        """Day number of a position."""
        return self.days[position.astype(np.int64)]

    def moment(self, position: Floats) -> Ints:
        """Seconds since 1970-01-01 of a position."""
        whole = position.astype(np.int64)
        seconds = ((position - whole) * (HOURS * 3600)).astype(np.int64)
        return self.days[whole] * 86_400 + OPENS_AT * 3600 + seconds

    @cached_property
    def month(self) -> Ints:
        """Months since 1970-01 of each position."""
        return months(self.days)

    def _starts(self, width: int) -> tuple[Ints, Ints]:
        """For each position: where its period of `width` months starts, and where the next one does."""
        period = self.month // width
        first = np.searchsorted(period, period, side="left")
        after = np.searchsorted(period, period, side="right")
        return first.astype(np.int64), after.astype(np.int64)

    @cached_property
    def month_spans(self) -> tuple[Ints, Ints]:
        """Start of each position's month, and of the month after."""
        return self._starts(1)

    @cached_property
    def quarter_spans(self) -> tuple[Ints, Ints]:
        """Start of each position's quarter, and of the quarter after."""
        return self._starts(3)


def months(days: Ints) -> Ints:
    """Months since 1970-01 of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_number(day: date) -> int:
    """Months since 1970-01 of a day."""
    return (day.year - 1970) * 12 + day.month - 1


def month_end(days: Ints, width: int = 1) -> Ints:
    """Last day of the month, or of the `width`-month period, that holds each day."""
    after = (months(days) // width + 1) * width
    return after.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
