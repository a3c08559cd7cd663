"""Who begins at different times: each group of beginners against who has not begun, then put together (Callaway, Sant'Anna
2021).

In: a `Panel`. Out: `Staggered`, and the `Effect` it makes. diff-diff estimates; what is checked here is whether the groups
went alike before, and how large a difference of trends it takes until nothing is left (relative magnitudes; Rambachan and
Roth 2023).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags
from salesanalytics.models.effects import rollout
from salesanalytics.models.effects.answer import NO_COURSE, NO_SENSITIVITY, Effect, least_seen, nothing
from salesanalytics.models.effects.contrast import Scale
from salesanalytics.models.effects.design import DRIFT, LEAST_BEFORE
from salesanalytics.models.effects.guards import LEVEL, Check, blocked, table_of
from salesanalytics.models.effects.inference import FEW, Inferred, student
from salesanalytics.models.effects.panel import NEVER, Chosen, Panel, When
from salesanalytics.models.effects.sensitivity import EventStudy, breakdown, relative_magnitudes

Course: TypeAlias = Any  # the event study of diff-diff, which has no types
MAGNITUDES = (0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Staggered:
    """`found`: the mean over all groups and their periods. `by_group`: start, estimate, error. `course`: one row per period
    since the start: offset, estimate, low, high. `sensitivity`: magnitude, low, high; `breakdown`: the magnitude at which
    these begin to hold 0. `p_before`: of no group differing before (None where no period tells); `missed`: the trend that
    would have been seen in four of five cases, continued to the middle of the periods that count.
    """

    found: Inferred
    by_group: pd.DataFrame
    course: pd.DataFrame
    sensitivity: pd.DataFrame
    breakdown: float
    p_before: float | None
    missed: float


def staggered(panel: Panel, level: float, *, covariates: Sequence[str] = ()) -> Staggered:
    """Group-time effects of a panel in which everybody was followed throughout, against who never does, or has not yet."""
    simple, group, course = _aggregates(panel, level, covariates)
    df = float(len(np.unique(panel.cluster)) - 1)
    estimate, error = float(simple.att[0]), float(simple.se[0])
    before = np.asarray(course.event_time) < 0
    study = _event_study(panel, course, before, df, error)
    return Staggered(
        found=student(estimate, error, df, level),
        by_group=pd.DataFrame(
            {"start": [panel.periods[int(one) - 1] for one in group.label], "estimate": group.att, "error": group.se}
        ),
        course=pd.DataFrame(
            {
                "offset": np.asarray(course.event_time, dtype=np.int64),
                "estimate": course.att,
                "low": course.conf_int_lower,
                "high": course.conf_int_upper,
            }
        ),
        sensitivity=_sensitivity(study, level),
        breakdown=np.nan if study is None else breakdown(study, level),
        p_before=_p_before(course, before, int(df) + 1),
        missed=_missed(course, before),
    )


def _aggregates(panel: Panel, level: float, covariates: Sequence[str]) -> tuple[Course, Course, Course]:
    """What diff-diff finds: the mean over all, by group of beginners, and by period since the start."""
    from diff_diff import CallawaySantAnna

    units, periods = panel.outcome.shape
    never = bool((~panel.treated).any())
    names = [f"x{at}" for at in range(panel.covariates.shape[1])] if covariates else []
    long = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "period": np.tile(np.arange(1, periods + 1), units),
            "outcome": panel.outcome.ravel(),
            "first": np.repeat(np.where(panel.treated, panel.start + 1, 0), periods),
            "cluster": np.repeat(panel.cluster, periods),
            **{name: np.repeat(panel.covariates[:, at], periods) for at, name in enumerate(names)},
        }
    )
    alone = len(np.unique(panel.cluster)) == units
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = CallawaySantAnna(
            control_group="never_treated" if never else "not_yet_treated",
            cluster=None if alone else "cluster",
            base_period="varying",
            alpha=1 - level,
        ).fit(long, "outcome", "unit", "period", "first", covariates=names or None)
        return fitted.aggregate("simple"), fitted.aggregate("group"), fitted.aggregate("event_study")


def _p_before(course: Course, before: Flags, groups: int) -> float | None:
    """Hotelling's test of all periods before being 0, from so many groups."""
    n = int(before.sum())
    if not n or groups <= n:
        return None
    values, cover = np.asarray(course.att)[before], np.asarray(course.vcov)[np.ix_(before, before)]
    wald = float(values @ np.linalg.pinv(cover) @ values)
    return float(stats.f.sf(wald * (groups - n) / (n * (groups - 1)), n, groups - n))


def _missed(course: Course, before: Flags) -> float:
    """A step per period that the periods before would have shown with a chance of 80%, over the mean period after."""
    if not before.any():
        return np.inf
    cover = np.asarray(course.vcov)[np.ix_(before, before)]
    steps = np.ones(int(before.sum()))
    error = 1 / np.sqrt(float(steps @ np.linalg.pinv(cover) @ steps))
    after = np.asarray(course.event_time)[~before]
    return float((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * error * (after.mean() + 1))


def _event_study(panel: Panel, course: Course, before: Flags, df: float, error: float) -> EventStudy | None:
    """The course against the last period before, and its mean over the treated as far as each was followed.

    diff-diff tells of each period before how far it lies from the one before it (`varying`): added up backwards these are the
    distances from the last one. Missing where no period before tells, or one has no error.
    """
    cover = np.asarray(course.vcov, dtype=np.float64)
    if not before.any() or not np.isfinite(cover).all():
        return None
    n = int(before.sum())
    back = np.eye(len(before))
    back[:n, :n] = -np.triu(np.ones((n, n)))
    since = np.concatenate([np.arange(len(panel.periods) - start) for start in panel.start[panel.treated]])
    weights = np.array([float((since == offset).mean()) for offset in np.asarray(course.event_time)[~before]])
    # the mean counts units as they happened to be chosen, which the course by itself takes as given
    weighed = max(error**2 - float(weights @ cover[n:, n:] @ weights), 0.0)
    return EventStudy(back @ np.asarray(course.att), back @ cover @ back.T, n, weights, df, weighed)


def _sensitivity(study: EventStudy | None, level: float) -> pd.DataFrame:
    """Intervals of the mean effect where both sides go apart after the start by so many times as much per period as before."""
    if study is None:
        return NO_SENSITIVITY
    found = [relative_magnitudes(study, magnitude, level) for magnitude in MAGNITUDES]
    return pd.DataFrame({"magnitude": MAGNITUDES, "low": [one[0] for one in found], "high": [one[1] for one in found]})


def starts_of(panel: Panel) -> list[int]:
    """Places of the periods in which somebody begins."""
    return sorted({int(one) for one in panel.start if one < NEVER})


def of_different_starts(
    panel: Panel, chosen: Chosen, level: float, covariates: Sequence[str], *, until: When, payback: int, scale: Scale
) -> Effect:
    """Different starts, one end. The groups' own guards: somebody never treated, as many to the end, alike before, the payback
    over. `ratio`: a share of what would have been (`rollout`); else amounts.
    """
    panel, missing = _to_the_end(panel, until, payback)
    # who was treated from the first period has no period before; a share needs some, to see a trend
    panel = panel.only(panel.start >= (LEAST_BEFORE if scale == "ratio" else 1))
    whole = panel.only(_whole(panel))
    if not whole.treated.any():
        return nothing([Check("pre_periods", "blocks", 0, LEAST_BEFORE)], scale, level, whole)
    checks = [*_checks(panel, whole), Check("pull_forward", "blocks" if missing else "passes", missing, 0)]
    if chosen.how == "results":  # each start would have a stretch of its own to leave out
        checks.append(Check("regression_to_mean", "blocks"))
    if chosen.how == "volunteers" and scale == "ratio":  # who is like them would be another one at each start
        checks.append(Check("overlap", "blocks"))
    if blocked(checks):
        return nothing(checks, scale, level, whole)
    left = len(panel.units) - len(whole.units)
    if scale == "ratio":
        of = rollout.Rollout(whole, 0.0 if chosen.how == "lot" else DRIFT)
        checks += rollout.checks(of)
        return nothing(checks, scale, level, whole) if blocked(checks) else rollout.effect_of(of, checks, level, left=left)
    return _in_amounts(whole, checks, level, covariates, left=left)


def _to_the_end(panel: Panel, until: When, payback: int) -> tuple[Panel, int]:
    """The panel to the last period of the payback, and how many of these have not come yet."""
    if until is None:
        return panel, 0
    last, had = panel.place(until) + payback, len(panel.periods) - 1
    end = min(last, had) + 1
    start = np.where(panel.start < end, panel.start, NEVER)
    return replace(panel, outcome=panel.outcome[:, :end], periods=panel.periods[:end], start=start), max(last - had, 0)


def _in_amounts(whole: Panel, checks: list[Check], level: float, covariates: Sequence[str], *, left: int) -> Effect:
    found = staggered(whole, level, covariates=covariates)
    wide = (found.found.high - found.found.low) / 2
    if found.p_before is None:
        checks.append(Check("pre_trend", "blocks"))
    else:
        checks.append(Check("pre_trend", "blocks" if found.p_before < LEVEL else "passes", found.p_before, LEVEL))
        checks.append(Check("pre_trend_power", "unchecked" if found.missed > wide else "passes", found.missed, wide))
    if blocked(checks):
        return nothing(checks, "difference", level, whole)
    return _answer(found, checks, whole, level, left=left)


def _whole(panel: Panel) -> Flags:
    """Units seen in every period."""
    return np.asarray(np.isfinite(panel.outcome).all(axis=1), dtype=np.bool_)


def _checks(panel: Panel, whole: Panel) -> list[Check]:
    never = int((~whole.treated).sum())
    lost = ~_whole(panel)
    clusters = min(len(np.unique(whole.cluster[side])) for side in (whole.treated, ~whole.treated)) if never else 0
    shares = [float(lost[side].mean()) if side.any() else 0.0 for side in (panel.treated, ~panel.treated)]
    return [
        Check("comparison", "passes" if never else "blocks", never, 1),
        Check("clusters", "passes" if clusters >= FEW else "blocks", clusters, FEW),
        Check("attrition", "passes" if abs(shares[0] - shares[1]) <= 0.1 else "blocks", abs(shares[0] - shares[1]), 0.1),
    ]


def _answer(found: Staggered, checks: list[Check], panel: Panel, level: float, *, left: int) -> Effect:
    one = found.found
    counts = float(sum((len(panel.periods) - start) for start in panel.start[panel.treated]))
    course = found.course.assign(period=found.course["offset"], counts=np.where(found.course["offset"] < 0, "before", "after"))
    after = np.arange(len(panel.periods)) >= panel.start[:, None]
    whole_outcome = float(panel.outcome[after].sum())
    return Effect(
        verdict="effect" if one.p <= 1 - level else "none_found",
        method="staggered",
        scale="difference",
        level=level,
        estimate=one.estimate,
        low=one.low,
        high=one.high,
        p=one.p,
        total=one.estimate * counts,
        total_low=one.low * counts,
        total_high=one.high * counts,
        whole=whole_outcome,
        smallest=least_seen(one, level),
        choices=0,
        course=course[list(NO_COURSE)],
        guards=table_of(checks),
        sensitivity=found.sensitivity,
        by_group=found.by_group,
        treated=int(panel.treated.sum()),
        untreated=int((~panel.treated).sum()),
        groups_treated=len(np.unique(panel.cluster[panel.treated])),
        groups=len(np.unique(panel.cluster)),
        periods_before=min(starts_of(panel)),
        periods_after=len(panel.periods) - min(starts_of(panel)),
        left=left,
        breakdown=found.breakdown,
    )
