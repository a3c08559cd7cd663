"""Forecasts as they would have been made earlier: the same methods at past origins, on what was known there.

In: the runs of all series and their forecasts of today. Out: one `Look` per origin, and for each series whether its model has
beaten the seasonal naive. Origins lie a horizon apart where there are many series; few series get more of them, closer
together. The form of the exponential smoothing is that chosen today, its parameters are estimated anew at each origin.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.models.forecast.conformal import Errors, skill
from salesanalytics.models.forecast.models import FEW, Base, Values, forecast, method_for, naive_base, seasonal_naive
from salesanalytics.models.forecast.prepare import Run
from salesanalytics.models.forecast.reconcile import Structure, reconcile
from salesanalytics.models.forecast.score import seasonal_scale

WANTED_SCORES = 100  # per period ahead, all series together
LEAST_ORIGINS, SOME_ORIGINS, MOST_ORIGINS = 3, 6, 12
MANY_SERIES = 60  # from here on each further origin costs too much for what it tells
MODELLED = ("theta_ets", "short", "smoothing")  # methods the seasonal naive is held against


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All series as seen `back` periods ago, and their base forecasts; only series with enough history are there."""

    back: int
    runs: list[Run]
    bases: list[Base]


def scale(y: Values, season_length: int) -> float:
    """What one error of the series is measured in. NaN: the series never changes, or has one value.

    `seasonal_scale` (by the last value where that says nothing) × √(1 + p/n): a model of p parameters estimated from n values
    errs by that much more on new ones (Akaike 1969, final prediction error). So errors made on a shorter past speak for today.
    """
    seasonal = len(y) >= 2 * season_length
    parameters = season_length + 1 if seasonal else 2  # level, slope, and all but one of the seasons
    for lag in (season_length, 1) if seasonal else (1,):
        found = seasonal_scale(y, lag)
        if found > 0:
            return float(found * np.sqrt(1 + parameters / len(y)))
    return float("nan")


def backs(n: int, wanted: int, horizon: int, season_length: int) -> list[int]:
    """How many periods ago to look from, for a run of `n` values: 3 seasons remain where they can, else 2, else 1,
    else half of the run.
    """
    least = next((k * season_length for k in (3, 2, 1) if n - horizon >= max(k * season_length, FEW)), max(FEW, n // 2))
    if n - least < 1:
        return []
    first = min(horizon, n - least)
    step = horizon if wanted == LEAST_ORIGINS else max(1, min(horizon, (n - least - first) // (wanted - 1)))
    return list(range(first, n - least + 1, step))[:wanted]


def wanted_origins(series: int, found: Structure | None) -> int:
    """Enough origins for the smallest level of the hierarchy (or for all series, without one), as far as that is cheap."""
    fewest = min(Counter(found.levels).values()) if found else max(series, 1)
    most = SOME_ORIGINS if series > MANY_SERIES else MOST_ORIGINS
    return min(max(int(np.ceil(WANTED_SCORES / fewest)), LEAST_ORIGINS), most)


def looks(runs: Sequence[Run], bases: Sequence[Base], found: Structure | None, horizon: int, season_length: int) -> list[Look]:
    """One look per past origin, newest first."""
    wanted = wanted_origins(len(runs), found)
    when = [backs(len(run.y), wanted, horizon, season_length) for run in runs]
    return [_look(back, runs, bases, when, horizon, season_length) for back in sorted({back for mine in when for back in mine})]


def _look(
    back: int, runs: Sequence[Run], bases: Sequence[Base], when: Sequence[list[int]], horizon: int, season_length: int
) -> Look:
    there = [at for at, mine in enumerate(when) if back in mine]
    cut = [runs[at].until(runs[at].end - back) for at in there]
    made = []
    for at, run in zip(there, cut, strict=True):
        form = bases[at].form if method_for(run.y, season_length) == bases[at].method else ""
        made.append(forecast(run.y, horizon, season_length, form))
    return Look(back, cut, made)


def no_skill(past: Sequence[Look], runs: Sequence[Run], horizon: int, season_length: int) -> "pd.Series[float]":
    """Shrunken log ratio of model to naive error by unique_id; above 0 the naive did better. Series not judged are missing."""
    whole = {run.unique_id: run for run in runs}
    rows, last = [], 0
    for look in past:
        if last and look.back < last + horizon:
            continue  # windows that overlap repeat one another and would look like agreement
        last = look.back
        for run, base in zip(look.runs, look.bases, strict=True):
            if base.method in MODELLED:
                came = _came(whole[run.unique_id], run, horizon)
                naive = seasonal_naive(run.y, horizon, season_length)
                model, plain = (np.abs(came - told[: len(came)]).mean() for told in (base.mean, naive))
                rows.append({"unique_id": run.unique_id, "model": model, "naive": plain})
    return skill(pd.DataFrame(rows, columns=["unique_id", "model", "naive"]))


def with_naive(look: Look, instead: "set[str]", horizon: int, season_length: int) -> Look:
    """The look with the seasonal naive for the series in `instead`."""
    bases = [
        naive_base(run.y, horizon, season_length) if run.unique_id in instead else base
        for run, base in zip(look.runs, look.bases, strict=True)
    ]
    return Look(look.back, look.runs, bases)


def final(look: Look, found: Structure | None) -> Values:
    """Forecast of each series of the look, a row each: made to add up where there is a hierarchy, not below 0 where none was.

    With a hierarchy the bottom series are cut off at 0 and added up again, so that the sums stay sums.
    """
    mean = np.stack([base.mean for base in look.bases])
    floor = np.array([0.0 if len(run.y) and run.y.min() >= 0 else -np.inf for run in look.runs])[:, None]
    if found is None or len(look.runs) < len(found.ids):
        return np.asarray(np.maximum(mean, floor))
    y, fitted = np.stack([run.y for run in look.runs]), np.stack([base.fitted for base in look.bases])
    bottom = reconcile(found, mean, y, fitted)[-len(found.bottom) :]
    kept: Values = found.sums @ np.maximum(bottom, floor[-len(found.bottom) :])
    return kept


def errors(past: Sequence[Look], runs: Sequence[Run], found: Structure | None, horizon: int, season_length: int) -> Errors:
    """The scaled errors of all looks, those of series without a scale left out."""
    whole = {run.unique_id: run for run in runs}
    level = dict(zip(found.ids, found.levels, strict=True)) if found else {}
    rows: list[tuple[Values, str, str, int]] = []
    for look in past:
        for run, mean in zip(look.runs, final(look, found), strict=True):
            came, unit = _came(whole[run.unique_id], run, horizon), scale(run.y, season_length)
            if unit > 0:
                off = np.full(horizon, np.nan)
                off[: len(came)] = (came - mean[: len(came)]) / unit
                rows.append((off, run.unique_id, level.get(run.unique_id, ""), look.back))
    scaled = np.stack([row[0] for row in rows]) if rows else np.empty((0, horizon))
    names, groups = (np.array([row[at] for row in rows], dtype=object) for at in (1, 2))
    return Errors(scaled, names, groups, np.array([row[3] for row in rows], dtype="int64"))


def _came(whole: Run, known: Run, horizon: int) -> Values:
    return np.asarray(whole.y[len(known.y) : len(known.y) + horizon])
