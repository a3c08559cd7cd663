"""Months, quarters and years of a company's calendar.

In: a day and the month the fiscal year starts in. Out: the period that holds the day, its neighbours, and how much of it has
passed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    import pandas as pd

PeriodKind = Literal["month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}
GRACE_DAYS = 10  # records that begin within so many days of a period's start still hold the period


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days `start`..`end`, both included."""

    start: date
    end: date
    kind: PeriodKind = "quarter"

    @property
    def span(self) -> tuple[date, date]:
        """First and last day, as sentences write them."""
        return self.start, self.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def elapsed(self, as_of: date) -> float:
        """Share of its days that have passed at the end of `as_of`, 0..1."""
        return min(max(((as_of - self.start).days + 1) / self.days, 0.0), 1.0)

    def holds(self, days: "pd.Series[Any]") -> "pd.Series[bool]":
        """True for the days within."""
        import pandas as pd  # here: a page needs periods and should not pay for pandas

        return days.between(pd.Timestamp(self.start), pd.Timestamp(self.end))

    def rows_of(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """The rows of a table that speak of exactly these days, by its columns `start` and `end`."""
        import pandas as pd

        return table[(table["start"] == pd.Timestamp(self.start)) & (table["end"] == pd.Timestamp(self.end))]

    def shift(self, steps: int) -> "Period":
        """The period `steps` further on (negative: back)."""
        months = MONTHS[self.kind] * steps
        start = _month_start(self.start, months)
        return Period(start, _month_start(start, MONTHS[self.kind]) - timedelta(days=1), self.kind)

    def year_before(self, whole: "Period") -> "Period":
        """The same days of `whole` a year earlier; all of it where these days are all of it."""
        year_ago = whole.shift(-12 // MONTHS[whole.kind])
        if self.end == whole.end:
            return year_ago
        leap_day = (self.end.month, self.end.day) == (2, 29)
        same_day = self.end.replace(year=self.end.year - 1, **({"day": 28} if leap_day else {}))
        return Period(year_ago.start, min(same_day, year_ago.end), whole.kind)

    def until(self, as_of: date) -> "Period":
        """The part that has passed at the end of `as_of`."""
        return Period(self.start, min(self.end, as_of), self.kind)


def period_of(day: date, kind: str = "quarter", fiscal_year_start: int = 1) -> Period:
    """The period of the company's calendar that holds `day`. ValueError where there is no such `kind` of period."""
    if kind not in MONTHS:
        raise ValueError(f"period is {kind!r}; expected one of {', '.join(MONTHS)}")
    length = MONTHS[kind]
    since = (day.year * 12 + day.month - 1) - (fiscal_year_start - 1)
    first = since - since % length + (fiscal_year_start - 1)
    start = date(first // 12, first % 12 + 1, 1)
    return Period(start, _month_start(start, length) - timedelta(days=1), cast("PeriodKind", kind))


def trailing_year(as_of: date) -> Period:
    """The 365 days that end with `as_of`."""
    return Period(as_of - timedelta(days=364), as_of, "year")


def days_between(earlier: "pd.Series[Any]", later: "pd.Series[Any]") -> "pd.Series[Any]":
    """Days from `earlier` to `later`, with fractions; missing where either is."""
    days: pd.Series[Any] = (later - earlier).dt.total_seconds() / 86_400
    return days


def _month_start(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
