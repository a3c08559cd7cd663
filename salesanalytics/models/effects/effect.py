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
from salesanalytics.models.effects.adjusted import adjusted
from salesanalytics.models.effects.answer import (
    NO_COURSE,
    NO_GROUPS,
    NO_SENSITIVITY,
    Effect,
    Method,
    inference_of,
    least_seen,
    nothing,
)
from salesanalytics.models.effects.bootstrap import wild
from salesanalytics.models.effects.contrast import Scale, contrast
from salesanalytics.models.effects.design import Design, design
from salesanalytics.models.effects.guards import Check, checks_of, second_test, table_of
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
    strata: str | None = None,
    selection: Chosen | How | None = None,
    until: When = None,
    payback: int = 0,
    scale: Scale = "difference",
    level: float = 0.95,
    seed: int = 0,
) -> Effect:
    """`Effect` of what began in `treated_from` (a column: the unit's first treated period; missing or 0: never).

    `cluster`: a column, the team a unit was chosen with. `strata`: a column, the region or team within which a lot was drawn;
    other choices are then made within these. `covariates`: columns, as known in the unit's first period: what volunteers are
    held against others by, and what is partialled out of a lot's difference. `selection`: how, and in which periods' light.
    `until`: the programme's last period, for all who began; `payback` further ones count with it, because what was pulled
    forward is missing there. `scale`: whether everybody else's changes are alike in amount or in share. `seed`: order of other
    choices and of folds. DataError where the panel cannot be read; what it cannot answer is a verdict.
    """
    traits = list(covariates or ())
    columns = {"outcome": outcome, "unit": unit, "time": time, "treated_from": treated_from}
    read = read_panel(panel, **columns, cluster=cluster, covariates=traits, strata=strata)
    if scale == "ratio" and (read.outcome < 0).any():
        raise DataError(
            f"{outcome} is below 0 in {int((read.outcome < 0).sum())} rows; shares need amounts of 0 and more. "
            "Use scale='difference'."
        )
    told = selection or ("clusters" if cluster and read.by_cluster else "unknown")
    chosen = told if isinstance(told, Chosen) else Chosen(told)
    _can_be_asked(read, chosen, traits, strata, scale)
    starts = starts_of(read)
    if not starts or (read.treated.all() and len(starts) == 1):
        return nothing([Check("comparison", "blocks", 0, 1)], scale, level, read)
    if len(starts) > 1:
        if strata:
            raise DataError(
                f"{len(starts)} different starts, and strata={strata!r}: a lot within strata is for units that begin together. "
                "Ask for each start by itself, or leave strata out."
            )
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
    return _estimated(of, checks, level, seed, like, adjusts=bool(traits) and chosen.how == "lot")


def _can_be_asked(read: Panel, chosen: Chosen, traits: list[str], strata: str | None, scale: Scale) -> None:
    """Strata are what a lot was drawn within; covariates of a lot are partialled out of amounts, and known of everybody."""
    if strata and chosen.how != "lot":
        raise DataError(f"strata={strata!r} is what a lot is drawn within; units were chosen by {chosen.how!r}, not 'lot'.")
    if not traits or chosen.how != "lot":
        return
    if scale == "ratio":
        raise DataError("covariates of a lot are partialled out of amounts, not of shares. Use scale='difference', or none.")
    unknown = int((~np.isfinite(read.covariates)).any(axis=1).sum())
    if unknown:
        raise DataError(f"{unknown} of {len(read.units)} units have no {' or no '.join(traits)}; expected a number for each.")


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


def _estimated(
    of: Design, checks: list[Check], level: float, seed: int, like: volunteers.Like | None, *, adjusts: bool
) -> Effect:
    sums, treated = of.groups
    method: Method = "lot" if of.chosen.how == "lot" else "did"
    beside: dict[str, Inferred] = {}
    if like:
        method, found = "doubly_robust", volunteers.doubly_robust(like, level)
    elif adjusts:
        found, beside["clustered"] = adjusted(of, level, seed)
    elif sums.stratum is not None:
        found = by_choice(sums, treated, of.contrast, level, seed)
    elif int(treated.sum()) == 1:
        method, found = "synthetic", synthetic(of, level)
    elif min(int(treated.sum()), int((~treated).sum())) < FEW:
        found, beside["bootstrap"] = (test(sums, treated, of.contrast, level, seed) for test in (by_choice, wild))
        checks.append(second_test(found.p, beside["bootstrap"].p, level))
    else:
        found = jackknife(sums, treated, of.contrast, level)
    if not np.isfinite(found.estimate) or not np.isfinite(found.p):  # one unit's deals alone on a side: no error
        return nothing([*checks, Check("units", "blocks", 0, 1)], of.scale, level, of.panel, of)
    return _effect(found, method, checks, level, of, like, beside)


def _effect(
    found: Inferred,
    method: Method,
    checks: list[Check],
    level: float,
    of: Design,
    like: volunteers.Like | None,
    beside: dict[str, Inferred],
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
        inference=inference_of({"choices" if found.choices else "error": found} | beside, of.scale),
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
