"""Did it cause anything, and can this data say so? One question for incentives and trainings alike.

In: a long panel and how the treated were chosen. Out: `Effect`: an estimate with interval, its course, every guard, and a
verdict. An estimate that a guard blocks is not given: a number beside "not identifiable" would be read as one. The method
follows from how units were chosen and how many there are; which one, and why, is part of the answer.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.errors import DataError
from salesanalytics.models.effects import volunteers
from salesanalytics.models.effects.answer import NO_COURSE, NO_GROUPS, NO_SENSITIVITY, Effect, Method, least_seen, nothing
from salesanalytics.models.effects.contrast import Scale, contrast
from salesanalytics.models.effects.design import Design, design
from salesanalytics.models.effects.guards import Check, checks_of, table_of
from salesanalytics.models.effects.inference import FEW, Inferred, by_choice, jackknife, jackknife_error
from salesanalytics.models.effects.panel import Chosen, How, Panel, When, read_panel
from salesanalytics.models.effects.staggered import of_different_starts, starts_of
from salesanalytics.models.effects.synthetic import synthetic


def effect(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    treated_from: str,
    cluster: str | None = None,
    covariates: Sequence[str] | None = None,
    selection: Chosen | How | None = None,
    until: When = None,
    payback: int = 0,
    scale: Scale = "difference",
    level: float = 0.95,
    seed: int = 0,
) -> Effect:
    """`Effect` of what began in `treated_from` (a column: the unit's first treated period; missing or 0: never).

    `cluster`: a column, the team a unit was chosen with. `selection`: how, and in which periods' light. `until`: the
    programme's last period, for all who began; `payback` further ones count with it, because what was pulled forward is
    missing there. `scale`: whether everybody else's changes are alike in amount or in share. `seed`: order of other choices
    and of folds. DataError where the panel cannot be read; what it cannot answer is a verdict.
    """
    traits = list(covariates or ())
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, treated_from=treated_from, cluster=cluster, covariates=traits
    )
    if scale == "ratio" and (read.outcome < 0).any():
        raise DataError(
            f"{outcome} is below 0 in {int((read.outcome < 0).sum())} rows; shares need amounts of 0 and more. "
            "Use scale='difference'."
        )
    told = selection or ("clusters" if cluster and read.by_cluster else "unknown")
    chosen = told if isinstance(told, Chosen) else Chosen(told)
    starts = starts_of(read)
    if not starts or (read.treated.all() and len(starts) == 1):
        return nothing([Check("comparison", "blocks", 0, 1)], scale, level, read)
    if len(starts) > 1:
        return of_different_starts(read, chosen, level, traits, until=until, payback=payback, scale=scale)
    if chosen.how == "clusters":
        read = _whole_clusters(read)
    read = _with_a_period_before(read, starts[0], chosen)
    of = design(read, chosen, until=until, payback=payback, scale=scale)
    checks = checks_of(of, level)
    like = volunteers.Like(of, seed) if chosen.how == "volunteers" else None
    if like:
        checks += volunteers.checks(like)
    if _blocked(checks):
        return nothing(checks, scale, level, of.panel, of)
    return _estimated(of, checks, level, seed, like)


def _whole_clusters(panel: Panel) -> Panel:
    """Whole teams were chosen: who was left out beside the treated had the same months, and is no unit of its own."""
    beside = np.isin(panel.cluster, panel.cluster[panel.treated]) & ~panel.treated
    return panel if not beside.any() or (beside | panel.treated).all() else panel.only(~beside)


def _blocked(checks: Sequence[Check]) -> bool:
    return any(check.stands == "blocks" for check in checks)


def _with_a_period_before(panel: Panel, start: int, chosen: Chosen) -> Panel:
    """Where a lot was drawn no period before is needed: without any, one in which everybody is alike takes its place."""
    if start > 0 or chosen.how != "lot":
        return panel
    return replace(
        panel,
        outcome=np.column_stack([np.ones(len(panel.units)), panel.outcome]),
        start=np.where(panel.treated, panel.start + 1, panel.start),
        periods=("before", *panel.periods),
    )


def _estimated(of: Design, checks: list[Check], level: float, seed: int, like: volunteers.Like | None) -> Effect:
    sums, treated = of.groups
    method: Method = "lot" if of.chosen.how == "lot" else "did"
    if like:
        method, found = "doubly_robust", volunteers.doubly_robust(like, level)
    elif int(treated.sum()) == 1:
        method, found = "synthetic", synthetic(of, level)
    elif min(int(treated.sum()), int((~treated).sum())) < FEW:
        found = by_choice(sums, treated, of.contrast, level, seed)
    else:
        found = jackknife(sums, treated, of.contrast, level)
    if not np.isfinite(found.estimate) or not np.isfinite(found.p):  # one unit's deals alone on a side: no error
        return nothing([*checks, Check("units", "blocks", 0, 1)], of.scale, level, of.panel, of)
    return _effect(found, method, checks, level, of, like)


def _effect(
    found: Inferred, method: Method, checks: list[Check], level: float, of: Design, like: volunteers.Like | None
) -> Effect:
    _, treated = of.groups
    shown = (lambda value: float(np.expm1(value))) if of.scale == "ratio" else float
    # the mean of a ratio lies above the ratio at the mean of its logarithm
    point = found.estimate - (found.error**2 / 2 if of.scale == "ratio" and np.isfinite(found.error) else 0.0)
    gain = sorted(float(of.gain(one)) for one in (found.low, found.high))
    panel = of.compared
    return Effect(
        verdict="effect" if found.p <= 1 - level else "none_found",
        method=method,
        scale=of.scale,
        level=level,
        estimate=shown(point),
        low=shown(found.low),
        high=shown(found.high),
        p=found.p,
        total=float(of.gain(found.estimate)),  # a sum of money needs no such correction, and is too small by it
        total_low=gain[0],
        total_high=gain[1],
        whole=float(panel.outcome[panel.treated][:, of.after].sum()),
        smallest=shown(least_seen(found, level)),
        choices=found.choices,
        course=_course(of, level, like),
        guards=table_of(checks),
        sensitivity=NO_SENSITIVITY,
        by_group=NO_GROUPS,
        treated=int(panel.treated.sum()),
        untreated=int((~panel.treated).sum()),
        groups_treated=int(treated.sum()),
        groups=len(treated),
        periods_before=len(of.before),
        periods_after=len(of.after),
        left=int((of.before_all & ~of.followed).sum()),
    )


def _course(of: Design, level: float, like: volunteers.Like | None) -> pd.DataFrame:
    """Each period by itself against those before: what a reader sees going apart, or not."""
    sums, treated = of.groups
    shown = np.expm1 if of.scale == "ratio" else np.asarray
    begins, rows = int(of.after[0]), []
    for at in range(len(of.panel.periods)):
        base = of.before[of.before != at]
        if at > of.after[-1] or not len(base):
            continue
        one = np.array([at])
        estimate, error, df = like.error(base, one) if like else jackknife_error(sums, treated, contrast(base, one, of.scale))
        reach = float(stats.t.ppf((1 + level) / 2, df)) * error if np.isfinite(error) and error > 0 else np.nan
        counts = "before" if at in of.before else "after" if at >= begins else "left_out"
        values = [float(shown(one)) for one in (estimate, estimate - reach, estimate + reach)]
        rows.append((at - begins, of.panel.periods[at], *values, counts))
    return pd.DataFrame(rows, columns=list(NO_COURSE)) if rows else NO_COURSE
