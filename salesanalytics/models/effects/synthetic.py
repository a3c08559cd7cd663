"""One team alone: held against a weighted mean of the others that went as it did before (Arkhangelsky et al. 2021).

In: a `Design` in which one cluster is treated. Out: `Inferred`, on the contrast's scale. diff-diff finds the weights. How
sure it is says what the same method finds for each of the other teams, where nothing happened: Student's interval, because
there are few.
"""

import warnings

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.effects.design import Design
from salesanalytics.models.effects.inference import Inferred, student


def synthetic(of: Design, level: float) -> Inferred:
    """The treated cluster's mean per unit against the weighted others, and the same for each other one as if it were treated.

    On the ratio scale each cluster counts relative to its own mean before.
    """
    sums, treated = of.groups
    series = sums.sums / sums.n[:, None]
    base = series[:, of.before].mean(axis=1, keepdims=True)
    if of.scale == "ratio":
        series = series / np.maximum(base, 1e-9)
    one = int(np.flatnonzero(treated)[0])
    others = np.flatnonzero(~treated)
    gain = _gain(series, one, others, of)
    placebos = np.array([_gain(series, int(other), others[others != other], of) for other in others])
    error, df = float(placebos.std(ddof=1)), float(len(others) - 1)
    if of.scale == "difference":
        return student(gain, error, df, level)
    usual = max(float(series[one, of.after].mean()) - gain, 1e-9)  # what it would have been
    return student(float(np.log1p(max(gain / usual, -0.999))), error / usual, df, level)


def _gain(series: Floats, one: int, others: Ints, of: Design) -> float:
    from diff_diff import SyntheticDiD

    rows = np.append(others, one)
    used = np.concatenate([of.before, of.after])
    long = pd.DataFrame(
        {
            "group": np.repeat(rows, len(used)),
            "period": np.tile(used, len(rows)),
            "outcome": series[np.ix_(rows, used)].ravel(),
            "treated": np.repeat((rows == one).astype(np.int64), len(used)),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own standard error, which is not used
        fitted = SyntheticDiD(variance_method="placebo", n_bootstrap=2, seed=0).fit(
            long, "outcome", "treated", "group", "period", post_periods=[int(at) for at in of.after]
        )
    return float(fitted.att)
