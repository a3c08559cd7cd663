"""Months ahead that begin with what a better forecast says of the first of them: one number for the period that runs.

In: a history by months, where the running period will land by series, and a forecast of series. Out: sums and months that start
from there. What the landing and the later months are wrong by is held to be half alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.models.forecast.series import SeriesForecast

SHARED = 0.5
AHEAD = ["mean", "lo_80", "hi_80", "lo_95", "hi_95"]


@dataclass(frozen=True, slots=True)
class Start:
    """The first `months` ahead, to the end of the period that runs: their sum, `middle`, and its 80% range, `low`..`high`."""

    months: int
    low: float
    middle: float
    high: float

    def then(self, low: float, middle: float, high: float) -> tuple[float, float, float]:
        """Low, middle and high of these months and later ones."""
        if np.isnan(low):
            return (np.nan, self.middle + middle, np.nan)
        below, above = _both(self.middle - self.low, middle - low), _both(self.high - self.middle, high - middle)
        return self.middle + middle - below, self.middle + middle, self.middle + middle + above


def _both(one: float, other: float) -> float:
    return float(np.sqrt(one**2 + other**2 + 2 * SHARED * one * other))


def starts_of(history: pd.DataFrame, landings: pd.DataFrame | None, whole: str) -> dict[str, Start]:
    """By series: the months of the running period that are not complete. `landings`: team_id ('' stands for all, the series
    `whole`), start, end, low, middle, high of the whole period.
    """
    if landings is None or history.empty:
        return {}
    found, done = {}, history["ds"].max()
    for row in landings.to_dict("records"):
        months = pd.date_range(row["start"], row["end"], freq="MS")
        mine = history if not row["team_id"] else history[history["unique_id"] == row["team_id"]]
        booked = float(mine.loc[mine["ds"].isin(months), "y"].sum())
        if done + pd.DateOffset(months=1) in months:
            ends = (max(float(row[name]) - booked, 0.0) for name in ("low", "middle", "high"))
            found[str(row["team_id"]) or whole] = Start(int((months > done).sum()), *ends)
    return found


def sum_from(
    start: Start | None, told: SeriesForecast, unique_id: str, months: int, *, skip: int = 0
) -> tuple[float, float, float]:
    """Low, middle and high (80%) of the sum over `months`, those ahead the first `skip` left out."""
    if start is None or skip or months < start.months:
        return told.total(unique_id, months, skip=skip)
    more = months - start.months
    return start.then(*told.total(unique_id, more, skip=start.months)) if more else (start.low, start.middle, start.high)


def months_from(starts: Mapping[str, Start], rows: pd.DataFrame) -> pd.DataFrame:
    """The months ahead (as in `SeriesForecast.table`), the first ones so that they come to their start."""
    factor = pd.Series(1.0, index=rows.index)
    for name, start in starts.items():
        first = rows[rows["unique_id"] == name].sort_values("ds").head(start.months)
        if first["mean"].sum() > 0:
            factor[first.index] = start.middle / float(first["mean"].sum())
    return rows.assign(**{name: rows[name] * factor for name in AHEAD})
