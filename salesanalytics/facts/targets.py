"""What a team is to reach in a period to come: the quota that is set, else last year grown as the business has.

In: `quota` where there is one, `opportunity`. Out: an amount and where it comes from. Never a goal out of nothing: without a
quota and without the same period a year ago there is none, and the reason is said.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from salesanalytics.base.calendar import GRACE_DAYS, MONTHS, Period
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.facts.people import records_begin

Source = Literal["given", "quota", "growth", "last_year"]
GROWTH_BOUNDS = (0.5, 2.0)
SET_BY_PEOPLE = ("given", "quota")
"""Sources of a target that are somebody's word; any other is an assumption of ours, and nothing to act on."""


@dataclass(frozen=True, slots=True)
class Target:
    """`amount` in the base currency; `source`: given by the caller, a quota, last year times `growth`, or last year's as it
    was.

    `amount` and `source` are None where nothing can be said: no quota is set and no such period of an earlier year is
    recorded.
    """

    amount: float | None
    source: Source | None
    growth: float | None = None

    @property
    def assumed(self) -> tuple[str, ...]:
        """What stands in for a target that nobody has set, as a key of words; empty where somebody has."""
        return () if self.source in SET_BY_PEOPLE or self.source is None else (f"target.{self.source}",)


def next_target(tables: Tables, *, as_of: date, period: Period, given: float | None = None) -> Target:
    """The team's target of `period`: `given`, else its quota, else the bookings of the same period in the last year that
    is through by `as_of`, times the growth of the last 365 days over the 365 before, once per year between.
    """
    tables = known_on(tables, as_of)
    if given is not None:
        return Target(float(given), "given")
    quota = team_quota(tables, period, as_of)
    if quota is not None:
        return Target(quota, "quota")
    won = tables["opportunity"][tables["opportunity"]["is_won"]]
    begin = records_begin(tables, as_of)
    years, before = 1, period.shift(-12 // MONTHS[period.kind])
    while before.end > as_of:
        years, before = years + 1, before.shift(-12 // MONTHS[period.kind])
    booked = float(won.loc[before.holds(won["closed_on"]), "amount"].sum())
    if begin > pd.Timestamp(before.start) + pd.Timedelta(days=GRACE_DAYS) or booked <= 0:
        return Target(None, None)
    growth = _growth(won, begin, as_of)
    return Target(booked, "last_year") if growth is None else Target(booked * growth**years, "growth", growth)


def _growth(won: pd.DataFrame, begin: pd.Timestamp, as_of: date) -> float | None:
    """Bookings of the last 365 days over those of the 365 before; None where the records do not reach back two years."""
    year = timedelta(days=365)
    if begin > pd.Timestamp(as_of - 2 * year) + pd.Timedelta(days=GRACE_DAYS):
        return None
    last, before = (
        float(won.loc[Period(end - year + timedelta(days=1), end, "year").holds(won["closed_on"]), "amount"].sum())
        for end in (as_of, as_of - year)
    )
    return min(max(last / before, GROWTH_BOUNDS[0]), GROWTH_BOUNDS[1]) if before > 0 else None
