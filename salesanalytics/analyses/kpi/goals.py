"""KPIs against goals: quota, attainment, gap, coverage, and how good past forecasts were."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.analyses._stats.intervals import Floats, bootstrap_interval
from salesanalytics.analyses.kpi.measure import Measure, Scope
from salesanalytics.analyses.period import Period
from salesanalytics.analyses.quotas import rep_quotas, team_quota

HORIZON_DAYS = 28  # before the end of the period: early enough to act, late enough to know


def attainment(scope: Scope) -> Measure:
    """Bookings of the period / quota of the period."""
    goal = team_quota(scope.tables, scope.period, scope.as_of)
    won = scope.won
    if goal is None:
        return Measure.absent("no_goal", len(won))
    booked = float(won["amount"].sum())
    return Measure(booked / goal, len(won), numerator=booked, denominator=goal)


def gap(scope: Scope) -> Measure:
    """Quota − bookings of the period; negative once the quota is beaten."""
    goal = team_quota(scope.tables, scope.period, scope.as_of)
    if goal is None:
        return Measure.absent("no_goal")
    booked = float(scope.won["amount"].sum())
    return Measure(goal - booked, len(scope.won), numerator=goal, denominator=booked)


def coverage(scope: Scope) -> Measure:
    """Open pipeline due by the end of the period / (quota − bookings)."""
    goal = team_quota(scope.tables, scope.period, scope.as_of)
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
    return _of_calls(calls, lambda forecast, actual: 1 - np.abs(forecast - actual).sum() / actual.sum())


def forecast_bias(scope: Scope) -> Measure:
    """Σ(F−A) / ΣA of the same commits: positive where reps promise more than comes."""
    calls = past_calls(scope)
    return _of_calls(calls, lambda forecast, actual: (forecast - actual).sum() / actual.sum())


def past_calls(scope: Scope, periods: int = 8) -> pd.DataFrame:
    """One row per rep and past period: what the rep forecast 28 days before its end, and what was booked."""
    given = scope.tables["forecast_submission"]
    given = given[(given["scope"] == "rep") & (given["source"] == "rep") & (given["category"] == "commit")]
    parts = [_calls_of(scope, given, scope.period.shift(-back)) for back in range(1, periods + 1)]
    return pd.concat(parts, ignore_index=True)


def _calls_of(scope: Scope, given: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Only reps who were with the team for the whole period: else their forecast and their bookings speak of different days."""
    cut = pd.Timestamp(period.end, tz="UTC") - pd.Timedelta(days=HORIZON_DAYS)
    mine = given[(given["period_start"] == pd.Timestamp(period.start)) & (given["submitted_at"] <= cut)]
    last = mine.sort_values("submitted_at").drop_duplicates("scope_id", keep="last")
    deals = scope.over(period).won
    booked = deals.groupby("owner_rep_id")["amount"].sum()
    quotas = rep_quotas(scope.tables, period, scope.as_of)
    whole = quotas.loc[quotas["share"] > 0.999, "rep_id"] if not quotas.empty else last["scope_id"]
    last = last[last["scope_id"].isin(whole)]
    actual = last["scope_id"].map(booked).fillna(0.0)
    return pd.DataFrame(
        {"rep_id": last["scope_id"], "period_start": last["period_start"], "forecast": last["amount"], "actual": actual}
    )


def _of_calls(calls: pd.DataFrame, score: Callable[[Floats, Floats], float]) -> Measure:
    if calls.empty or calls["actual"].sum() <= 0:
        return Measure.absent("none_counted", len(calls), "forecasts")
    forecast, actual = calls["forecast"].to_numpy(), calls["actual"].to_numpy()
    rep_codes, reps = pd.factorize(calls["rep_id"])
    members = [np.flatnonzero(rep_codes == code) for code in range(len(reps))]

    def redraw(drawn: NDArray[np.intp]) -> float:
        rows = np.concatenate([members[at] for at in drawn])  # a rep's forecasts are alike, so whole reps are drawn
        return float(score(forecast[rows], actual[rows])) if actual[rows].sum() > 0 else np.nan

    value = redraw(np.arange(len(reps)))
    return Measure.estimate(value, len(calls), bootstrap_interval(len(reps), redraw), "forecasts")
