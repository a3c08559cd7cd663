"""The goal ladder: from the year's goal down to the day, what has to be booked from today on, and what that takes.

In: `opportunity`, `quota`, and `activity` where it is kept. Out: one row per rung: year, quarter, month, week, day. A goal that
is set for exactly these days holds. Any other rung has to end with what is won in it so far and the part of what the nearest
longer goal still lacks that usually comes by then: on the course of past periods (`facts.course`; a year's by its quarters'
goals or its months, `stats.season`), on its days only where no course is known. So no rung asks for more than the goal above.
Money becomes deals and opportunities at the team's own rates of the last 12 months. Makes no forecast; `landing` does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, period_of, trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.course import past_courses, usual_share
from salesanalytics.facts.goal import Goal, goal_of
from salesanalytics.facts.monthly_bookings import monthly_bookings
from salesanalytics.kpi.measure import keeps_losses
from salesanalytics.stats.intervals import mean_interval, ratio_interval
from salesanalytics.stats.season import of_months

SetFor = Callable[[Period], float | None]
How = Literal["set", "course", "season", "days", "none"]

SPANS = ("year", "quarter", "month")
LEAST_WON = 5  # deals of the last 12 months; with fewer there is no usual size
MONTHS_OF_SEASON = 24
NEARLY_ALL = 0.98  # of a course: what is left of it cannot be shared out by it any more
SCOPES = {"company": ("company",), "team": ("team",), "manager": ("manager", "rep"), "reps": ("rep",)}
RATES = ["rate", "value", "low", "high", "n"]
COLUMNS = [
    "rung", "start", "end", "how", "goal", "done", "won", "expected", "expected_low", "expected_high", "needed", "state",
    "deals", "deals_low", "deals_high", "opportunities", "opportunities_low", "opportunities_high",
    "activities", "activities_low", "activities_high",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GoalLadder(Result):
    """What each rung asks for; money in the base currency.

    `table`: one row per rung, the longest first: rung (year, quarter, month, week, day), start, end, how (its goal is set, or
    comes from the course, the season or the days of a longer one; none: no goal), goal, done and won (bookings and deals so
    far), needed (still to be booked in it from tomorrow on), state (reached, ahead, usual, behind, missed, derived, none), of
    a goal that is set expected by now with the range of past courses, and needed as deals, opportunities and activities with
    their 95% ranges.
    `rates`: one row per rate: rate (size: money a deal won; opportunity: money an opportunity brought to a decision; activity:
    activities per unit of money won), value, low, high, n; without those that cannot be told.
    `periods`: past periods the course of the period rests on; `open_deals`: deals open today.
    """

    rates: pd.DataFrame
    periods: int
    open_deals: int

    def rung(self, name: str) -> dict[str, Any]:
        """One row of the table."""
        return {str(key): value for key, value in self.table[self.table["rung"] == name].iloc[0].items()}


@dataclass(frozen=True, slots=True)
class _Set:
    """A period with a goal: how much of it is usually won by the end of a day, where that is read off, and what is left."""

    period: Period
    goal: float
    share: Callable[[date], float]
    how: How
    left: float

    def needed(self, as_of: date, last: date) -> float:
        """What is to be booked from tomorrow until `last`, so that the goal is reached on the usual course from here on."""
        begun = min(self.share(as_of), 1.0)
        if begun >= NEARLY_ALL:
            days = (self.period.end - as_of).days
            return self.left * min(max((last - as_of).days / days, 0.0), 1.0) if days > 0 else 0.0
        return self.left * min(max((self.share(last) - begun) / (1 - begun), 0.0), 1.0)


def goal_ladder(tables: Tables, *, as_of: date, period: Period, fiscal_year_start: int = 1) -> GoalLadder:
    """From the year that holds `as_of` down to the next working day.

    `period` is what a goal covers (a quarter or a month); the finding is about it, and never presses: whether the goal is
    likely to be reached is the landing's to say.
    """
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    year = trailing_year(as_of)
    recent = deals[deals["is_closed"] & year.holds(deals["closed_on"])].sort_values("opportunity_id")
    rates = _rates(tables, recent, year)
    table, periods = _rungs(tables, as_of, fiscal_year_start)
    answer = GoalLadder(
        as_of=as_of,
        period=period,
        table=_translated(table, rates),
        rates=rates,
        periods=periods.get(period.kind, 0),
        open_deals=int((~deals["is_closed"]).sum()),
    )
    return answer.saying(*_findings(answer))


def _rungs(tables: Tables, as_of: date, fiscal_year_start: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """All rungs, and how many past periods the course of each kind of period rests on."""
    deals = tables["opportunity"]
    won = deals[deals["is_won"]]
    set_for = cache(lambda span: _set_goal(tables, span, as_of))
    rows, periods, above = [], {}, None
    for kind in SPANS:
        span = period_of(as_of, kind, fiscal_year_start)
        goal = set_for(span)
        done = won[span.holds(won["closed_on"])]
        if goal is None:
            rows.append(_derived(kind, span.start, span.end, done, above, as_of))
            continue
        courses, _ = past_courses(deals[deals["is_closed"]], span)
        periods[kind] = len(courses)
        booked = float(done["amount"].sum())
        share, how = _share(tables, span, courses, set_for, as_of, fiscal_year_start)
        above = _Set(span, goal, share, how, max(goal - booked, 0.0))
        rows.append(_own(kind, above, courses, done, as_of))
    day = as_of + timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    first, last = monday, monday + timedelta(days=6)
    if above is not None:
        first, last = max(first, above.period.start), min(last, above.period.end)
    rows.append(_derived("week", first, last, won[_holds(won, first, last)], above, as_of))
    rows.append(_day(rows[-1], won, as_of))
    return pd.DataFrame(rows), periods


def _set_goal(tables: Tables, span: Period, as_of: date) -> float | None:
    """The goal of these days, where quotas are set for them or for parts of them; a longer one is not cut by days."""
    goal = goal_of(tables, span, as_of)
    if goal is None:
        return None
    quota = tables["quota"]
    mine = quota[quota["scope"].isin(SCOPES[goal.origin])] if goal.origin in SCOPES else quota
    within = (mine["period_start"] >= pd.Timestamp(span.start)) & (mine["period_end"] <= pd.Timestamp(span.end))
    return _amount(goal) if within.any() else None


def _amount(goal: Goal) -> float:
    return round(goal.amount, 2)


def _share(
    tables: Tables, span: Period, courses: list[Any], set_for: SetFor, as_of: date, fiscal_year_start: int
) -> tuple[Callable[[date], float], How]:
    """How much of a period's bookings is usually there by the end of a day, and what that is read off."""
    if courses:
        return (lambda day: float(usual_share(courses, span.elapsed(day)).mean())), "course"
    if span.kind == "year":
        by_quarter = _by_set_quarters(tables, span, set_for, as_of, fiscal_year_start)
        if by_quarter is not None:
            return by_quarter, "season"
        months = monthly_bookings(tables, as_of=as_of, by="team").set_index("ds")["y"]
        if len(months) >= MONTHS_OF_SEASON and months.sum() > 0:
            factor = of_months(months / months.mean())
            return _stepwise(
                _parts(span, "month", fiscal_year_start),
                [factor[one.start.month - 1] for one in _parts(span, "month", fiscal_year_start)],
            ), "season"
    return span.elapsed, "days"


def _parts(span: Period, kind: str, fiscal_year_start: int) -> list[Period]:
    first = period_of(span.start, kind, fiscal_year_start)
    return [first.shift(step) for step in range(12 if kind == "month" else 4)]


def _by_set_quarters(
    tables: Tables, span: Period, set_for: SetFor, as_of: date, fiscal_year_start: int
) -> Callable[[date], float] | None:
    """The year as its quarters' own goals go, each by its usual course; None where not every quarter has one."""
    quarters = _parts(span, "quarter", fiscal_year_start)
    goals = [set_for(one) for one in quarters]
    known = [goal for goal in goals if goal is not None]
    if len(known) < len(goals) or sum(known) <= 0:
        return None
    deals = tables["opportunity"]
    running = period_of(as_of, "quarter", fiscal_year_start)
    courses, _ = past_courses(deals[deals["is_closed"]], running)
    return _stepwise(quarters, known, courses)


def _stepwise(parts: list[Period], weights: list[float], courses: list[Any] | None = None) -> Callable[[date], float]:
    """Share of a whole by a day, from the weights of its parts; within a part by its usual course, else by its days."""
    sums = [0.0, *accumulate(weights)]

    def share(day: date) -> float:
        at = sum(part.end < day for part in parts)
        if at == len(parts) or day < parts[0].start:
            return 1.0 if at else 0.0
        elapsed = parts[at].elapsed(day)
        within = float(usual_share(courses, elapsed).mean()) if courses else elapsed
        return (sums[at] + weights[at] * within) / sums[-1]

    return share


def _own(rung: str, mine: _Set, courses: list[Any], done: pd.DataFrame, as_of: date) -> dict[str, Any]:
    """A rung whose goal is set: expected by now on the usual course, with the range of the past courses."""
    span, booked = mine.period, float(done["amount"].sum())
    expected = mine.goal * mine.share(as_of)
    shares = usual_share(courses, span.elapsed(as_of)) * mine.goal if courses else np.array([expected])
    low, high = float(shares.min()), float(shares.max())
    state = "behind" if booked < low else "ahead" if booked > high else "usual"
    if booked >= mine.goal:
        state = "reached"
    elif as_of >= span.end:
        state = "missed"
    return _row(
        rung, span.start, span.end, done, how="set", goal=mine.goal, expected=expected, state=state,
        expected_low=low if courses else np.nan, expected_high=high if courses else np.nan,
        needed=0.0 if as_of >= span.end else mine.left,
    )  # fmt: skip


def _derived(rung: str, first: date, last: date, done: pd.DataFrame, above: _Set | None, as_of: date) -> dict[str, Any]:
    """A rung without a goal of its own: its part of the nearest longer period that has one."""
    if above is None:
        return _row(rung, first, last, done)
    needed = above.needed(as_of, last)
    goal = float(done["amount"].sum()) + needed
    return _row(
        rung, first, last, done, how=above.how, goal=goal, needed=needed, state="reached" if above.left <= 0 else "derived"
    )


def _day(week: dict[str, Any], won: pd.DataFrame, as_of: date) -> dict[str, Any]:
    """The next working day: an even part of what the rest of the week needs; none where no working day is left in it."""
    days = pd.bdate_range(as_of + timedelta(days=1), week["end"].date())
    day = days[0].date() if len(days) else as_of + timedelta(days=1)
    row = _row("day", day, day, won.iloc[:0])
    if not len(days) or week["how"] == "none":
        return row
    needed = week["needed"] / len(days)
    return row | {"how": week["how"], "goal": needed, "needed": needed, "state": week["state"]}


def _row(rung: str, first: date, last: date, done: pd.DataFrame, **more: object) -> dict[str, Any]:
    nothing = dict.fromkeys(("goal", "expected", "expected_low", "expected_high", "needed"), np.nan)
    mine = {"rung": rung, "start": pd.Timestamp(first), "end": pd.Timestamp(last), "how": "none", "state": "none"}
    return mine | {"done": float(done["amount"].sum()), "won": len(done)} | nothing | more


def _holds(won: pd.DataFrame, first: date, last: date) -> "pd.Series[bool]":
    return won["closed_on"].between(pd.Timestamp(first), pd.Timestamp(last))


def _rates(tables: Tables, recent: pd.DataFrame, year: Period) -> pd.DataFrame:
    """What one deal, one opportunity and one activity have meant in money over the last 12 months.

    An opportunity is worth the money won, spread over all deals won or lost: conversion and size in one number, so that its
    interval needs no combining. Activities go with bookings month by month; they are a rhythm and no cause.
    """
    won = recent[recent["is_won"]]
    rows: list[tuple[Any, ...]] = []
    if len(won) >= LEAST_WON and won["amount"].sum() > 0:
        size = won["amount"].to_numpy(dtype=np.float64)
        rows.append(("size", float(size.mean()), *(mean_interval(size) or (np.nan, np.nan)), len(won)))
        if keeps_losses(tables["opportunity"]):
            each = recent["amount"].where(recent["is_won"], 0.0).to_numpy(dtype=np.float64)
            rows.append(("opportunity", float(each.mean()), *(mean_interval(each) or (np.nan, np.nan)), len(recent)))
        rows += _activity_rate(tables, won, year)
    return pd.DataFrame(rows, columns=RATES)


def _activity_rate(tables: Tables, won: pd.DataFrame, year: Period) -> list[tuple[Any, ...]]:
    activity = tables.get("activity")
    if activity is None:
        return []
    done = activity.loc[year.holds(activity["occurred_on"]), "occurred_on"]
    if done.empty:
        return []
    begin = pd.Timestamp(year.start)
    counts = np.bincount((done - begin).dt.days * 12 // 365, minlength=12)[:12].astype(np.float64)
    day = ((won["closed_on"] - begin).dt.days * 12 // 365).to_numpy(dtype=np.int64)
    money = np.bincount(day, won["amount"].to_numpy(dtype=np.float64), minlength=12)[:12].astype(np.float64)
    low, high = ratio_interval(counts, money) or (np.nan, np.nan)
    return [("activity", float(counts.sum() / money.sum()), max(low, 0.0), high, int(counts.sum()))]


def _translated(table: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """`needed` as deals, opportunities and activities; missing where a rate is."""
    rate = rates.set_index("rate")
    for name, key in (("deals", "size"), ("opportunities", "opportunity")):
        ends = rate.loc[key] if key in rate.index else pd.Series(np.nan, index=RATES[1:])
        table[name], table[f"{name}_low"], table[f"{name}_high"] = (
            table["needed"] / (ends[end] if ends[end] > 0 else np.nan) for end in ("value", "high", "low")
        )
    ends = rate.loc["activity"] if "activity" in rate.index else pd.Series(np.nan, index=RATES[1:])
    for name, end in (("activities", "value"), ("activities_low", "low"), ("activities_high", "high")):
        table[name] = table["needed"] * ends[end]
    return table[COLUMNS]


def _findings(found: GoalLadder) -> list[Finding]:
    mine = found.rung(found.period.kind)
    evidence = Evidence(int(mine["won"]), "won_deals", period=found.period.until(found.as_of).span)
    if mine["how"] == "none":
        none = Finding(
            "goal_ladder.no_goal", "watch", {"span": found.period.span}, evidence,
            owner="operations", about=("quota", ""), says="record",
        )  # fmt: skip
        return [none]
    values = {"goal": mine["goal"], "done": mine["done"], "left": mine["needed"], "span": found.period.span}
    about: dict[str, Any] = {"about": ("team", ""), "says": "keep"}
    if mine["state"] == "reached":
        return [Finding("goal_ladder.reached", "good", values, evidence, **about)]
    if found.as_of >= found.period.end:
        return [Finding("goal_ladder.over", "watch", values, evidence, **about)]
    return [_needed(found, mine, values)]


def _needed(found: GoalLadder, mine: dict[str, Any], values: dict[str, Any]) -> Finding:
    """What is left of the goal, in deals and opportunities where the rates are known."""
    week = found.rung("week")
    values = values | {
        "end": found.period.end,
        "week": week["needed"],
        "week_end": week["end"].date(),
        "deals": mine["deals"],
        "opportunities": mine["opportunities"],
        "n": found.open_deals,
    }
    rate = found.rates.set_index("rate")
    rests = tuple(key for key in ("size", "opportunity") if key in rate.index)
    key = "needed" if "opportunity" in rests else "needed_deals" if rests else "needed_money"
    n = int(rate["n"].loc[rests[-1]]) if rests else int(mine["won"])
    of = "opportunities" if key == "needed" else "deals"
    low, high = (float(mine[f"{of}_low"]), float(mine[f"{of}_high"])) if rests else (None, None)
    counted = "closed_deals" if key == "needed" else "won_deals"
    return Finding(
        f"goal_ladder.{key}", "watch", values,
        Evidence(n, counted, low, high, "count", period=trailing_year(found.as_of).span),
        weight=float(mine["needed"]), about=("team", ""), says="start",
        rests_on=tuple(f"goal_ladder.rests_on.{one}" for one in rests),
    )  # fmt: skip
