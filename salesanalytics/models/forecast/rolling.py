"""Forecasts as they would have been made earlier, and what that says of today's: each way's weight, and the errors.

In: the runs of all series and their forecasts of today. Out: one `ForecastOrigin` per past origin, with what was known there;
the weights by which each series' ways are put together (inverse squared past errors: Bates and Granger 1969); and errors.
Origins lie a horizon apart where there are many series; few series get more of them, closer together. The form of the
exponential smoothing is that chosen today, its parameters are estimated anew at each origin.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from salesanalytics.models.forecast.conformal import Errors, overlaps
from salesanalytics.models.forecast.prepare import SeriesRun
from salesanalytics.models.forecast.reconcile import Structure, reconcile
from salesanalytics.models.forecast.score import seasonal_scale
from salesanalytics.models.forecast.single_series import FEW, WAYS, BaseForecast, Values, forecast, method_for

WANTED_SCORES = 100  # per period ahead, all series together
LEAST_ORIGINS, SOME_ORIGINS, MOST_ORIGINS = 3, 6, 12
MANY_SERIES = 60  # from here on each further origin costs too much for what it tells
TRUST = 4.0  # a way's past errors are drawn to those of all series, as if so many of theirs had been seen
POWER = 2.0  # of its past error, by which a way weighs less


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
    What is never below 0 errs by more where it has grown: × the last season's mean ÷ the mean of all.
    """
    seasonal = len(y) >= 2 * season_length
    parameters = season_length + 1 if seasonal else 2  # level, slope, and all but one of the seasons
    for lag in (season_length, 1) if seasonal else (1,):
        unit = seasonal_scale(y, lag)
        if unit > 0:
            return float(unit * np.sqrt(1 + parameters / len(y)) * _grown(y, season_length))
    return float("nan")


def _grown(y: Values, season_length: int) -> float:
    last = float(y[-season_length:].mean())
    return last / float(y.mean()) if y.min() >= 0 and last > 0 else 1.0


def backs(n: int, wanted: int, horizon: int, season_length: int) -> list[int]:
    """How many periods ago to look from, for a run of `n` values: 3 seasons remain where they can, else 2, else 1,
    else half of the run; of few series 2 are enough, because more origins tell more than longer pasts.
    """
    seasons = (3, 2, 1) if wanted == LEAST_ORIGINS else (2, 1)
    least = next((k * season_length for k in seasons if n - horizon >= max(k * season_length, FEW)), max(FEW, n // 2))
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


def weights(
    past: Sequence[ForecastOrigin], runs: Sequence[SeriesRun], horizon: int, season_length: int
) -> Mapping[str, Mapping[str, float]]:
    """By unique_id ('' stands for all) and way: what it weighs, before those that a series lacks are left out."""
    whole = {run.unique_id: run for run in runs}
    errors: dict[str, dict[str, list[float]]] = {}
    when: dict[str, list[int]] = {}
    for origin in past:
        for run, base in zip(origin.runs, origin.bases, strict=True):
            unit = scale(run.y, season_length)
            if len(base.ways) < 2 or not unit > 0:
                continue
            actual = _actual(whole[run.unique_id], run, horizon)
            off = np.abs(actual - base.mean[:, : len(actual)]).mean(axis=1) / unit
            when.setdefault(run.unique_id, []).append(origin.back)
            for way, one in zip(base.ways, off, strict=True):
                errors.setdefault(run.unique_id, {}).setdefault(way, []).append(float(one))
    usual = {way: [one for mine in errors.values() for one in mine.get(way, [])] for way in WAYS}
    means = {way: float(np.mean(every)) for way, every in usual.items() if every}
    found = {"": _inverse(means)}
    for name, mine in errors.items():
        n = float((1 / overlaps(np.array(when[name]), horizon)).sum())
        drawn = {way: float((n * np.mean(mine.get(way, means[way])) + TRUST * means[way]) / (n + TRUST)) for way in means}
        found[name] = _inverse(drawn)
    return found


def _inverse(errors: Mapping[str, float]) -> dict[str, float]:
    least = 1e-6 * max(errors.values(), default=0.0) or 1.0
    return {way: prior / max(errors.get(way, least), least) ** POWER if errors else prior for way, prior in WAYS.items()}


def put_together(origin: ForecastOrigin, weighed: Mapping[str, Mapping[str, float]]) -> ForecastOrigin:
    """The origin with the ways of each series as one."""
    bases = []
    for run, base in zip(origin.runs, origin.bases, strict=True):
        told = shares(base, weighed.get(run.unique_id, weighed[""]))
        bases.append(base.weighted(told))
    return ForecastOrigin(origin.back, origin.runs, bases)


def shares(base: BaseForecast, weighed: Mapping[str, float]) -> Values:
    """The weights of the ways that a forecast has; they sum to 1."""
    mine = np.array([weighed.get(way, 1.0) for way in base.ways])
    return np.asarray(mine / mine.sum())


def final(origin: ForecastOrigin, structured: Structure | None) -> Values:
    """Forecast of each series at the origin (its ways as one), a row each: they add up, and none is below 0 where no value was.

    With a hierarchy the bottom series are cut off at 0 and added up again, so that the sums stay sums.
    """
    mean = np.stack([base.mean[0] for base in origin.bases])
    floor = np.array([0.0 if len(run.y) and run.y.min() >= 0 else -np.inf for run in origin.runs])[:, None]
    if structured is None or len(origin.runs) < len(structured.ids):
        return np.asarray(np.maximum(mean, floor))
    y, fitted = np.stack([run.y for run in origin.runs]), np.stack([base.fitted[0] for base in origin.bases])
    bottom = reconcile(structured, mean, y, fitted)[-len(structured.bottom) :]
    kept: Values = structured.sums @ np.maximum(bottom, floor[-len(structured.bottom) :])
    return kept


def errors(
    past: Sequence[ForecastOrigin], runs: Sequence[SeriesRun], structured: Structure | None, horizon: int, season_length: int
) -> Errors:
    """The scaled errors at all past origins, those of series without a scale left out."""
    whole = {run.unique_id: run for run in runs}
    level = dict(zip(structured.ids, structured.levels, strict=True)) if structured else {}
    rows: list[tuple[Values, str, str, int, int]] = []
    for origin in past:
        for run, mean in zip(origin.runs, final(origin, structured), strict=True):
            actual, unit = _actual(whole[run.unique_id], run, horizon), scale(run.y, season_length)
            if unit > 0:
                off = np.full(horizon, np.nan)
                off[: len(actual)] = (actual - mean[: len(actual)]) / unit
                rows.append((off, run.unique_id, level.get(run.unique_id, ""), origin.back, len(run.y)))
    scaled = np.stack([row[0] for row in rows]) if rows else np.empty((0, horizon))
    names, groups = (np.array([row[at] for row in rows], dtype=object) for at in (1, 2))
    back, length = (np.array([row[at] for row in rows], dtype="int64") for at in (3, 4))
    return Errors(scaled, names, groups, back, length)


def _actual(whole: SeriesRun, known: SeriesRun, horizon: int) -> Values:
    return np.asarray(whole.y[len(known.y) : len(known.y) + horizon])
