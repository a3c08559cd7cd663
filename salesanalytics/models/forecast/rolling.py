"""Forecasts as they would have been made earlier: the same methods at past origins, on what was known there.

In: the runs of all series and their forecasts of today. Out: one `ForecastOrigin` per past origin, and for each series whether
its model has beaten the seasonal naive. Origins lie a horizon apart where there are many series; few series get more of them,
closer together. The form of the exponential smoothing is that chosen today, its parameters are estimated anew at each origin.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.models.forecast.conformal import Errors, skill
from salesanalytics.models.forecast.prepare import SeriesRun
from salesanalytics.models.forecast.reconcile import Structure, reconcile
from salesanalytics.models.forecast.score import seasonal_scale
from salesanalytics.models.forecast.single_series import (
    FEW,
    BaseForecast,
    Values,
    forecast,
    method_for,
    seasonal_naive,
    with_last_season,
)

WANTED_SCORES = 100  # per period ahead, all series together
LEAST_ORIGINS, SOME_ORIGINS, MOST_ORIGINS = 3, 6, 12
MANY_SERIES = 60  # from here on each further origin costs too much for what it tells
MODELLED = ("theta_ets", "short", "smoothing")  # methods the seasonal naive is held against


@dataclass(frozen=True, slots=True, eq=False)
class ForecastOrigin:
    """All series as known `back` periods ago, and their base forecasts; only series with enough history are there."""

    back: int
    runs: list[SeriesRun]
    bases: list[BaseForecast]


def scale(y: Values, season_length: int) -> float:
    """What one error of the series is measured in. NaN: the series never changes, or has one value.

    `seasonal_scale` (by the last value where that says nothing) × √(1 + p/n): a model of p parameters estimated from n values
    errs by that much more on new ones (Akaike 1969, final prediction error). So errors made on a shorter past speak for today.
    """
    seasonal = len(y) >= 2 * season_length
    parameters = season_length + 1 if seasonal else 2  # level, slope, and all but one of the seasons
    for lag in (season_length, 1) if seasonal else (1,):
        unit = seasonal_scale(y, lag)
        if unit > 0:
            return float(unit * np.sqrt(1 + parameters / len(y)))
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


def wanted_origins(series: int, structured: Structure | None) -> int:
    """Enough origins for the smallest level of the hierarchy (or for all series, without one), as far as that is cheap."""
    fewest = min(Counter(structured.levels).values()) if structured else max(series, 1)
    most = SOME_ORIGINS if series > MANY_SERIES else MOST_ORIGINS
    return min(max(int(np.ceil(WANTED_SCORES / fewest)), LEAST_ORIGINS), most)


def past_origins(
    runs: Sequence[SeriesRun], bases: Sequence[BaseForecast], structured: Structure | None, horizon: int, season_length: int
) -> list[ForecastOrigin]:
    """Newest first."""
    wanted = wanted_origins(len(runs), structured)
    when = [backs(len(run.y), wanted, horizon, season_length) for run in runs]
    return [
        _origin(back, runs, bases, when, horizon, season_length) for back in sorted({back for mine in when for back in mine})
    ]


def _origin(
    back: int,
    runs: Sequence[SeriesRun],
    bases: Sequence[BaseForecast],
    when: Sequence[list[int]],
    horizon: int,
    season_length: int,
) -> ForecastOrigin:
    there = [at for at, mine in enumerate(when) if back in mine]
    cut = [runs[at].until(runs[at].end - back) for at in there]
    made = []
    for at, run in zip(there, cut, strict=True):
        form = bases[at].form if method_for(run.y, season_length) == bases[at].method else ""
        made.append(forecast(run.y, horizon, season_length, form))
    return ForecastOrigin(back, cut, made)


def no_skill(past: Sequence[ForecastOrigin], runs: Sequence[SeriesRun], horizon: int, season_length: int) -> "pd.Series[float]":
    """Shrunken log ratio of model to naive error by unique_id; above 0 the naive did better. Series not judged are missing."""
    whole = {run.unique_id: run for run in runs}
    rows, last = [], 0
    for origin in past:
        if last and origin.back < last + horizon:
            continue  # windows that overlap repeat one another and would look like agreement
        last = origin.back
        for run, base in zip(origin.runs, origin.bases, strict=True):
            if base.method in MODELLED:
                actual = _actual(whole[run.unique_id], run, horizon)
                naive = seasonal_naive(run.y, horizon, season_length)
                model, plain = (np.abs(actual - mean[: len(actual)]).mean() for mean in (base.mean, naive))
                rows.append({"unique_id": run.unique_id, "model": model, "naive": plain})
    return skill(pd.DataFrame(rows, columns=["unique_id", "model", "naive"]))


def put_together(origin: ForecastOrigin, instead: "set[str]", horizon: int, season_length: int) -> ForecastOrigin:
    """The origin with forecast and last season put together for the series in `instead`."""
    bases = [
        with_last_season(run.y, base, season_length) if run.unique_id in instead and base.method in MODELLED else base
        for run, base in zip(origin.runs, origin.bases, strict=True)
    ]
    return ForecastOrigin(origin.back, origin.runs, bases)


def final(origin: ForecastOrigin, structured: Structure | None) -> Values:
    """Forecast of each series at the origin, a row each: made to add up where there is a hierarchy, not below 0 where none was.

    With a hierarchy the bottom series are cut off at 0 and added up again, so that the sums stay sums.
    """
    mean = np.stack([base.mean for base in origin.bases])
    floor = np.array([0.0 if len(run.y) and run.y.min() >= 0 else -np.inf for run in origin.runs])[:, None]
    if structured is None or len(origin.runs) < len(structured.ids):
        return np.asarray(np.maximum(mean, floor))
    y, fitted = np.stack([run.y for run in origin.runs]), np.stack([base.fitted for base in origin.bases])
    bottom = reconcile(structured, mean, y, fitted)[-len(structured.bottom) :]
    kept: Values = structured.sums @ np.maximum(bottom, floor[-len(structured.bottom) :])
    return kept


def errors(
    past: Sequence[ForecastOrigin], runs: Sequence[SeriesRun], structured: Structure | None, horizon: int, season_length: int
) -> Errors:
    """The scaled errors at all past origins, those of series without a scale left out."""
    whole = {run.unique_id: run for run in runs}
    level = dict(zip(structured.ids, structured.levels, strict=True)) if structured else {}
    rows: list[tuple[Values, str, str, int]] = []
    for origin in past:
        for run, mean in zip(origin.runs, final(origin, structured), strict=True):
            actual, unit = _actual(whole[run.unique_id], run, horizon), scale(run.y, season_length)
            if unit > 0:
                off = np.full(horizon, np.nan)
                off[: len(actual)] = (actual - mean[: len(actual)]) / unit
                rows.append((off, run.unique_id, level.get(run.unique_id, ""), origin.back))
    scaled = np.stack([row[0] for row in rows]) if rows else np.empty((0, horizon))
    names, groups = (np.array([row[at] for row in rows], dtype=object) for at in (1, 2))
    return Errors(scaled, names, groups, np.array([row[3] for row in rows], dtype="int64"))


def _actual(whole: SeriesRun, known: SeriesRun, horizon: int) -> Values:
    return np.asarray(whole.y[len(known.y) : len(known.y) + horizon])
