"""What pages state on past days of the second world, beside what came: ranges and chances, one row each.

Out: columns promise, ahead (weeks or quarters), low, middle, high (80%), actual, chance, came. Nothing that is asked can look
ahead (`tests/test_look_ahead.py`), so a world is made once and asked on its past days.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from _world.company import FIRST, LAST, SEATS, World
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.rep_landings import rep_landings
from salesanalytics.analyses.planning.bookings import bookings_forecast
from salesanalytics.analyses.planning.capacity import capacity
from salesanalytics.analyses.planning.quota_plan import quota_plan
from salesanalytics.base.calendar import Period, period_of

QUARTERS = 6  # last ones whose landing is foretold
WEEKS = (1, 5, 9)
AHEAD = 4  # quarters ahead, so many and one of them before the last day
STEP = 1
COLUMNS = ["promise", "ahead", "low", "middle", "high", "actual", "chance", "came"]


def promises(world: World, asked: tuple[str, ...] = ("landing", "rep", "capacity", "quota", "months")) -> pd.DataFrame:
    """All that is stated of this world on its past days."""
    rows = [
        row
        for name in asked
        for row in {"landing": _landing, "rep": _reps, "capacity": _capacity, "quota": _quota, "months": _months}[name](world)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _booked(world: World, first: date, last: date) -> float:
    day = world.won[:, 0]
    return float(world.won[(day >= (first - FIRST).days) & (day <= (last - FIRST).days), 1].sum())


def _last_quarters(count: int, back: int = 0) -> list[Period]:
    last = period_of(LAST)
    return [last.shift(-at) for at in range(back + count - 1, back - 1, -1)]


def _landing(world: World) -> Iterator[tuple[object, ...]]:
    for quarter in _last_quarters(QUARTERS):
        for week in WEEKS:
            found = landing(world.tables, as_of=quarter.start + timedelta(days=7 * week - 1), period=quarter, draws=2000)
            if found.middle is not None:
                actual = _booked(world, quarter.start, quarter.end)
                came = found.goal is not None and actual >= found.goal
                yield "landing", week, found.low, found.middle, found.high, actual, found.p_hit, came


def _reps(world: World) -> Iterator[tuple[object, ...]]:
    """Of each seller with deals. The quota of one is a seat's part of the team's, more or less."""
    opportunities, quotas = world.tables["opportunity"], world.tables["quota"]
    rng = np.random.default_rng(len(opportunities))
    own = [
        quotas.assign(scope="rep", scope_id=rep, amount=quotas["amount"] / SEATS * rng.uniform(0.6, 1.2, len(quotas)))
        for rep in world.tables["rep"]["rep_id"]
    ]
    tables = {**world.tables, "quota": pd.concat([quotas, *own], ignore_index=True)}
    for quarter in _last_quarters(QUARTERS):
        won = opportunities[opportunities["is_won"] & opportunities["closed_on"].dt.date.between(quarter.start, quarter.end)]
        actual = won.groupby("owner_rep_id")["amount"].sum()
        for week in WEEKS:
            found = rep_landings(tables, as_of=quarter.start + timedelta(days=7 * week - 1), period=quarter)
            for row in found.table.to_dict("records"):
                came = float(actual.get(row["rep_id"], 0.0))
                yield "rep", week, row["low"], row["likely"], row["high"], came, row["p_quota"], came >= row["quota"]


def _capacity(world: World) -> Iterator[tuple[object, ...]]:
    """With the hires that were made in these months as the plan's: who starts when is a plan's to say, and not a forecast's."""
    for quarter in _last_quarters(3, AHEAD - 1):
        found = capacity(
            world.tables, as_of=quarter.start - timedelta(days=1), months=3 * AHEAD, hires=_hired(world, quarter.start)
        )
        for ahead, row in enumerate(found.quarters.to_dict("records"), 1):
            if row["end"] <= LAST:
                actual = _booked(world, row["start"], row["end"])
                yield "capacity", ahead, row["low"], row["median"], row["high"], actual, row["p"], actual >= row["target"]


def _hired(world: World, first: date) -> list[int]:
    """How many start in each of the months ahead."""
    on = world.tables["rep"]["hire_date"].dropna()
    months = [(day.year - first.year) * 12 + day.month - first.month for day in on if day.date() >= first]
    return np.bincount([month for month in months if month < 3 * AHEAD], minlength=3 * AHEAD).tolist()


def _quota(world: World) -> Iterator[tuple[object, ...]]:
    for quarter in _last_quarters(QUARTERS):
        found = quota_plan(world.tables, as_of=quarter.start - timedelta(days=1), period=quarter)
        if found.landing is not None:
            actual = _booked(world, quarter.start, quarter.end)
            goal = found.target.amount
            yield "quota", 1, *found.landing, actual, found.p_team, goal is not None and actual >= goal


def _months(world: World) -> Iterator[tuple[object, ...]]:
    """Single months, and the sum over twelve of them."""
    for quarter in _last_quarters(2, AHEAD - 1):
        as_of = quarter.start - timedelta(days=1)
        found = bookings_forecast({"t": world.tables}, as_of=as_of)
        rows = found.table[(found.table["team_id"] == "t") & (found.table["kind"] == "forecast")]
        for ahead, row in enumerate(rows.head(12).to_dict("records"), 1):
            first = row["ds"].date()
            last = (row["ds"] + pd.offsets.MonthEnd(0)).date()
            if last <= LAST:
                yield "month", ahead, row["lo_80"], row["mean"], row["hi_80"], _booked(world, first, last), np.nan, False
        year = found.landing[found.landing["team_id"] == "t"].iloc[0]
        actual = _booked(world, year["year_start"].date(), year["year_end"].date())
        if year["year_end"].date() <= LAST and year["months_left"] == 12:
            yield "year", 12, year["low"], year["landing"], year["high"], actual, np.nan, False
