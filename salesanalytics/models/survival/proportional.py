"""Whether what goes with leaving does so at all times alike: the score test of proportional hazards.

In: `Spells`, characteristics and the coefficients fitted to them. Out: a chi-square per characteristic and for all together, as
R's cox.zph of survival 3 (Grambsch and Therneau 1994; exact score test with Efron's ties). lifelines' own test takes the
variance of residuals for the same at all times, and says .0007 where R says .344.
"""

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Floats
from salesanalytics.models.survival.curves import survival
from salesanalytics.models.survival.risk_sets import moments, risk_sets
from salesanalytics.models.survival.spells import Spells

Transform = Literal["rank", "km", "identity"]
TOGETHER = "all together"


def proportional(
    rows: Spells, characteristics: pd.DataFrame, coefficients: Floats, transform: Transform = "km"
) -> pd.DataFrame:
    """One row per characteristic and one for all: name, chi2, df, p. `transform`: of time, along which a change is sought."""
    x = characteristics.to_numpy(dtype=np.float64)
    x = x - x.mean(axis=0)
    width = x.shape[1]
    score, plain, cross, square = np.zeros(width), *(np.zeros((width, width)) for _ in range(3))
    along = _along(rows, transform)
    for at, g in zip(risk_sets(rows, x, np.asarray(coefficients, dtype=np.float64)), along, strict=True):
        residual, variance = moments(at, x)
        score += g * residual
        plain += variance
        cross += g * variance
        square += g**2 * variance
    tests = [_test([one], score, plain, cross, square) for one in range(width)]
    tests.append(_test(list(range(width)), score, plain, cross, square))
    table = pd.DataFrame({"name": [*characteristics.columns, TOGETHER], "chi2": tests, "df": [*([1] * width), width]})
    return table.assign(p=stats.chi2.sf(table["chi2"], table["df"]))


def _along(rows: Spells, transform: Transform) -> Floats:
    """Each distinct time of leaving, transformed, less its mean over the leavers."""
    times, left = np.unique(rows.exit[rows.ended], return_counts=True)
    if transform == "identity":
        g = times
    elif transform == "rank":  # the middle rank among all times, also of those still there
        below, upto = (np.searchsorted(np.sort(rows.exit), times, side=side) for side in ("left", "right"))
        g = (below + 1 + upto) / 2
    else:
        g = 1 - np.append(1.0, survival(rows).share[:-1])  # the share gone just before each time
    return np.asarray(g - float(np.repeat(g, left).mean()))


def _test(which: list[int], score: Floats, plain: Floats, cross: Floats, square: Floats) -> float:
    """Chi-square of the score of "changes along time" of some characteristics, the plain coefficients fitted beside."""
    inner = square[np.ix_(which, which)] - cross[which] @ np.linalg.solve(plain, cross[:, which])
    return float(score[which] @ np.linalg.solve(inner, score[which]))
