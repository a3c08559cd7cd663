"""KPIs against goals: quota, attainment, gap, coverage, and how good past forecasts were."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, PeriodKind
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.facts.quotas import rep_quotas_of
from salesanalytics.kpi.measure import Measure, Scope
from salesanalytics.stats.intervals import ratio_interval

HORIZON_DAYS = 28  # before the end of the period: early enough to act, late enough to know
CALLS: dict[str, Any] = {
    "rep_id": TEXT,
    "period_start": "datetime64[us]",
    "period_end": "datetime64[us]",
    "forecast": "float64",
    "actual": "float64",
}


def attainment(scope: Scope) -> Measure:
    """Bookings of the period / quota of the period."""
    goal = scope.goal
    won = scope.won
    if goal is None:
        return Measure.absent("no_goal", len(won))
    booked = float(won["amount"].sum())
    return Measure(booked / goal, len(won), numerator=booked, denominator=goal)


def gap(scope: Scope) -> Measure:
    """Quota − bookings of the period; negative once the quota is beaten."""
    goal = scope.goal
    if goal is None:
        return Measure.absent("no_goal")
    booked = float(scope.won["amount"].sum())
    return Measure(goal - booked, len(scope.won), numerator=goal, denominator=booked)


def coverage(scope: Scope) -> Measure:
    """Open pipeline due by the end of the period / (quota − bookings)."""
    goal = scope.goal
    if goal is None:
        return Measure.absent("no_goal")
    left = goal - float(scope.won["amount"].sum())
    if left <= 0:
        return Measure.absent("goal_reached", len(scope.won))
    waiting = scope.open
    if len(waiting) == 0 or waiting["expected_close_date"].isna().all() or waiting["amount"].isna().all():
        return Measure.absent("column_empty" if len(waiting) else "none_counted", len(waiting))
    due = waiting[waiting["expected_close_date"] <= pd.Timestamp(scope.period.end)]
    return Measure(float(due["amount"].sum()) / left, len(due), numerator=float(due["amount"].sum()), denominator=left)


def forecast_accuracy(scope: Scope) -> Measure:
    """1 − Σ|F−A| / ΣA of the reps' commits 28 days before the end of each past period."""
    calls = past_calls(scope)
    missed = (calls["forecast"] - calls["actual"]).abs()
    error = _per_actual(calls, missed)
    if error.value is None:
        return error
    turned = None if error.low is None or error.high is None else (1 - error.high, 1 - error.low)
    return replace(Measure.estimate(1 - error.value, error.n, turned, "forecasts"), period=error.period)


def forecast_bias(scope: Scope) -> Measure:
    """Σ(F−A) / ΣA of the same commits: positive where reps promise more than comes."""
    calls = past_calls(scope)
    return _per_actual(calls, calls["forecast"] - calls["actual"])


def past_calls(scope: Scope, periods: int = 8) -> pd.DataFrame:
    """One row per rep and past period: what the rep forecast 28 days before its end, and what was booked.

    Forecasts name the first day of their period only; its length is read off their spacing, so that a quarter's forecast is
    never held against a month's bookings.
    """
    return _calls_before(scope.tables, scope.as_of, scope.period.until(scope.as_of).end, periods)


@once  # accuracy and bias ask for the same, and so do a month and the quarter that are under way
def _calls_before(tables: Tables, as_of: date, end: date, periods: int) -> pd.DataFrame:
    """`past_calls` of the periods that were over before `end`."""
    tables = known_on(tables, as_of)
    given = tables["forecast_submission"]
    given = given[(given["scope"] == "rep") & (given["source"] == "rep") & (given["category"] == "commit")]
    starts = sorted(day.date() for day in given["period_start"].unique())
    gaps = [(later - earlier).days for earlier, later in pairwise(starts)]
    kind: PeriodKind = "month" if gaps and min(gaps) < 45 else "quarter"
    spans = [Period(day, day, kind).shift(0) for day in starts]
    past = [span for span in spans if span.end < end][-periods:]
    quotas = rep_quotas_of(tables, past, as_of)
    parts = [_calls_of(Scope(tables, span, as_of), given, theirs) for span, theirs in zip(past, quotas, strict=True)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CALLS)).astype(CALLS)


def _calls_of(scope: Scope, given: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    """Only reps who were with the team for the whole period: else their forecast and their bookings speak of different days."""
    period = scope.period
    cut = pd.Timestamp(period.end, tz="UTC") - pd.Timedelta(days=HORIZON_DAYS)
    mine = given[(given["period_start"] == pd.Timestamp(period.start)) & (given["submitted_at"] <= cut)]
    last = mine.sort_values("submitted_at").drop_duplicates("scope_id", keep="last")
    deals = scope.won
    booked = deals.groupby("owner_rep_id")["amount"].sum()
    whole = quotas.loc[quotas["share"] > 0.999, "rep_id"] if not quotas.empty else last["scope_id"]
    last = last[last["scope_id"].isin(whole)]
    actual = last["scope_id"].map(booked).fillna(0.0)
    return pd.DataFrame(
        {
            "rep_id": last["scope_id"],
            "period_start": last["period_start"],
            "period_end": pd.Timestamp(period.end),
            "forecast": last["amount"],
            "actual": actual,
        }
    )


def _per_actual(calls: pd.DataFrame, errors: "pd.Series[float]") -> Measure:
    """Σ errors / Σ actual; a rep's forecasts are alike, so the interval counts reps, not forecasts."""
    if calls.empty or calls["actual"].sum() <= 0:
        return Measure.absent("none_counted", len(calls), "forecasts")
    sums = pd.DataFrame({"error": errors, "actual": calls["actual"]}).groupby(calls["rep_id"]).sum()
    interval = ratio_interval(np.asarray(sums["error"], np.float64), np.asarray(sums["actual"], np.float64))
    value = float(sums["error"].sum() / sums["actual"].sum())
    first, last = calls["period_start"].min().date(), calls["period_end"].max().date()
    return replace(Measure.estimate(value, len(calls), interval, "forecasts"), period=Period(first, last))
