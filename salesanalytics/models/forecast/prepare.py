"""A history made ready: one whole, evenly spaced run of values per series, on a calendar of equal steps.

In: tidy `unique_id, ds, y`, any order, `ds` dates or whole numbers. Out: one `SeriesRun` per id with its values and what was
filled, and the calendar that turns places into dates again. A missing row or value becomes 0 (in bookings: nothing was won),
or lies on the line between its neighbours; which of the two is said. Never invents values before the first or after the last
row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.errors import DataError

Gaps = Literal["zero", "line"]
MONTHS = {1: 12, 2: 6, 4: 3, 12: 1}  # months per step by season length, where the history alone does not tell
DAYS = {7: 1, 52: 7, 24: 1}


@dataclass(frozen=True, slots=True)
class SeriesCalendar:
    """Places 0, 1, 2 … and their dates: `step` months, days or whole numbers from `origin` on."""

    unit: Literal["month", "day", "number"]
    step: int
    origin: Any
    month_end: bool = False

    def places(self, ds: "pd.Series[Any]") -> "pd.Series[Any]":
        """Place of each date, as a number; whole where the date is on the calendar."""
        if self.unit == "number":
            apart = ds - self.origin
        elif self.unit == "day":
            apart = (ds - self.origin).dt.total_seconds() / 86_400
        else:
            apart = ds.dt.year * 12 + ds.dt.month - (self.origin.year * 12 + self.origin.month)
        places: pd.Series[Any] = apart / self.step
        return places

    def dates(self, places: NDArray[np.int64]) -> "pd.Series[Any]":
        """Date of each place."""
        if self.unit == "number":
            return pd.Series(self.origin + places * self.step)
        if self.unit == "day":
            return pd.Series(self.origin + pd.to_timedelta(places * self.step, unit="D"))
        origin = pd.Period(self.origin, "M").ordinal + places * self.step
        months = pd.PeriodIndex([pd.Period(ordinal=int(one), freq="M") for one in origin], freq="M").to_timestamp()
        shift = pd.offsets.MonthEnd(0) if self.month_end else pd.Timedelta(days=self.origin.day - 1)
        return pd.Series(months + shift)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesRun:
    """One series: its values from place `start` on, and how many of them were filled."""

    unique_id: str
    y: NDArray[np.float64]
    start: int
    filled: int

    @property
    def end(self) -> int:
        """The first place after the last value."""
        return self.start + len(self.y)

    def until(self, end: int) -> "SeriesRun":
        """The part before place `end`."""
        return SeriesRun(self.unique_id, self.y[: max(end - self.start, 0)], self.start, self.filled)


def prepare(history: pd.DataFrame, season_length: int, gaps: Gaps = "zero") -> tuple[list[SeriesRun], SeriesCalendar]:
    """One run per `unique_id`, by id. DataError: columns, a duplicate, an unreadable value or date."""
    rows = _checked(history)
    calendar = _calendar(rows["ds"], season_length)
    place = calendar.places(rows["ds"])
    rows = rows.assign(place=place.round().astype("int64")).sort_values(["unique_id", "place"])
    _no_twice(rows)
    return [_run(str(name), mine, gaps) for name, mine in rows.groupby("unique_id", sort=True)], calendar


def _checked(history: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in ("unique_id", "ds", "y") if name not in history]
    if missing:
        raise DataError(
            f"the history lacks {', '.join(missing)}; it has {', '.join(map(str, history))}. Expected one row per "
            "unique_id and ds, with the value as y: rename the columns."
        )
    rows = history[["unique_id", "ds", "y"]]
    for name in ("unique_id", "ds"):
        if rows[name].isna().any():
            raise DataError(
                f"{int(rows[name].isna().sum())} rows of the history have no {name}; leave them out or fill them in."
            )
    y = pd.to_numeric(rows["y"], errors="coerce").astype("float64")
    bad = (y.isna() & rows["y"].notna()) | np.isinf(y)
    if bad.any():
        first = rows[bad].iloc[0]
        raise DataError(f"y holds {first['y']!r} ({int(bad.sum())} rows, e.g. {first['unique_id']}); expected numbers.")
    ds = rows["ds"] if pd.api.types.is_integer_dtype(rows["ds"]) else _as_dates(rows["ds"])
    return rows.assign(y=y, ds=ds, unique_id=rows["unique_id"].astype(str))


def _as_dates(ds: "pd.Series[Any]") -> "pd.Series[Any]":
    try:
        return pd.to_datetime(ds, format="ISO8601").dt.tz_localize(None).dt.normalize()
    except (ValueError, TypeError) as problem:
        raise DataError(f"ds holds {ds.iloc[0]!r}, which is no date; expected dates or whole numbers.") from problem


def _calendar(ds: "pd.Series[Any]", season_length: int) -> SeriesCalendar:
    """The even steps all dates lie on: months where every date is the same day of its month, else days."""
    there = ds.drop_duplicates().sort_values()
    if pd.api.types.is_integer_dtype(ds):
        return SeriesCalendar("number", _step(there.to_numpy(), 1), int(there.min()) if len(there) else 0)
    origin = there.min() if len(there) else pd.Timestamp(2000, 1, 1)
    month_end = len(there) > 0 and bool(there.dt.is_month_end.all())
    if month_end or there.dt.day.nunique() <= 1:
        months = (there.dt.year * 12 + there.dt.month).to_numpy()
        if len(there) > 1 or season_length in MONTHS:
            return SeriesCalendar("month", _step(months, MONTHS.get(season_length, 1)), origin, month_end)
    days = ((there - origin).dt.total_seconds() / 86_400).to_numpy().astype("int64")
    return SeriesCalendar("day", _step(days, DAYS.get(season_length, 1)), origin)


def _step(places: NDArray[Any], default: int) -> int:
    """The longest step that reaches all `places`; with fewer than 3 of them none longer than the season makes likely."""
    apart = np.diff(places.astype("int64"))
    return int(np.gcd.reduce(np.r_[apart, [default] if len(apart) < 2 else []].astype("int64")))


def _no_twice(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(["unique_id", "place"], keep=False)]
    if len(twice):
        first = twice.iloc[0]
        raise DataError(
            f"the history has {len(twice)} rows that share a unique_id and ds, e.g. {first['unique_id']} on {first['ds']}; "
            "expected one row each: add them up before."
        )


def _run(name: str, rows: pd.DataFrame, gaps: Gaps) -> SeriesRun:
    there = rows.dropna(subset=["y"])
    if there.empty:
        return SeriesRun(name, np.empty(0), 0, 0)
    first, last = int(there["place"].min()), int(there["place"].max())
    values = there.set_index("place")["y"].reindex(range(first, last + 1))
    filled = int(values.isna().sum())
    values = values.fillna(0.0) if gaps == "zero" else values.interpolate()
    return SeriesRun(name, values.to_numpy(dtype="float64"), first, filled)


def on_one_span(runs: Sequence[SeriesRun]) -> list[SeriesRun]:
    """All runs from the first place of any to the last of any, 0 where a series was not there: what sums of series need."""
    there = [run for run in runs if len(run.y)]
    start, end = min((run.start for run in there), default=0), max((run.end for run in there), default=0)
    return [
        SeriesRun(run.unique_id, np.pad(run.y, (run.start - start, end - run.end)), start, run.filled)
        if len(run.y)
        else SeriesRun(run.unique_id, np.zeros(end - start), start, 0)
        for run in runs
    ]
