"""The chance of leaving in each stretch of tenure, with characteristics that change: the discrete-time hazard.

In: one row per person, stay and stretch (`person_periods`), and columns. Out: a logistic regression without penalty (Singer and
Willett 1993; scikit-learn), with the model's errors and errors by person (Liang and Zeger 1986). A person counts in a stretch
only for what was true when it began, so that nobody earns a characteristic by having stayed (immortal time). Classes are never
weighed: that would spoil every chance it tells.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from salesanalytics.base.types import Floats
from salesanalytics.errors import DataError
from salesanalytics.models.survival.coefficients import coefficient_table
from salesanalytics.models.survival.spells import Spells

LARGEST = 15.0  # a coefficient beyond it has run away: the column separates leavers from stayers


@dataclass(frozen=True, slots=True, eq=False)
class Hazard:
    """`table`: one row per column: name, coefficient, error (model's), robust (by person), ratio (of odds), low, high, p; the
    interval and p are of the robust errors, because a person has several rows.

    `covariance`: that of the robust errors, in the order of the table. `n`: rows of `people`, `left`: leavers among them.
    """

    table: pd.DataFrame
    covariance: Floats
    n: int
    left: int
    people: int

    def chance(self, columns: pd.DataFrame) -> Floats:
        """Chance of leaving within a stretch, row by row of `columns`."""
        names = self.table["name"].tolist()
        return np.asarray(special.expit(columns[names].to_numpy(dtype=np.float64) @ self.table["coefficient"].to_numpy()))


def person_periods(rows: Spells, width: float) -> pd.DataFrame:
    """One row per stay and stretch of `width` in which it was watched from the stretch's start: row, period (from 0), left.

    A stretch that somebody was met in the middle of does not count, nor the last one of who is still there and had not come to
    its end: for neither is it known whether they would have been seen to leave.
    """
    first = np.ceil(rows.entry / width - 1e-9).astype(np.int64)
    last = np.where(rows.ended, np.ceil(rows.exit / width - 1e-9), np.floor(rows.exit / width + 1e-9)).astype(np.int64)
    length = np.clip(last - first, 0, None)
    row = np.repeat(np.arange(len(rows)), length)
    period = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    return pd.DataFrame({"row": row, "period": period, "left": rows.ended[row] & (period == last[row] - 1)})


def discrete_hazard(left: ArrayLike, columns: pd.DataFrame, person: ArrayLike) -> Hazard:
    """Fit `left` (flags) on all `columns` (the caller gives one per stretch or band, so there is no intercept beside them).

    Raises DataError where nobody left, or a column tells leavers and stayers wholly apart.
    """
    from sklearn.linear_model import LogisticRegression

    y, x = np.asarray(left, dtype=np.int64), columns.to_numpy(dtype=np.float64)
    if y.min(initial=1) == y.max(initial=0):
        raise DataError("nobody left, or everybody: what goes with leaving cannot be told. Look again when some have.")
    model = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10, max_iter=100)
    coefficient = np.asarray(model.fit(x, y).coef_[0], dtype=np.float64)
    apart = [name for name, one in zip(columns, coefficient, strict=True) if abs(one) > LARGEST]
    if apart:
        which = ", ".join(map(str, apart))
        raise DataError(f"leavers and stayers are told wholly apart by {which}: no finite estimate. Leave it out.")
    chance = special.expit(x @ coefficient)
    bread = np.linalg.pinv((x * (chance * (1 - chance))[:, None]).T @ x)
    names, whose = np.unique(np.asarray(person).astype(np.str_), return_inverse=True)
    scores = np.zeros((len(names), x.shape[1]))
    np.add.at(scores, whose, x * (y - chance)[:, None])
    covariance = bread @ (scores.T @ scores) @ bread * (len(names) / max(len(names) - 1, 1))
    loose = [name for name, one in zip(columns, np.diag(covariance), strict=True) if not one > 0]
    if loose:
        raise DataError(f"{', '.join(map(str, loose))} follows from other columns, or nearly: no error is known. Leave it out.")
    error, robust = (np.sqrt(np.diag(matrix)) for matrix in (bread, covariance))
    table = coefficient_table(columns, coefficient, error, robust, robust)
    return Hazard(table, covariance, len(y), int(y.sum()), len(names))
