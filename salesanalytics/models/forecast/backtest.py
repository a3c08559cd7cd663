"""How wrong such forecasts were: the whole forecast made again at past origins, held against the actual bookings.

In: the history `forecast_series` takes. Out: one row per period ahead with the error, bias and coverage over all series and
origins, beside the seasonal naive's; and every single past forecast. Each origin sees what happened before it and nothing else.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.models.forecast.prepare import Gaps, SeriesCalendar, SeriesRun, on_one_span, prepare
from salesanalytics.models.forecast.reconcile import structure
from salesanalytics.models.forecast.score import bias, coverage, wape
from salesanalytics.models.forecast.series import forecast_series

COLUMNS = ["h", "n", "wape", "bias", "coverage_80", "coverage_95", "naive_wape", "naive_bias"]


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """`table`: one row per period ahead (`h`): n (forecasts checked), wape and bias (shares of the actual bookings),
    coverage_80, coverage_95, and the naive's wape and bias.

    `forecasts`: one row per origin, series and period ahead: origin (last period known), unique_id, ds, h, y (the actual
    value), mean, lo_80, hi_80, lo_95, hi_95, naive. `origins`: how many could be looked from.
    """

    table: pd.DataFrame
    forecasts: pd.DataFrame
    origins: int

    def of(self, unique_id: str) -> pd.DataFrame:
        """The same table for one series."""
        return by_horizon(self.forecasts[self.forecasts["unique_id"] == unique_id])


def backtest_series(
    history: pd.DataFrame,
    *,
    horizon: int,
    season_length: int,
    origins: int = 4,
    step: int = 1,
    hierarchy: pd.DataFrame | None = None,
    gaps: Gaps = "zero",
    least: int | None = None,
    seed: int = 0,
) -> Backtest:
    """Forecast from `origins` past days, `step` periods apart, the newest a horizon (at least one period) before the end.

    An origin needs `least` periods before it (default: two seasons); earlier ones are left out, and no origin at all gives an
    empty table. A forecast that reaches beyond the history is checked as far as that goes.
    """
    runs, calendar = prepare(history, season_length, gaps)
    end = max((run.end for run in runs), default=0)
    start = min((run.start for run in runs if len(run.y)), default=0)
    needed = 2 * season_length if least is None else least
    cuts = [end - min(horizon, max(end - start - needed, 1)) - at * step for at in range(origins)]
    cuts = [cut for cut in cuts if cut - start >= max(needed, 1)]
    actual = _actual(runs, calendar, hierarchy)
    made = []
    for cut in cuts:
        known = _tidy([run.until(cut) for run in runs if run.start < cut], calendar)
        parents = None if hierarchy is None else _known_parents(hierarchy, known)
        told = forecast_series(
            known, horizon=horizon, season_length=season_length, hierarchy=parents, gaps=gaps, seed=seed
        ).table
        made.append(told.assign(h=told.groupby("unique_id").cumcount() + 1, origin=_date(calendar, cut - 1)))
    columns = ["origin", "unique_id", "ds", "h", "y", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "naive"]
    if not made:
        return Backtest(pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=columns), 0)
    forecasts = pd.concat(made, ignore_index=True).merge(actual, on=["unique_id", "ds"])[columns]
    return Backtest(by_horizon(forecasts), forecasts, len(cuts))


def by_horizon(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Scores of past forecasts (as in `Backtest.forecasts`), one row per period ahead."""
    rows = []
    for h, mine in forecasts.groupby("h", sort=True):
        y = mine["y"]
        rows.append(
            {
                "h": h,
                "n": len(mine),
                "wape": wape(y, mine["mean"]),
                "bias": bias(y, mine["mean"]),
                "coverage_80": coverage(y, mine["lo_80"], mine["hi_80"]),
                "coverage_95": coverage(y, mine["lo_95"], mine["hi_95"]),
                "naive_wape": wape(y, mine["naive"]),
                "naive_bias": bias(y, mine["naive"]),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _tidy(runs: list[SeriesRun], calendar: SeriesCalendar) -> pd.DataFrame:
    """Runs as a tidy history again."""
    places = [np.arange(run.start, run.end) for run in runs]
    return pd.DataFrame(
        {
            "unique_id": np.repeat([run.unique_id for run in runs], [len(run.y) for run in runs]),
            "ds": calendar.dates(np.concatenate([*places, np.empty(0)]).astype("int64")),
            "y": np.concatenate([*(run.y for run in runs), np.empty(0)]),
        }
    )


def _actual(runs: list[SeriesRun], calendar: SeriesCalendar, hierarchy: pd.DataFrame | None) -> pd.DataFrame:
    """The actual values, of all series of the hierarchy."""
    if hierarchy is None or not runs:
        return _tidy(runs, calendar)
    structured = structure(hierarchy, [run.unique_id for run in runs])
    return _tidy(structured.add_up(on_one_span(runs)), calendar)


def _known_parents(hierarchy: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The rows of the hierarchy whose series had begun."""
    rows = hierarchy if "unique_id" in hierarchy else hierarchy.rename_axis("unique_id").reset_index()
    return rows[rows["unique_id"].astype(str).isin(known["unique_id"])]


def _date(calendar: SeriesCalendar, place: int) -> pd.Timestamp | int:
    day: pd.Timestamp | int = calendar.dates(np.array([place], dtype="int64")).iloc[0]
    return day
