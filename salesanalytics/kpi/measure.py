"""What a KPI is and what comes out of one.

A `Kpi` is a definition: numerator, denominator, unit, and the tables it needs. A `Measure` is its value in one scope and
period, always with its n; with an interval where something is estimated, and with a reason where there is no value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Unit
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.stats.intervals import Interval

SURELY_SOME_LOST = 30  # closed deals among which at least one must have been lost
Reason = Literal[
    "", "table_missing", "column_empty", "none_counted", "no_goal", "goal_reached", "too_few", "not_reached", "dates_not_logged"
]


@dataclass(frozen=True, slots=True)
class Measure:
    """A KPI's value; None with a `reason` where it has none. `n` counts what it rests on (`counted` names it)."""

    value: float | None
    n: int
    counted: str = "deals"
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason = ""
    period: Period | None = None  # where it speaks of another one than was asked for

    @classmethod
    def absent(cls, reason: Reason, n: int = 0, counted: str = "deals") -> "Measure":
        """No value, and why."""
        return cls(None, n, counted, reason=reason)

    @classmethod
    def estimate(
        cls,
        value: float,
        n: int,
        interval: Interval,
        counted: str = "deals",
        numerator: float | None = None,
        denominator: float | None = None,
    ) -> "Measure":
        """A value with its interval."""
        low, high = interval or (None, None)
        return cls(value, n, counted, numerator, denominator, low, high)


@dataclass(frozen=True, eq=False)
class Scope:
    """What a KPI looks at: tables as known on `as_of`, and a period. One scope serves all KPIs of a table, so what several of
    them ask for is found once.
    """

    tables: Known
    period: Period
    as_of: date

    @property
    def deals(self) -> pd.DataFrame:
        """All deals."""
        return self.tables["opportunity"]

    @cached_property
    def closed(self) -> pd.DataFrame:
        """Deals won or lost in the period."""
        deals = self.deals
        return deals[deals["is_closed"] & self.period.holds(deals["closed_on"])]

    @cached_property
    def won(self) -> pd.DataFrame:
        """Deals won in the period."""
        closed = self.closed
        return closed[closed["is_won"]]

    @cached_property
    def open(self) -> pd.DataFrame:
        """Deals open on `as_of`."""
        deals = self.deals
        return deals[~deals["is_closed"]]

    @cached_property
    def goal(self) -> float | None:
        """The quota of the period; None where there is none."""
        return team_quota(self.tables, self.period, self.as_of)

    def over(self, period: Period) -> "Scope":
        """The same, in another period."""
        return Scope(self.tables, period, self.as_of)

    def trailing(self) -> "Scope":
        """The same over the last 12 months."""
        return self.over(trailing_year(self.as_of))

    def at(self, day: date) -> "Scope":
        """The same, as known on an earlier day."""
        return Scope(known_on(self.tables, day), self.period, day)


def keeps_losses(deals: pd.DataFrame) -> bool:
    """Whether the source writes down lost deals at all.

    30 or more deals closed and not one of them lost means that it does not, so there is no win rate.
    """
    closed = int(deals["is_closed"].sum())
    return closed < SURELY_SOME_LOST or int(deals["is_won"].sum()) < closed


@dataclass(frozen=True, slots=True)
class Kpi:
    """One definition; the README's table, the notebooks and the pages all read it from the registry."""

    key: str
    numerator: str
    denominator: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    needs: tuple[str, ...]
    interval: str
    work_out: Callable[[Scope], Measure]

    def measure(self, scope: Scope) -> Measure:
        """Its value in `scope`; absent where a table it needs is not there."""
        missing = [table for table in self.needs if table not in scope.tables]
        return Measure.absent("table_missing") if missing else self.work_out(scope)
