"""KPIs of what reps do and what buyers and employees say: activities, lead response, NPS and eNPS."""

import numpy as np
import pandas as pd

from salesanalytics.analyses._stats.intervals import Floats, mean_interval, rate_interval, share_interval
from salesanalytics.analyses._stats.survival import waiting_time
from salesanalytics.analyses.kpi.measure import Measure, Scope
from salesanalytics.analyses.period import days_between
from salesanalytics.analyses.quotas import presence

PROMISED_HOURS = 24
LEAST_ANSWERS = 5  # fewer employee answers could be traced to a person


def activities_per_rep_week(scope: Scope) -> Measure:
    """Activities of the period / weeks worked in it by reps; managers are not counted as reps."""
    past = scope.period.until(scope.as_of)
    activity = scope.tables["activity"]
    rep = scope.tables["rep"]
    managers = rep.loc[rep["role"] == "manager", "rep_id"]
    n = int((past.holds(activity["occurred_on"]) & ~activity["rep_id"].isin(managers)).sum())
    weeks = float(presence(scope.tables, past).drop(managers, errors="ignore").sum()) * past.days / 7
    if weeks == 0:
        return Measure.absent("none_counted", 0, "activities")
    return Measure.estimate(n / weeks, n, rate_interval(n, weeks), "activities", numerator=n, denominator=weeks)


def lead_response(scope: Scope) -> Measure:
    """Median days from a lead's arrival to the first answer; leads not answered yet count for as long as they have waited."""
    waited, answered = _waits(scope)
    found = waiting_time(waited, answered)
    if found.value is None:
        return Measure.absent("none_counted", found.n, "leads")
    return Measure(found.value, found.n, "leads", low=found.low, high=found.high)


def lead_response_slow(scope: Scope) -> Measure:
    """Days within which nine of ten leads are answered, counted in the same way."""
    waited, answered = _waits(scope)
    found = waiting_time(waited, answered, share=0.9)
    if found.value is None:
        return Measure.absent("none_counted", found.n, "leads")
    return Measure(found.value, found.n, "leads", low=found.low, high=found.high)


def lead_response_kept(scope: Scope) -> Measure:
    """Share of leads answered within 24 hours, among those that came at least 24 hours ago."""
    waited, answered = _waits(scope)
    promised = PROMISED_HOURS / 24
    due = answered | (waited >= promised)
    kept, n = int((answered & (waited <= promised)).sum()), int(due.sum())
    if n == 0:
        return Measure.absent("none_counted", 0, "leads")
    return Measure.estimate(kept / n, n, share_interval(kept, n), "leads", numerator=kept, denominator=n)


def nps(scope: Scope) -> Measure:
    """Share of buyers who answer 9-10 minus share who answer 0-6, in points of 100."""
    return _nps(scope, "buyer", 1)


def enps(scope: Scope) -> Measure:
    """The same of employees; nothing below 5 answers."""
    return _nps(scope, "employee", LEAST_ANSWERS)


def _nps(scope: Scope, author: str, least: int) -> Measure:
    feedback = scope.tables["feedback"]
    mine = feedback[
        (feedback["author_kind"] == author) & (feedback["score_scale"] == "nps") & scope.period.holds(feedback["occurred_on"])
    ]
    score = mine["score"].dropna()
    n = len(score)
    if n < least:
        return Measure.absent("too_few" if n else "none_counted", n if author == "buyer" else 0, "answers")
    points = pd.Series(np.select([score >= 9, score <= 6], [100.0, -100.0], 0.0))
    bounds = _nps_bounds(points.to_numpy())
    return Measure.estimate(float(points.mean()), n, bounds, "answers", numerator=float(points.sum()), denominator=n)


def _nps_bounds(points: Floats) -> tuple[float, float]:
    """Interval of a mean of -100, 0 and 100; where all answers are of one kind, by the share the other kinds can still have."""
    found = mean_interval(points)
    if found is None:
        same, _ = share_interval(len(points), len(points)) or (0.0, 1.0)
        other = (1 - same) * 200
        return max(float(points.min()) - other, -100.0), min(float(points.max()) + other, 100.0)
    return max(found[0], -100.0), min(found[1], 100.0)


def _waits(scope: Scope) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.bool_]]]":
    """Days waited, and whether an answer came, of the leads of the period."""
    lead = scope.tables["lead"]
    mine = lead[scope.period.holds(lead["created_on"])]
    answered = mine["first_response_at"].notna()
    until = mine["first_response_at"].fillna(scope.tables.end)
    waited = days_between(mine["created_at"], until).clip(lower=0)
    return waited.to_numpy(dtype=np.float64), answered.to_numpy(dtype=np.bool_)
