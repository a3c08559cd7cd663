"""KPIs of what reps do and what buyers and employees say: activities, lead response, NPS and eNPS."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import days_between
from salesanalytics.base.types import Floats
from salesanalytics.facts.quotas import presence
from salesanalytics.kpi.measure import Measure, Scope
from salesanalytics.stats.intervals import difference_interval, share_interval
from salesanalytics.stats.survival import waiting_time

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
    return Measure(n / weeks, n, "activities", n, weeks)


def lead_response(scope: Scope) -> Measure:
    """Median days from a lead's arrival to the first answer; leads not answered yet count for as long as they have waited."""
    return _wait(scope, 0.5)


def lead_response_slow(scope: Scope) -> Measure:
    """Days within which nine of ten leads are answered, counted in the same way."""
    return _wait(scope, 0.9)


def lead_response_kept(scope: Scope) -> Measure:
    """Share of leads answered within 24 hours, among those that came at least 24 hours ago."""
    if _unrecorded(scope):
        return Measure.absent("column_empty", 0, "leads")
    waited, answered, age = _waits(scope)
    promised = PROMISED_HOURS / 24
    due = age >= promised  # whatever has become of it since: a young lead counts neither way
    kept, n = int((due & answered & (waited <= promised)).sum()), int(due.sum())
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
    promoters, detractors = int((score >= 9).sum()), int((score <= 6).sum())
    value = 100.0 * (promoters - detractors) / n
    bounds = difference_interval(promoters, detractors, n)
    return Measure.estimate(value, n, bounds, "answers", numerator=100.0 * (promoters - detractors), denominator=n)


def _wait(scope: Scope, share: float) -> Measure:
    if _unrecorded(scope):
        return Measure.absent("column_empty", 0, "leads")
    waited, answered, _ = _waits(scope)
    wait = waiting_time(waited, answered, share=share)
    if wait.value is None:
        return Measure.absent("not_reached" if wait.n else "none_counted", wait.n, "leads")
    return Measure(wait.value, wait.n, "leads", low=wait.low, high=wait.high)


def _unrecorded(scope: Scope) -> bool:
    """Whether the source keeps no answers: then no answer is known, which is not the same as none given."""
    return bool(scope.tables["lead"]["first_response_at"].isna().all()) and len(scope.tables["lead"]) > 0


def _waits(scope: Scope) -> "tuple[Floats, NDArray[np.bool_], Floats]":
    """Of the leads of the period: days waited, whether an answer came, and days since they came."""
    lead = scope.tables["lead"]
    mine = lead[scope.period.holds(lead["created_on"])]
    now = pd.Series(scope.tables.end, index=mine.index)
    answered = mine["first_response_at"].notna()
    waited = days_between(mine["created_at"], mine["first_response_at"].fillna(scope.tables.end)).clip(lower=0)
    age = days_between(mine["created_at"], now)
    return (np.asarray(waited, np.float64), np.asarray(answered, np.bool_), np.asarray(age, np.float64))
