"""The deals as they stood on any past day, fast: for questions that look back at many days at once.

In: tables as known on a day. Out: `Book`, whose `open_on(day)` gives the deals open at the end of that day with stage, amount,
expected close and time in stage of then. What `data.as_of.known_on` does table by table, done once with sorted change logs.
Never shows a value set after the day asked for; where a source keeps no change log, stage is `unknown` and amounts are
today's.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import GRACE_DAYS, Period
from salesanalytics.base.types import Flags, Floats, Ints, Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.past_deals import UNKNOWN, first_known, guess_is_lost
from salesanalytics.data.tables.teams import calendar_day, deal_team, spans
from salesanalytics.facts.stages import stage_moves

FAR = 10**6
"""A day number that never comes."""
_SPAN = 4 * FAR


@dataclass(frozen=True, slots=True)
class Log:
    """Values of one field over time: `key` = deal × span + day set, sorted; `value` from that day on."""

    key: Ints
    value: NDArray[Any]
    day: Ints

    def at(self, deal: Ints, day: int) -> tuple[NDArray[Any], Ints]:
        """Value of each deal at the end of `day`, and the day it was set."""
        place = np.searchsorted(self.key, deal * _SPAN + FAR + day, side="right") - 1
        return self.value[place], self.day[place]


@dataclass(frozen=True, slots=True)
class States:
    """Open deals of one day: place in the book, stage, amount (nan: none), expected close (FAR: none), days in stage (-1)."""

    deal: Ints
    stage: NDArray[Any]
    amount: Floats
    expected: Ints
    since: Ints


@dataclass(frozen=True, slots=True)
class Book:
    """All deals as arrays, in the order of `opportunity`; days count from 1970-01-01; `team` is a place in `teams`."""

    ids: NDArray[Any]
    created: Ints
    closed: Ints
    won: NDArray[np.bool_]
    amount: Floats
    team: Ints
    teams: tuple[str, ...]
    stage: Log
    amounts: Log
    expected: Log
    has_stages: bool
    undated: Flags
    """Open deals of which nobody knows when they were created: in today's pipeline, but in no earlier one."""

    @property
    def has_dates(self) -> bool:
        """Whether it is known when deals were expected to close on past days."""
        return bool((self.expected.value < FAR).any())

    def open_on(self, day: int) -> States:
        """The deals open at the end of `day`."""
        deal = np.flatnonzero((self.created <= day) & (self.closed > day))
        stage, entered = self.stage.at(deal, day)
        since = np.where(entered > -FAR, day - entered, -1)
        return States(deal, stage, self.amounts.at(deal, day)[0], self.expected.at(deal, day)[0], since)

    def won_between(self, first: int, last: int) -> NDArray[np.bool_]:
        """Deals won on the days `first`..`last`."""
        return np.asarray(self.won & (self.closed >= first) & (self.closed <= last))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def numbers(days: "pd.Series[Any]", missing: int) -> Ints:
    """Day numbers of a column of days; `missing` where there is none."""
    number = (days - pd.Timestamp(1970, 1, 1)).dt.days
    return number.fillna(missing).to_numpy().astype(np.int64)


@once
def book(tables: Tables, as_of: date) -> Book:
    """The deals of `tables`, as known on `as_of`."""
    tables = known_on(tables, as_of)
    deals = tables["opportunity"].sort_values("opportunity_id", kind="stable", ignore_index=True)
    history = tables.get("opportunity_history")
    logged = history is not None and bool((history["field"] == "stage").any())
    created = numbers(calendar_day(first_known(deals, history), tables.timezone), FAR)
    closed = numbers(deals["closed_on"], FAR)
    undated = (created == FAR) & (closed == FAR)
    created = np.where(undated, day_number(as_of), created)
    teams = deal_team(deals, spans(tables), as_of, tables.timezone) if "rep" in tables else pd.Series("", index=deals.index)
    amount = deals["amount"].to_numpy(dtype=np.float64)
    team, names = pd.factorize(teams.fillna(""), sort=True)
    return Book(
        deals["opportunity_id"].to_numpy(dtype=object),
        created,
        closed,
        deals["is_won"].to_numpy(dtype=bool),
        np.nan_to_num(amount),
        team.astype(np.int64),
        tuple(str(name) for name in names),
        _stages(tables, deals, created, logged=logged),
        _log(history, deals, "amount", amount),
        _expected(deals, history, tables, as_of),
        logged,
        undated,
    )


def _stages(tables: Tables, deals: pd.DataFrame, created: Ints, *, logged: bool) -> Log:
    """Stage of each deal by day entered; without a log `unknown`, entered when the deal was created."""
    everyone = np.arange(len(deals))
    first = np.full(len(deals), UNKNOWN, dtype=object)
    if not logged:
        return _sorted(everyone, np.where(created < FAR, created, -FAR), first)
    moves = stage_moves({"opportunity_history": tables["opportunity_history"], "opportunity": deals})
    place = _places(moves["opportunity_id"], deals)
    kept = place >= 0
    days = numbers(moves["changed_on"], -FAR)[kept]
    return _sorted(
        np.append(everyone, place[kept]),
        np.append(np.full(len(deals), -FAR), days),
        np.append(first, moves["stage"].to_numpy(dtype=object)[kept]),
    )


def _log(history: pd.DataFrame | None, deals: pd.DataFrame, field: str, present: NDArray[Any]) -> Log:
    """Values of a field by day: before its first change what that change replaced, without changes the present one."""
    everyone, start = np.arange(len(deals)), np.full(len(deals), -FAR)
    if history is None or not (history["field"] == field).any():
        return _sorted(everyone, start, present)
    rows = history[history["field"] == field].sort_values(["opportunity_id", "changed_at"], kind="stable")
    place = _places(rows["opportunity_id"], deals)
    rows, place = rows[place >= 0], place[place >= 0]
    first = ~pd.Series(place).duplicated().to_numpy()
    before = present.copy()
    before[place[first]] = _typed(rows["old_value"], present.dtype)[first]
    return _sorted(
        np.append(everyone, place),
        np.append(start, numbers(rows["changed_on"], -FAR)),
        np.append(before, _typed(rows["new_value"], present.dtype)),
    )


def _expected(deals: pd.DataFrame, history: pd.DataFrame | None, tables: Known, as_of: date) -> Log:
    """The expected close by day; of deals whose guesses nobody logged, today's is known and no earlier one.

    Where no guess was logged at all there is none today either: nothing was learnt that it could be held against.
    """
    present = numbers(deals["expected_close_date"], FAR)
    lost = guess_is_lost(deals, history, tables.end).to_numpy(dtype=bool)
    if lost.all():
        return _sorted(np.arange(len(deals)), np.full(len(deals), -FAR), np.full(len(deals), FAR))
    log = _log(history, deals, "expected_close_date", present)
    deal = log.key // _SPAN
    return _sorted(
        np.append(deal, np.flatnonzero(lost)),
        np.append(log.day, np.full(int(lost.sum()), day_number(as_of))),
        np.append(np.where(lost[deal], FAR, log.value), present[lost]),
    )


def _typed(values: "pd.Series[Any]", dtype: object) -> NDArray[Any]:
    """History keeps everything as text; money and days are read again."""
    if dtype == np.float64:
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    codes, texts = pd.factorize(values)
    days = numbers(pd.Series(pd.to_datetime(pd.Series(texts, dtype=object), errors="coerce", format="ISO8601")), FAR)
    return np.asarray(np.append(days, FAR)[codes])


def _places(ids: "pd.Series[Any]", deals: pd.DataFrame) -> Ints:
    return np.asarray(pd.Index(deals["opportunity_id"]).get_indexer(pd.Index(ids)), dtype=np.int64)


def _sorted(deal: Ints, day: Ints, value: NDArray[Any]) -> Log:
    order = np.lexsort((np.arange(len(deal)), day, deal))
    return Log(deal[order] * _SPAN + FAR + day[order], value[order], day[order])


def past_periods(of: Book, as_of: date, period: Period, most: int) -> list[Period]:
    """Full periods like `period` that ended by `as_of` and begin within the data, oldest first."""
    if not len(of.closed) or of.closed.min() == FAR:
        return []
    periods: list[Period] = []
    steps = -1
    while len(periods) < most:
        past = period.shift(steps)
        if of.closed.min() > day_number(past.start) + GRACE_DAYS:
            break
        if past.end <= as_of:
            periods.append(past)
        steps -= 1
    return periods[::-1]
