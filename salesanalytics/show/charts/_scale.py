"""Numbers and days to positions, and the round values worth a label.

In: columns of a frame with anything in them. Out: finite floats (NaN where there is none), a linear scale, tick values.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from salesanalytics.show._numbers import finite

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

NAN = math.nan
_LARGEST = 1e300  # above this even differences of two numbers overflow


def floats(values: Iterable[object]) -> list[float]:
    """`values` as finite floats; NaN for what is missing, infinite or no number."""
    found = (finite(value) for value in values)
    return [NAN if value is None or abs(value) > _LARGEST else value for value in found]


def column(frame: "pd.DataFrame", name: str | None) -> list[float]:
    """A column as floats; all NaN without a name. KeyError names the columns there are."""
    if name is None:
        return [NAN] * len(frame)
    return floats(raw(frame, name))


def raw(frame: "pd.DataFrame", name: str) -> list[object]:
    """A column as it is. KeyError names the columns there are."""
    if name not in frame.columns:
        raise KeyError(f"the frame has no column {name!r}; it has {', '.join(map(str, frame.columns))}")
    return list(frame[name])


def known(values: Iterable[float]) -> list[float]:
    """The values that are there."""
    return [value for value in values if not math.isnan(value)]


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: `low`..`high` lie at positions `start`..`stop`."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        extent = self.high - self.low
        share = 0.5 if extent == 0 else (value - self.low) / extent
        return self.start + share * (self.stop - self.start)

    def clip(self, value: float) -> float:
        """Position of `value`, kept inside the scale."""
        return self(min(max(value, self.low), self.high))


def scale(
    values: Iterable[float], start: float, stop: float, *, zero: bool = False, ticks: int = 5, whole: bool = False
) -> tuple[Scale, list[float]]:
    """A scale that holds all `values` and ends on round numbers, and those round numbers. `zero` makes it start at zero."""
    there = [*known(values), *([0.0] if zero else [])] or [0.0, 1.0]
    low, high = min(there), max(there)
    if low == high:
        room = abs(low) * 0.1 or 1.0
        low, high = (min(low, 0.0), max(high, 0.0)) if zero and low else (low - room * (not zero), high + room)
    steps = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10], integer=whole).tick_values(low, high)
    marks = [float(step) for step in steps]
    while len(marks) > 2 and marks[1] <= low:
        marks = marks[1:]
    while len(marks) > 2 and marks[-2] >= high:
        marks = marks[:-1]
    return Scale(marks[0], marks[-1], start, stop), [0.0 if abs(mark) < 1e-12 * (high - low) else mark for mark in marks]


def tick_texts(marks: Sequence[float], unit: "Unit", words: "Words") -> list[str]:
    """Labels of round numbers, in the words of their unit but as short as an axis needs."""
    if unit == "share":
        fine = any(abs(mark * 100 - round(mark * 100)) > 1e-6 for mark in marks)
        return [words.percent(mark, digits=1 if fine else 0) for mark in marks]
    if unit == "days":
        return [words.number(mark) for mark in marks]
    return [words.value(mark, unit) for mark in marks]


def as_days(values: Sequence[object]) -> list[float] | None:
    """Dates as days since 1 January of year 1 (NaN where missing); None where the values are no dates."""
    if not any(isinstance(value, dt.date) for value in values):
        return None
    return [_ordinal(value) for value in values]


def _ordinal(value: object) -> float:
    if not isinstance(value, dt.date) or type(value).__name__ == "NaTType":
        return NAN
    part = (value.hour * 60 + value.minute) / 1440 if isinstance(value, dt.datetime) else 0.0
    return value.toordinal() + part


def day_ticks(low: float, high: float, words: "Words", most: int = 6) -> list[tuple[float, str]]:
    """First days of months, quarters or years between two days, with labels: the year stands where it begins.

    Spans too short for two months get single days.
    """
    first, last = dt.date.fromordinal(math.floor(low)), dt.date.fromordinal(math.floor(high))
    for step in (1, 2, 3, 6, 12, 24, 60, 120):
        starts = _months(first, last, step)
        if len(starts) <= most:
            break
    if len(starts) < 2:
        return _single_days(first, last, words, most)
    return [(float(day.toordinal()), _month_text(day, place == 0, words)) for place, day in enumerate(starts)]


def _months(first: dt.date, last: dt.date, step: int) -> list[dt.date]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = [dt.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
    return [day for day in starts if first <= day <= last]


def _single_days(first: dt.date, last: dt.date, words: "Words", most: int) -> list[tuple[float, str]]:
    step = max(1, math.ceil(((last - first).days + 1) / min(most, 4)))
    days = range(first.toordinal(), last.toordinal() + 1, step)
    return [(float(day), words.date(dt.date.fromordinal(day))) for day in days]


def _month_text(day: dt.date, first: bool, words: "Words") -> str:
    if day.month == 1:
        return str(day.year)
    return words.month(day, year=first)
