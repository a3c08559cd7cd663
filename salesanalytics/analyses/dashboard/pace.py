"""Bookings against the goal: where the team stands, where it usually stood by this day, and where that leads.

In: `opportunity`, `quota` where there is one. Out: one row per day of the period with bookings so far, and the usual course of
past periods. The usual course is the share of a period's final bookings that had been won by the same share of its days, in the
last 8 full periods of this team; where these disagree, the range says so. Expected by now = goal × the usual share. Landing =
bookings so far ÷ the share of each past period: a reading of the past, not a forecast of the open deals.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, running
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.course import LEAST_PERIODS, past_courses, usual_share
from salesanalytics.facts.goal import Origin, goal_of

NEXT_TO_NOTHING = 0.02
EARLY = 0.1  # before a tenth of the period, the little that is won says nothing about its end


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pace(Result):
    """Where the team stands in `period`; money in the base currency.

    `goal`: quota of the period; `origin`: whose quota it is, or whose it is the sum of, `parts` of them; `booked`: won of it so
    far. `table`: one row per day: day, booked (so far; missing after as_of), and usual, low, high: the past courses, drawn to
    the goal, or to the median past period where there is none.
    `expected`: what the goal asks for by as_of; `landing`: lowest, middle and highest end; `won`: deals won so far; `periods`:
    past periods looked at; `open_deals`: deals open on that day, all dates. None: cannot be told.
    """

    goal: float | None
    origin: Origin | None
    parts: int
    booked: float
    won: int
    expected: float | None
    landing: tuple[float, float, float] | None
    periods: int
    open_deals: int


def pace(tables: Tables, *, as_of: date, period: Period) -> Pace:
    """Bookings of `period` up to `as_of` beside the goal and the usual course."""
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    won = deals[deals["is_won"]]
    mine = won[period.holds(won["closed_on"])]
    whole = goal_of(tables, period, as_of)
    goal = None if whole is None else whole.amount
    courses, totals = past_courses(deals[deals["is_closed"]], period)
    booked = float(mine["amount"].sum())
    usual_total = float(np.median(totals)) if len(totals) >= LEAST_PERIODS else None
    table = _table(mine, courses, usual_total if goal is None else goal, period, as_of)
    elapsed = period.elapsed(as_of)
    share = usual_share(courses, elapsed)
    expected = None if goal is None else goal * (float(np.mean(share)) if len(share) else elapsed)
    landing = _landing(booked, share, elapsed)
    waiting = int((~deals["is_closed"]).sum())
    answer = Pace(
        as_of=as_of,
        period=period,
        table=table,
        goal=goal,
        origin=None if whole is None else whole.origin,
        parts=0 if whole is None else whole.parts,
        booked=booked,
        won=len(mine),
        expected=expected,
        landing=landing,
        periods=len(share),
        open_deals=waiting,
    )
    return answer.saying(*(one.of(running(period)) for one in _findings(answer, as_of)))


def _landing(booked: float, share: NDArray[np.float64], elapsed: float) -> tuple[float, float, float] | None:
    """Lowest, usual and highest end that past courses lead to from here.

    None while it is early, and where any past period had won next to nothing by this day: its course would lead anywhere.
    """
    if len(share) < LEAST_PERIODS or elapsed < EARLY or booked <= 0 or share.min() < NEXT_TO_NOTHING:
        return None
    return float(booked / share.max()), float(booked / share.mean()), float(booked / share.min())


def _table(
    mine: pd.DataFrame, courses: list[NDArray[np.float64]], target: float | None, period: Period, as_of: date
) -> pd.DataFrame:
    days = pd.date_range(period.start, period.end, unit="us")
    by_day = mine.groupby("closed_on")["amount"].sum().reindex(days, fill_value=0.0).cumsum()
    table = pd.DataFrame({"day": days, "booked": by_day.where(days <= pd.Timestamp(as_of)).to_numpy()})
    at = (np.arange(len(days)) + 1) / len(days)
    unknown = np.full((1, len(days)), np.nan)
    usual = np.array([np.interp(at, np.linspace(0, 1, 101), course) for course in courses]) if courses else unknown
    scale = target if target is not None else np.nan
    return table.assign(usual=usual.mean(axis=0) * scale, low=usual.min(axis=0) * scale, high=usual.max(axis=0) * scale)


def _findings(found: Pace, as_of: date) -> list[Finding]:
    period = found.period
    span = (period.start, min(period.end, as_of))
    evidence = Evidence(found.won, "won_deals", period=span)
    if found.goal is None and not found.won:
        return [Finding("pace.nothing", "watch", {}, evidence, owner="operations")]
    if found.goal is None:
        return [Finding("pace.no_goal", "watch", {"booked": found.booked, "n": found.won}, evidence, owner="operations")]
    left = found.goal - found.booked
    if left <= 0:
        return [Finding("pace.goal_reached", "good", {"booked": found.booked, "goal": found.goal, "over": -left}, evidence)]
    if as_of >= period.end:
        return [
            Finding("pace.missed", "act", {"booked": found.booked, "goal": found.goal, "left": left}, evidence, weight=left)
        ]
    if period.elapsed(as_of) < EARLY or found.expected is None:
        return [Finding("pace.early", "watch", {"goal": found.goal, "booked": found.booked}, evidence)]
    behind = found.expected - found.booked
    values = {
        "booked": found.booked,
        "goal": found.goal,
        "gap": abs(behind),
        "share": abs(behind) / found.expected if found.expected else 0.0,
        "left": left,
        "expected": found.expected,
        "periods": found.periods,
        "days_left": (period.end - as_of).days,
    }
    if found.periods and not found.won:
        return [Finding("pace.none_yet", "act", values, evidence, weight=found.expected)]
    if found.periods and found.landing is None:
        return [Finding("pace.early", "watch", {"goal": found.goal, "booked": found.booked}, evidence)]
    if found.landing is None:
        key = "pace.behind_plain" if behind > 0 else "pace.ahead_plain"
        return [Finding(key, "watch", values, evidence, weight=max(behind, 0.0))]
    low, middle, high = found.landing
    # a period like the k past ones ends between the lowest and the highest of them with chance (k - 1) / (k + 1)
    level = (found.periods - 1) / (found.periods + 1)
    evidence = Evidence(found.periods, "past_periods", low, high, "money", level, span)
    values |= {"low": low, "landing": middle, "high": high}
    if high < found.goal:
        key = "pace.behind" if found.open_deals else "pace.behind_no_pipeline"
        return [Finding(key, "act", values, evidence, weight=found.goal - middle)]
    if low >= found.goal:
        return [Finding("pace.ahead", "good", values, evidence)]
    key = "pace.open_behind" if behind > 0 else "pace.open_ahead"
    return [Finding(key, "watch", values, evidence, weight=max(found.goal - middle, 0.0))]
