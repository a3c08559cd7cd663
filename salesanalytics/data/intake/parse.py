"""Turns one raw column into the dtype of our schema, and says which cells it could not read.

In: a column as the source gave it (text, or already numbers, flags, dates) and the kind our schema wants. Out: the typed column
and the cells that stay unreadable. Nothing is guessed: dates are ISO 8601 unless a format is given, numbers have a point for
decimals unless a comma is declared, and an empty cell is missing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pandas.api import types

from salesanalytics.data.tables.schema.columns import TEXT

FLAGS = {
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "0": False,
}
NOT_FINITE = ("nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity")
SPACES = "\u00a0\u202f\u2009 "
PeriodEdge = Literal["month_start", "month_end", "quarter_start", "quarter_end"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is written in the source."""

    format: str | None = None
    decimal: Literal[".", ","] = "."
    factor: float = 1.0
    edge: PeriodEdge | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed column; `unreadable`: True where a cell holds what could not be read; `remarks` count what was adjusted."""

    column: "pd.Series[Any]"
    unreadable: "pd.Series[bool]"
    remarks: dict[str, int] = field(default_factory=dict)


def parse(raw: "pd.Series[Any]", kind: str, reading: Reading | None = None) -> Parsed:
    """`raw` as a column of `kind` (see schema.columns)."""
    reading = reading or Reading()
    match kind:
        case "money":
            parsed = _number(raw, reading)
            return Parsed(parsed.column.round(2), parsed.unreadable)
        case "number":
            return _number(raw, reading)
        case "whole":
            return _whole(raw, reading)
        case "flag":
            return _flag(raw)
        case "day":
            return _day(raw, reading)
        case "moment":
            return _moment(raw, reading)
        case "choice":
            return _readable(text(raw).str.lower().str.replace(r"[\s-]+", "_", regex=True))
        case _:
            return _readable(text(raw))


def text(raw: "pd.Series[Any]") -> "pd.Series[Any]":
    """Any column as stripped text; whole numbers lose the `.0` a missing cell gave them; empty text is missing."""
    if types.is_float_dtype(raw.dtype) and (raw.dropna() % 1 == 0).all():
        small = (raw.dropna().abs() < 2**63).all()
        raw = raw.astype("Int64") if small else raw.map(lambda number: str(int(number)), na_action="ignore")
    elif raw.dtype == object:
        raw = raw.map(_plain)
    stripped = raw.astype(TEXT).str.strip()
    return stripped.where(stripped != "")


def _plain(value: object) -> object:
    """A decimal without the zeros that only its column's scale gave it (1.00 is 1); anything else as it is."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    return format(value.to_integral_value() if value == value.to_integral_value() else value.normalize(), "f")


def _readable(column: "pd.Series[Any]") -> Parsed:
    return Parsed(column, pd.Series(False, index=column.index))


def _number(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    if types.is_bool_dtype(raw.dtype) or types.is_datetime64_any_dtype(raw.dtype):
        return Parsed(pd.Series(np.nan, index=raw.index), raw.notna())
    written = text(raw) if not types.is_numeric_dtype(raw.dtype) else None
    numbers = pd.to_numeric(raw if written is None else written, errors="coerce").astype("float64")
    if written is None:
        return _readable(numbers * reading.factor)
    odd = numbers.isna() & written.notna()
    if reading.decimal == ",":
        odd = written.notna()
    if odd.any():
        numbers = numbers.mask(odd)
        numbers.loc[odd] = pd.to_numeric(_plain_number(written[odd], reading.decimal), errors="coerce").astype("float64")
    nonsense = written.str.lower().isin(NOT_FINITE)
    numbers = numbers.mask(nonsense, np.inf)  # what is written as no number breaks the rule "finite", and is set aside by it
    unreadable = numbers.isna() & written.notna()
    percent = written.str.endswith("%").fillna(False)
    factor = np.where(percent, 0.01, 1.0) if reading.factor == 1 else reading.factor
    return Parsed(numbers * factor, unreadable)


def _plain_number(written: "pd.Series[Any]", decimal: str) -> "pd.Series[Any]":
    """`$4,049.98`, `(12.50)`, `45 %`, `1.234,50 €` as text that a number parser reads; anything else becomes missing."""
    thousands, point = (",", r"\.") if decimal == "." else (r"\.", ",")
    bare = written.str.replace(rf"[{SPACES}']|[$€£¥%]|^(?:EUR|USD|RON|GBP)|(?:EUR|USD|RON|GBP|lei)$", "", regex=True)
    negative = bare.str.match(r"^\(.*\)$").fillna(False)
    bare = bare.str.strip("()")
    shape = rf"^[+-]?(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)?(?:{point}\d*)?(?:[eE][+-]?\d+)?$"
    bare = bare.where(bare.str.match(shape).fillna(False))
    bare = bare.str.replace(thousands, "", regex=True).str.replace(",", ".", regex=False)
    return bare.where(~negative, "-" + bare)


def _whole(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    parsed = _number(raw, reading)
    finite = parsed.column.where(np.isfinite(parsed.column))
    whole = finite.where((finite % 1 == 0) & (finite.abs() < 2**53))
    return Parsed(whole.astype("Int64"), whole.isna() & parsed.column.notna() | parsed.unreadable)


def _flag(raw: "pd.Series[Any]") -> Parsed:
    if types.is_bool_dtype(raw.dtype):
        return _readable(raw.astype("boolean"))
    written = text(raw).str.lower()
    flags = written.map(FLAGS).astype("boolean")
    return Parsed(flags, flags.isna() & written.notna())


def _day(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    if reading.edge:
        return _edge(raw, reading.edge)
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        raw = raw.dt.tz_convert(reading.timezone).dt.tz_localize(None)
    if types.is_datetime64_dtype(raw.dtype):
        return _readable(raw.astype("datetime64[us]").dt.normalize())
    written = text(raw)
    times, unreadable = _times(written, reading.format, utc=False)
    return Parsed(times.dt.normalize(), unreadable)


def _moment(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return _readable(raw.dt.tz_convert("UTC").astype("datetime64[us, UTC]"))
    if types.is_datetime64_dtype(raw.dtype):
        return _localised(raw.astype("datetime64[us]"), pd.Series(False, index=raw.index), reading.timezone)
    written = text(raw)
    offset = written.str.contains(r"\d\s?(?:Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})$", regex=True).fillna(False)
    with_zone = offset & written.str.contains(":", regex=False).fillna(False)  # the end of 2026-03-31 is no offset
    absolute, lost_absolute = _times(written.where(with_zone), reading.format, utc=True)
    local, lost_local = _times(written.where(~with_zone), reading.format, utc=False)
    localised = _localised(local, lost_local, reading.timezone)
    return Parsed(absolute.fillna(localised.column), lost_absolute | lost_local, localised.remarks)


def _times(written: "pd.Series[Any]", layout: str | None, *, utc: bool) -> "tuple[pd.Series[Any], pd.Series[bool]]":
    """Timestamps in microseconds (year 9999 included), and which cells could not be read."""
    dtype: Any = "datetime64[us, UTC]" if utc else "datetime64[us]"
    fast = pd.to_datetime(written.astype(object), format=layout or "ISO8601", errors="coerce", utc=utc).astype(dtype)
    left = written[fast.isna() & written.notna()]
    if not left.empty:
        slow = left.drop_duplicates()
        known = dict(zip(slow, (_one_time(value, layout, utc=utc) for value in slow), strict=True))
        fast.loc[left.index] = pd.Series([known[value] for value in left], index=left.index, dtype=dtype)
    return fast, fast.isna() & written.notna()


def _one_time(value: str, layout: str | None, *, utc: bool) -> datetime | None:
    try:
        moment = datetime.strptime(value, layout) if layout else datetime.fromisoformat(value)  # noqa: DTZ007 - zones are handled below
    except ValueError:
        return None
    if not utc:
        return None if moment.tzinfo else moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # the first or last day of the calendar; whatever the hour, its year breaks a rule later
        return moment.replace(tzinfo=UTC)


def _localised(local: "pd.Series[Any]", unreadable: "pd.Series[bool]", timezone: str) -> Parsed:
    """Local clock times as UTC. A time that the clock skipped moves forward, one that it showed twice is taken as the later."""
    zone = ZoneInfo(timezone)
    if timezone == "UTC" or local.isna().all():
        return Parsed(local.dt.tz_localize("UTC"), unreadable)
    given, edge = local, (local.dt.year < 2) | (local.dt.year > 9998)
    local = local.mask(edge)  # the calendar ends there, so no zone can be reckoned; the year breaks a rule later
    strict = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    late = np.zeros(len(local), dtype=bool)
    settled = local.dt.tz_localize(zone, ambiguous=late, nonexistent="shift_forward")
    gap = local.dt.tz_localize(zone, ambiguous=late, nonexistent="NaT").isna() & local.notna()
    twice = strict.isna() & local.notna() & ~gap
    remarks = {
        f"time skipped by the clock change in {timezone}, moved forward": int(gap.sum()),
        f"time shown twice by the clock change in {timezone}, taken as the later one": int(twice.sum()),
    }
    moments = settled.dt.tz_convert("UTC").astype("datetime64[us, UTC]").fillna(given.where(edge).dt.tz_localize("UTC"))
    return Parsed(moments, unreadable, {name: n for name, n in remarks.items() if n})


def _edge(raw: "pd.Series[Any]", edge: PeriodEdge) -> Parsed:
    """`2020Q2`, `2020-Q2`, `2020-05` or a date, as first or last day of its month or quarter."""
    written = text(raw).str.upper().str.replace("-Q", "Q", regex=False)
    unit, side = edge.split("_")
    days = {}
    for value in written.dropna().unique():
        try:
            period = pd.Period(pd.Period(value).start_time, freq="M" if unit == "month" else "Q")
        except ValueError:
            continue
        days[value] = (period.start_time if side == "start" else period.end_time.normalize()).to_datetime64()
    parsed = pd.to_datetime(written.map(days)).astype("datetime64[us]")
    return Parsed(parsed, parsed.isna() & written.notna())
