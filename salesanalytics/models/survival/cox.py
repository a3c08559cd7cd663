"""What goes with leaving early or late: the proportional-hazards model of Cox (1972).

In: `Spells` (late entry, several stays of one person, values that change: one row per stretch of time) and one column per
characteristic. Out: coefficients with intervals; a coefficient is the log of how many times more often people leave. lifelines
fits Efron's way of ties at tight precision; Breslow's, which it lacks, is ours. Intervals count people, not rows, where people
have several, which is Andersen and Gill's (1982) model where a person can leave more than once. Association, not cause.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats
from salesanalytics.errors import DataError
from salesanalytics.models.survival.coefficients import coefficient_table
from salesanalytics.models.survival.risk_sets import Ties, moments, risk_sets, robust_covariance
from salesanalytics.models.survival.spells import Spells

TIGHT = {"precision": 1e-12, "r_precision": 1e-14}  # at its defaults lifelines stops at four digits
STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Cox:
    """`table`: one row per characteristic: name, coefficient, error (model's), robust (by person), ratio, low, high, p.

    `low`, `high` (95%) and `p` are of `robust` where a person has several rows, else of `error`. `ended`: stays that ended.
    """

    table: pd.DataFrame
    people: int
    ended: int


def cox(rows: Spells, characteristics: pd.DataFrame, ties: Ties = "efron") -> Cox:
    """Raises DataError where nobody left, a value is missing, or a column is the same for all."""
    x = characteristics.astype(np.float64).reset_index(drop=True)
    _check(rows, x)
    repeated = len(np.unique(rows.subject)) < len(rows)
    coefficient, error = (_efron if ties == "efron" else _breslow)(rows, x)
    covariance = robust_covariance(rows, x.to_numpy(), coefficient, ties)
    robust = np.sqrt(np.diag(covariance))
    table = coefficient_table(x.columns, coefficient, error, robust, robust if repeated else error)
    return Cox(table, len(np.unique(rows.subject)), int(rows.ended.sum()))


def _check(rows: Spells, x: pd.DataFrame) -> None:
    if not rows.ended.any():
        raise DataError("nobody left: what goes with leaving cannot be told. Look again when some have.")
    if x.isna().any(axis=None):
        holes = ", ".join(x.columns[x.isna().any()])
        raise DataError(f"{holes} is unknown in some rows; expected a number in each. Leave these rows out and count them.")
    same = [str(name) for name in x if x[name].nunique() < 2]
    if same:
        raise DataError(f"{', '.join(same)} is the same for everybody; expected at least two values. Leave it out.")


def _efron(rows: Spells, x: pd.DataFrame) -> tuple[Floats, Floats]:
    from lifelines import CoxPHFitter

    frame = x.assign(_entry=rows.entry, _exit=rows.exit, _ended=rows.ended)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns of columns with little spread; `_check` and the intervals say so
        fit = CoxPHFitter().fit(frame, "_exit", "_ended", entry_col="_entry", fit_options=TIGHT)
    return fit.params_.to_numpy(), fit.standard_errors_.to_numpy()


def _breslow(rows: Spells, x: pd.DataFrame) -> tuple[Floats, Floats]:
    """Newton's steps on Breslow's (1974) likelihood, which lifelines does not have."""
    values = x.to_numpy() - x.to_numpy().mean(axis=0)
    coefficient = np.zeros(values.shape[1])
    for _ in range(STEPS):
        parts = [moments(at, values) for at in risk_sets(rows, values, coefficient, "breslow")]
        score, information = np.sum([one for one, _ in parts], axis=0), np.sum([one for _, one in parts], axis=0)
        step = np.linalg.solve(information, score)
        coefficient = coefficient + step
        if np.abs(step).max() < TIGHT["precision"]:
            break
    return coefficient, np.sqrt(np.diag(np.linalg.inv(information)))
