"""Many series forecast together: where each will go, how sure that is, and what the seasonal naive would have said.

In: a tidy history, one row per `unique_id` and `ds` with its value `y`. Out: one row per series and period ahead, and one row
per series with the method used and why. Several ways put together by how wrong each was before (`single_series`, `rolling`),
made to add up over a hierarchy (`reconcile`), ranges from the errors of earlier forecasts (`conformal`). Looks at the history
alone; nothing is drawn at random.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.errors import DataError
from salesanalytics.models.forecast import rolling
from salesanalytics.models.forecast.conformal import Errors, half_widths, never_changed
from salesanalytics.models.forecast.prepare import Gaps, SeriesCalendar, SeriesRun, on_one_span, prepare
from salesanalytics.models.forecast.reconcile import structure
from salesanalytics.models.forecast.single_series import WAYS, BaseForecast, Values, forecast, seasonal_naive

WHY = {
    "none": "nothing",
    "zero": "all_zero",
    "constant": "never_changed",
    "mean": "few_values",
    "smoothing": "mostly_zero",
    "short": "too_short",
    "combined": "enough",
    "seasonal_naive": "failed",
}


@dataclass(frozen=True, slots=True, eq=False)
class SeriesForecast:
    """`table`: unique_id, ds, mean, lo_80, hi_80, lo_95, hi_95 (by `levels`), naive; ranges are missing where none can be told.

    `methods`: one row per series: unique_id, level (of the hierarchy), method, why (a key of the catalogue, `series.why.…`), n
    (values), filled (of these, put in where a row was missing), theta, smoothing, trend and last_season (their shares in the
    forecast; missing where one way was all). `scores`: past errors behind each range. `scales`: unit of the errors, by series;
    `floors`: what no range goes below, 0 where the history never did.
    """

    table: pd.DataFrame
    methods: pd.DataFrame
    scores: int
    errors: Errors
    scales: Mapping[str, float]
    floors: Mapping[str, float]

    def total(self, unique_id: str, periods: int, level: int = 80, *, skip: int = 0) -> tuple[float, float, float]:
        """Low, mean and high of the sum over `periods`, of those ahead the first `skip` left out.

        The range is that of sums: errors of past forecasts are added up over the same periods ahead, so that they offset in
        part. Where no past forecast reached beyond `skip`, it is the range of the sum from the first period on, which holds
        more periods and is as a rule wider.
        """
        mean = float(self.table.loc[self.table["unique_id"] == unique_id, "mean"].iloc[skip : skip + periods].sum())
        row = self.methods.set_index("unique_id").loc[unique_id]
        errors, n = self.errors.of_group(str(row["level"])), max(int(str(row["n"])), 1)
        widths = half_widths(errors.added_up(skip), max(periods, 1), level / 100, n)
        if skip and np.isnan(widths[-1]):
            widths = half_widths(errors.added_up(), skip + periods, level / 100, n)
        half = float(widths[-1]) * self.scales[unique_id] if periods else 0.0
        return max(mean - half, self.floors[unique_id]), mean, mean + half


def forecast_series(
    history: pd.DataFrame,
    *,
    horizon: int,
    season_length: int,
    levels: Sequence[int] = (80, 95),
    hierarchy: pd.DataFrame | None = None,
    gaps: Gaps = "zero",
    seed: int = 0,
) -> SeriesForecast:
    """Forecast each series of `history` for the `horizon` periods after its end.

    `hierarchy`: one row per bottom series (`unique_id`), one column per level above it (region, company, …) naming its parent
    there; the history then holds the bottom series alone, and the result all, which add up. `gaps`: a missing period counts 0
    (`zero`), or lies between its neighbours (`line`). `seed` is taken for the house's common call; no step is random.
    DataError: columns, duplicates, values or parents that cannot be used.
    """
    _check(horizon, season_length, levels)
    runs, calendar = prepare(history, season_length, gaps)
    structured = None
    if hierarchy is not None and runs:
        structured = structure(hierarchy, [run.unique_id for run in runs])
        runs = structured.add_up(on_one_span(runs))
    bases = [forecast(run.y, horizon, season_length) for run in runs]
    past = rolling.past_origins(runs, bases, structured, horizon, season_length)
    weighed = rolling.weights(past, runs, horizon, season_length)
    today = rolling.put_together(rolling.ForecastOrigin(0, runs, bases), weighed)
    past = [rolling.put_together(origin, weighed) for origin in past]
    errors, own = rolling.errors(past, runs, structured, horizon, season_length).in_own_units()
    scales = {name: unit * own.get(name, 1.0) for name, unit in _scales(runs, season_length).items()}
    floors = {run.unique_id: 0.0 if len(run.y) and run.y.min() >= 0 else -np.inf for run in runs}
    groups = dict(zip(structured.ids, structured.levels, strict=True)) if structured else {}
    mean = rolling.final(today, structured) if runs else np.empty((0, horizon))
    table = _table(runs, mean, calendar, horizon, season_length)
    halves = {level: _halves(runs, errors, scales, groups, horizon, level / 100) for level in levels}
    table = _with_ranges(table, mean, np.array([floors[run.unique_id] for run in runs])[:, None], halves)
    return SeriesForecast(table, _methods(runs, bases, groups, weighed), len(errors.scaled), errors, scales, floors)


def _check(horizon: int, season_length: int, levels: Sequence[int]) -> None:
    if horizon < 1 or season_length < 1:
        raise DataError(f"horizon is {horizon} and season_length {season_length}; expected whole numbers of 1 or more.")
    wrong = [level for level in levels if not 0 < level < 100]
    if wrong:
        raise DataError(f"levels holds {wrong[0]}; expected percentages between 0 and 100, such as 80 and 95.")


def _scales(runs: Sequence[SeriesRun], season_length: int) -> dict[str, float]:
    """Unit of each series' errors; a series too short to have one borrows the others' median, relative to its own size."""
    own = {run.unique_id: rolling.scale(run.y, season_length) for run in runs}
    size = {run.unique_id: float(np.abs(run.y).mean()) if len(run.y) else np.nan for run in runs}
    known = [own[name] / size[name] for name in own if own[name] > 0 and size[name] > 0]
    usual = float(np.median(known)) if known else np.nan
    short = {run.unique_id for run in runs if len(run.y) < 2}
    return {name: usual * size[name] if name in short else unit for name, unit in own.items()}


def _table(runs: Sequence[SeriesRun], mean: Values, calendar: SeriesCalendar, horizon: int, season_length: int) -> pd.DataFrame:
    ahead = np.arange(horizon)
    places = np.concatenate([run.end + ahead for run in runs]).astype("int64") if runs else np.empty(0, dtype="int64")
    naive = [seasonal_naive(run.y, horizon, season_length) for run in runs]
    return pd.DataFrame(
        {
            "unique_id": np.repeat([run.unique_id for run in runs], horizon),
            "ds": calendar.dates(places),
            "mean": mean.ravel(),
            "naive": np.concatenate(naive) if naive else np.empty(0),
        }
    )


def _with_ranges(table: pd.DataFrame, mean: Values, floor: Values, halves: Mapping[int, Values]) -> pd.DataFrame:
    ranges: dict[str, Values] = {}
    for level, half in halves.items():
        ranges |= {f"lo_{level}": np.maximum(mean - half, floor).ravel(), f"hi_{level}": (mean + half).ravel()}
    return table.assign(**ranges)[["unique_id", "ds", "mean", *ranges, "naive"]]


def _halves(
    runs: Sequence[SeriesRun],
    errors: Errors,
    scales: Mapping[str, float],
    groups: Mapping[str, str],
    horizon: int,
    level: float,
) -> Values:
    """Half-width of each series' range, a row each."""
    level_of = [groups.get(run.unique_id, "") for run in runs]
    alike = {group: errors.of_group(group) for group in set(level_of)}
    lengths = {(group, len(run.y)) for group, run in zip(level_of, runs, strict=True) if len(run.y)}
    widths = {(group, n): half_widths(alike[group], horizon, level, n) for group, n in lengths}
    nothing = np.full(horizon, np.nan)
    half = [
        _half(run, widths.get((group, len(run.y)), nothing), scales[run.unique_id], level)
        for group, run in zip(level_of, runs, strict=True)
    ]
    return np.stack(half) if half else np.empty((0, horizon))


def _half(run: SeriesRun, widths: Values, unit: float, level: float) -> Values:
    if len(run.y) > 1 and run.y.min() == run.y.max():
        return np.full(len(widths), never_changed(len(run.y), level))
    return widths * unit


def _methods(
    runs: Sequence[SeriesRun],
    bases: Sequence[BaseForecast],
    groups: Mapping[str, str],
    weighed: Mapping[str, Mapping[str, float]],
) -> pd.DataFrame:
    rows = [
        {
            "unique_id": run.unique_id,
            "level": groups.get(run.unique_id, ""),
            "method": base.method,
            "why": WHY[base.method],
            "n": len(run.y),
            "filled": run.filled,
            **dict(zip(base.ways, rolling.shares(base, weighed.get(run.unique_id, weighed[""])), strict=True)),
        }
        for run, base in zip(runs, bases, strict=True)
    ]
    return pd.DataFrame(rows).reindex(columns=["unique_id", "level", "method", "why", "n", "filled", *WAYS])
