"""Forecasts that add up: rep, team, region and company say the same, and each level lends the others what it knows.

In: a frame with one row per bottom series and one column per level above it; forecasts and fitted values of all series. Out:
forecasts that add up, by minimum trace (Wickramasuriya et al. 2019) with hierarchicalforecast. Levels need not be nested: a
sale may be counted by region and by purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.errors import DataError
from salesanalytics.models.forecast.prepare import SeriesRun
from salesanalytics.models.forecast.single_series import library

Values = NDArray[np.float64]
FEWEST_ERRORS = 12  # one-step errors per series; below, a variance says little


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Which series add up to which: `sums` has a row per id (bottom ones last) and a column per bottom series, 0 or 1."""

    ids: tuple[str, ...]
    levels: tuple[str, ...]  # level of each id
    sums: Values

    @property
    def bottom(self) -> tuple[str, ...]:
        """The series everything is added up from."""
        return self.ids[-self.sums.shape[1] :]

    def add_up(self, runs: Sequence[SeriesRun]) -> list[SeriesRun]:
        """A run per id from those of the bottom series, which have to span the same places in the order of `bottom`."""
        values = self.sums @ np.stack([run.y for run in runs])
        filled = (self.sums @ np.array([run.filled for run in runs])).astype(int)
        return [SeriesRun(name, y, runs[0].start, int(n)) for name, y, n in zip(self.ids, values, filled, strict=True)]


def structure(hierarchy: pd.DataFrame, there: Sequence[str]) -> Structure:
    """The hierarchy as sums, for the bottom series `there`. Columns: `unique_id` (or `bottom`), then one per level.

    DataError: a series without a row, a row twice, a missing parent, or one name on two levels.
    """
    rows = hierarchy.astype(object).set_index("unique_id") if "unique_id" in hierarchy else hierarchy.astype(object)
    rows = rows.set_axis(rows.index.astype(str))
    _check(rows, there)
    rows = rows.loc[list(there)]
    ids, levels, sums = [], [], []
    for level in rows.columns:
        names = rows[level].astype(str)
        if names.tolist() == list(there):
            continue  # the bottom itself, named once more
        for name in sorted(names.unique()):
            ids.append(name)
            levels.append(str(level))
            sums.append((names == name).to_numpy(dtype="float64"))
    ids, levels = [*ids, *there], [*levels, *["bottom"] * len(there)]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise DataError(
            f"the hierarchy uses {twice[0]!r} on two levels; expected one name per series: add the level to the name."
        )
    return Structure(tuple(ids), tuple(levels), np.vstack([*sums, np.eye(len(there))]))


def _check(rows: pd.DataFrame, there: Sequence[str]) -> None:
    unknown = [name for name in there if name not in rows.index]
    if unknown:
        raise DataError(
            f"{len(unknown)} series of the history are not in the hierarchy, e.g. {unknown[0]}; expected a row per bottom "
            "series (unique_id) with its parent on each level. Series of the levels above are added up here: leave them out."
        )
    if rows.index.has_duplicates:
        raise DataError(f"the hierarchy has more than one row for {rows.index[rows.index.duplicated()][0]}; expected one.")
    holes = np.argwhere(rows.loc[list(there)].isna().to_numpy())
    if len(holes):
        name, level = there[holes[0][0]], rows.columns[holes[0][1]]
        raise DataError(f"the hierarchy has no {level} for {name}; expected a parent on every level.")


def reconcile(structured: Structure, mean: Values, y: Values, fitted: Values) -> Values:
    """`mean` (a row per id, a column per period) made to add up, weighted by how well each series was fitted.

    MinT with a shrunken covariance of the one-step errors; with the variances alone (WLS) where there are too few of them or
    they cannot be inverted, and by the structure alone where nothing was fitted.
    """
    trace = library("hierarchicalforecast.methods").MinTrace
    whole = ~np.isnan(fitted).any(axis=0)
    methods = ["mint_shrink"] if whole.sum() >= 2 * FEWEST_ERRORS else []
    for method in [*methods, *(["wls_var"] if whole.sum() >= FEWEST_ERRORS else []), "wls_struct"]:
        past = {} if method == "wls_struct" else {"y_insample": y[:, whole], "y_hat_insample": fitted[:, whole]}
        try:
            reconciled = trace(method=method).fit_predict(S=structured.sums, y_hat=mean, **past)["mean"]
        except Exception:  # noqa: S112  the library raises bare exceptions for a covariance it cannot invert
            continue
        if np.isfinite(reconciled).all():
            bottom = np.asarray(reconciled, dtype="float64")[-structured.sums.shape[1] :]
            return np.asarray(structured.sums @ bottom)
    return np.asarray(structured.sums @ mean[-structured.sums.shape[1] :])
