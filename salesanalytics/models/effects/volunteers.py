"""People who chose to take part: held against others like them, by what is known of both (doubly robust).

In: a `Design` whose panel has covariates. Out: each unit's chance to take part, out of sample, and `Inferred`. Chances and
expected changes are scikit-learn's, cross-fitted (Chernozhukov et al. 2018); diff-diff puts them together.
"""

import warnings
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats
from salesanalytics.models.effects.design import Design
from salesanalytics.models.effects.inference import Inferred, student

Learner: TypeAlias = Any  # scikit-learn has no types
FOLDS = 5


def _likes() -> Learner:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


def _expects() -> Learner:
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), RidgeCV())


def chances(of: Design, seed: int) -> Floats:
    """Each compared unit's chance to take part, from a model that has not seen it."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    panel = of.compared
    fewest = min(int(panel.treated.sum()), int((~panel.treated).sum()))
    folds = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=seed)
    found = cross_val_predict(_likes(), panel.covariates, panel.treated, cv=folds, method="predict_proba")
    return np.asarray(found[:, 1], dtype=np.float64)


def doubly_robust(of: Design, level: float, seed: int) -> Inferred:
    """The treated's mean change beyond that of others like them.

    On the ratio scale the periods are first held against the untreated's mean, and the gain against what the treated would
    have had.
    """
    from diff_diff import DMLDiD

    panel = of.compared
    outcome = panel.outcome
    if of.scale == "ratio":
        usual = outcome[~panel.treated].mean(axis=0)
        outcome = outcome / np.where(usual > 0, usual, np.nan) * usual[of.after].mean()
    change = outcome[:, of.after].mean(axis=1) - outcome[:, of.before].mean(axis=1)
    names = [f"x{at}" for at in range(panel.covariates.shape[1])]
    units = len(panel.units)
    traits = pd.DataFrame(np.tile(panel.covariates, (2, 1)), columns=names)
    long = traits.assign(
        unit=np.tile(np.arange(units), 2),
        period=np.repeat([0, 1], units),
        outcome=np.concatenate([np.zeros(units), change]),
        first=np.tile(np.where(panel.treated, 1, 0), 2),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learned = DMLDiD(_likes(), _expects(), n_folds=FOLDS, seed=seed)
        fitted = learned.fit(long, "outcome", "unit", "period", "first", covariates=names)
    found = fitted.aggregate("simple")
    gain, error, df = float(found.att[0]), float(found.se[0]), float(panel.treated.sum() - 1)
    if of.scale == "difference":
        return student(gain, error, df, level, blur=of.contrast.blur)
    had = max(float(outcome[panel.treated][:, of.after].mean()) - gain, 1e-9)
    return student(float(np.log1p(max(gain / had, -0.999))), error / (had + gain), df, level, blur=of.contrast.blur)
