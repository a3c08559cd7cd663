"""What the engine answers with: an estimate and its verdict, or what stands in the way and no number.

In: what was found. Out: `Effect`, and the one that says nothing.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.models.effects.contrast import Scale
from salesanalytics.models.effects.design import Design
from salesanalytics.models.effects.guards import Check, table_of
from salesanalytics.models.effects.inference import Inferred
from salesanalytics.models.effects.panel import Panel

Verdict = Literal["effect", "none_found", "not_identifiable"]
Method = Literal["lot", "did", "synthetic", "doubly_robust", "staggered", "none"]
POWER = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What was caused per treated unit and period, payback included, on `scale`: in the outcome's unit, or as a share of what
    would have been (`ratio`). NaN, all of them, where the verdict is `not_identifiable`.

    `estimate`, `low`, `high` (at `level`), `p`; `whole`: the treated's outcome in the periods that count; `total`,
    `total_low`, `total_high`: over all treated units and periods that count, in the outcome's unit; `smallest`: the least
    effect that would have been found with a chance of 80%. `method`: how it was estimated; `choices`: other choices of the
    treated that the p-value rests on, 0 where it rests on an error. `course`: one row per period: offset (0: the first
    treated), period, estimate, low, high, counts (looked at: before, after, left_out). `guards`: one row per guard: check,
    stands (passes, blocks, unchecked), found, needed. `sensitivity`: magnitude, low, high, for staggered starts. `by_group`:
    start, estimate, error, for these. `treated`, `untreated`: units compared; `groups_treated`, `groups`: of what was chosen
    as one; `periods_before`, `periods_after`: looked at; `left`: units lost on the way. `breakdown`: the magnitude at which
    the intervals of `sensitivity` begin to hold 0. `inference`: one row per test, the one that decides first: by (choices,
    error; bootstrap or clustered beside it), p, low, high, looks (other choices or weightings looked at).
    """

    verdict: Verdict
    method: Method
    scale: Scale
    level: float
    estimate: float
    low: float
    high: float
    p: float
    total: float
    total_low: float
    total_high: float
    whole: float
    smallest: float
    choices: int
    course: pd.DataFrame
    guards: pd.DataFrame
    sensitivity: pd.DataFrame
    by_group: pd.DataFrame
    treated: int
    untreated: int
    groups_treated: int
    groups: int
    periods_before: int
    periods_after: int
    left: int
    breakdown: float = np.nan
    inference: pd.DataFrame = field(default_factory=lambda: NO_INFERENCE)

    @property
    def blocked(self) -> list[str]:
        """The guards that stand in the way, the first one first."""
        return list(self.guards.loc[self.guards["stands"] == "blocks", "check"])


NO_SENSITIVITY = pd.DataFrame({"magnitude": [], "low": [], "high": []}, dtype="float64")
NO_GROUPS = pd.DataFrame({"start": [], "estimate": [], "error": []}, dtype="float64")
NO_INFERENCE: pd.DataFrame = pd.DataFrame({"by": pd.Series(dtype="object"), "p": [], "low": [], "high": [], "looks": []})
NO_COURSE = pd.DataFrame(
    {
        "offset": pd.Series(dtype="int64"),
        "period": [],
        "estimate": [],
        "low": [],
        "high": [],
        "counts": pd.Series(dtype="object"),
    }
)


def inference_of(found: dict[str, Inferred], scale: Scale) -> pd.DataFrame:
    """One row per test: by, p, low, high, looks."""
    shown = np.expm1 if scale == "ratio" else np.asarray
    ends = shown(np.array([[one.low, one.high] for one in found.values()]))
    looks = [one.choices for one in found.values()]
    return pd.DataFrame(
        {"by": list(found), "p": [one.p for one in found.values()], "low": ends[:, 0], "high": ends[:, 1], "looks": looks}
    )


def least_seen(found: Inferred, level: float) -> float:
    """The least effect, on the contrast's scale, that would have been found with a chance of 80%."""
    return float((stats.t.ppf((1 + level) / 2, found.df) + stats.t.ppf(POWER, found.df)) * found.error)


def nothing(checks: list[Check], scale: Scale, level: float, panel: Panel, of: Design | None = None) -> Effect:
    """No number: what stands in the way, and how many were looked at."""
    there = of.compared if of is not None and of.followed.any() else panel
    return Effect(
        verdict="not_identifiable",
        method="none",
        scale=scale,
        level=level,
        **dict.fromkeys(("estimate", "low", "high", "p", "total", "total_low", "total_high", "whole", "smallest"), np.nan),
        choices=0,
        course=NO_COURSE,
        guards=table_of(checks),
        sensitivity=NO_SENSITIVITY,
        by_group=NO_GROUPS,
        inference=NO_INFERENCE,
        treated=int(there.treated.sum()),
        untreated=int((~there.treated).sum()),
        groups_treated=0,
        groups=0,
        periods_before=0 if of is None else len(of.before),
        periods_after=0 if of is None else len(of.after),
        left=0 if of is None else int((of.before_all & ~of.followed).sum()),
    )
