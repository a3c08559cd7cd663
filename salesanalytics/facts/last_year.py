"""The same days a year before: what a number of a period is compared with, where the records reach back so far.

In: deals, a period, a day. Out: the days, and the bookings of them; None where the data begin within them.
"""

from datetime import date, timedelta

from salesanalytics.base.calendar import GRACE_DAYS, Period
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on


def same_days(tables: Tables, period: Period, as_of: date, *, whole: bool = False) -> Period | None:
    """The days of `period` that have passed by `as_of` (`whole`: all of them), a year earlier."""
    tables = known_on(tables, as_of)
    asked = period if whole else period.until(as_of)
    before = asked.year_before(period)
    closed = tables["opportunity"]["closed_on"].min()
    return before if closed == closed and closed.date() <= before.start + timedelta(days=GRACE_DAYS) else None


def booked_then(tables: Tables, period: Period, as_of: date, *, whole: bool = False) -> float | None:
    """Bookings of the same days a year earlier (`whole`: of the whole period then)."""
    days = same_days(tables, period, as_of, whole=whole)
    if days is None:
        return None
    deals = known_on(tables, as_of)["opportunity"]
    return float(deals.loc[deals["is_won"] & days.holds(deals["closed_on"]), "amount"].sum())
