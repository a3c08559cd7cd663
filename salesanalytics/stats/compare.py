"""Who differs from the others by more than chance: the one home of this question.

In: counts of successes and failures, one value per group or per measure. Out: p-values of "no difference". Shares are compared
by Fisher's exact test, and wherever several are looked at together the p-values are adjusted by Holm's method. What a group is
compared with never contains the group itself. Where some were not followed to the end, `stats.apart` compares.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags, Floats


def fisher(yes: float, no: float, others_yes: float, others_no: float) -> float:
    """p-value of "the two shares are the same" (Fisher's exact test, two-sided), from whole counts."""
    return float(stats.fisher_exact(np.array([[yes, no], [others_yes, others_no]]))[1])


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Holm's step-down adjustment (1979): the chance of even one false alarm among all looks stays below the level."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def false_discoveries(p_values: Sequence[float] | Floats) -> Floats:
    """Benjamini and Hochberg's adjustment (1995): of what is called different, at most the stated share is luck."""
    p = np.asarray(p_values, dtype=np.float64)
    return np.asarray(stats.false_discovery_control(p)) if len(p) else p


def each_against_the_others(yes: "pd.Series[float]", no: "pd.Series[float]") -> "pd.Series[float]":
    """p-values of groups (one row each) whose share of `yes` is held against that of all other groups together.

    Holm-adjusted over the groups. Missing where a group has no counts, and everywhere where fewer than two groups have any.
    """
    counted = yes.index[(yes + no) > 0]
    p = pd.Series(np.nan, index=yes.index)
    if len(counted) < 2:
        return p
    all_yes, all_no = yes[counted].sum(), no[counted].sum()
    p[counted] = holm([fisher(yes[row], no[row], all_yes - yes[row], all_no - no[row]) for row in counted])
    return p


def outranks(values: Floats, chosen: Flags) -> float:
    """The chance that one of the `chosen` has the larger value beside one of the others; a tie is half (Mann, Whitney 1947)."""
    n, others = int(chosen.sum()), int((~chosen).sum())
    return (float(stats.rankdata(values)[chosen].sum()) - n * (n + 1) / 2) / (n * others)


def against_the_rest(
    yes: "pd.Series[float]", n: "pd.Series[float]", total_yes: "pd.Series[float]", total_n: "pd.Series[float]", least: int
) -> pd.DataFrame:
    """Own shares (one row per measure) against those of a total that own counts are part of, and are taken out of first.

    Out, with the same index: `usual` (the share of the rest) and `p`, Holm-adjusted over the rows. Both are missing where own
    counts or the rest are fewer than `least`, or where the total cannot hold own counts.
    """
    rest_yes, rest_n = total_yes - yes, total_n - n
    usable = (n >= least) & (rest_n >= least) & (rest_yes >= 0) & (rest_yes <= rest_n)
    counts = pd.DataFrame({"yes": yes, "no": n - yes, "rest_yes": rest_yes, "rest_no": rest_n - rest_yes})[usable]
    p = holm([fisher(*row) for row in counts.astype("int64").to_numpy()])
    compared = pd.DataFrame({"usual": (rest_yes / rest_n)[usable], "p": pd.Series(p, index=counts.index)})
    return compared.reindex(n.index)
