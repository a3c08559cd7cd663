"""Days and moments as people and programs write them.

In: a column and how it is written. Out: calendar days in the company's zone, or moments in UTC. Without a format a time is
ISO 8601, year first and with its day; words such as `today`, bare years, months and weeks are no days. A time with an offset or
a Z is an instant, whose day is the company's; one without is the company's own clock.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pandas.api import types

from salesanalytics.data.intake.cells.reading import Parsed, PeriodEdge, Reading
from salesanalytics.data.intake.cells.text import looks_like, text

COUNTED = {"epoch_s": "s", "epoch_ms": "ms", "excel": "D"}
"""Formats that count from a day: seconds or milliseconds since 1970 in UTC, Excel's days since 1899-12-30 on the local
clock."""
_OFFSET = r" ?(?:[zZ]|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)"
_CLOCK = rf"[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:[.,][0-9]+)?)?(?:{_OFFSET})?"
_ISO = rf"(?:[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|[0-9]{{8}})(?:[tT ] ?{_CLOCK})?"
_LOCAL: Any = "datetime64[us]"
_UTC: Any = "datetime64[us, UTC]"


def day(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    """`raw` as calendar days in the company's zone."""
    if reading.edge:
        return _edge(raw, reading.edge, reading)
    read = _read(raw, reading)
    local, absolute, unreadable = read.local, read.absolute, read.unreadable
    if absolute.isna().all():
        return Parsed(local.dt.normalize(), unreadable)
    there = absolute.dt.tz_convert(reading.timezone).dt.tz_localize(None).astype(_LOCAL)
    midnights = absolute.dropna().eq(absolute.dropna().dt.normalize()).all()
    moved = int((there.dt.normalize() < absolute.dt.tz_localize(None).dt.normalize()).sum())
    said = f"every time is midnight UTC, which in {reading.timezone} still belongs to the day before"
    return Parsed(local.fillna(there).dt.normalize(), unreadable, {said: moved} if midnights and moved else {})


def moment(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    """`raw` as moments in UTC."""
    read = _read(raw, reading)
    localised = _localised(read.local, read.unreadable, reading.timezone)
    return Parsed(read.absolute.fillna(localised.column), read.unreadable, localised.remarks)


class _Times:
    """Cells on the company's own clock (`local`), instants (`absolute`), and what could not be read."""

    def __init__(self, written: "pd.Series[Any]") -> None:
        self.local: pd.Series[Any] = pd.Series(pd.NaT, index=written.index, dtype=_LOCAL)
        self.absolute: pd.Series[Any] = pd.Series(pd.NaT, index=written.index, dtype=_UTC)
        self.unreadable = written.notna()

    def take(self, times: "pd.Series[Any]") -> None:
        """Take in what one way of reading gave; a cell that two ways read as different times is unreadable for good."""
        into, name = (self.absolute, "absolute") if isinstance(times.dtype, pd.DatetimeTZDtype) else (self.local, "local")
        setattr(self, name, into.fillna(times))
        self.unreadable &= times.isna()


def _read(raw: "pd.Series[Any]", reading: Reading) -> _Times:
    written = raw if types.is_datetime64_any_dtype(raw.dtype) else text(raw)
    times = _Times(written)
    if types.is_datetime64_any_dtype(raw.dtype):
        times.take(raw.dt.tz_convert("UTC").astype(_UTC) if isinstance(raw.dtype, pd.DatetimeTZDtype) else raw.astype(_LOCAL))
        return times
    ways = [found for layout in reading.formats or ("",) for found in _by(written, layout)]
    for found in ways:
        times.take(found)
    if len(reading.formats) > 1:
        _two_ways(times, ways, reading.timezone)
    return times


def _two_ways(times: _Times, ways: "list[pd.Series[Any]]", timezone: str) -> None:
    """A cell that two formats read as different days could mean either: it is not read."""
    days = pd.DataFrame({at: _its_day(found, timezone) for at, found in enumerate(ways)})
    either = days.nunique(axis=1) > 1
    times.local, times.absolute = times.local.mask(either), times.absolute.mask(either)
    times.unreadable |= either


def _its_day(found: "pd.Series[Any]", timezone: str) -> "pd.Series[Any]":
    local = found.dt.tz_convert(timezone).dt.tz_localize(None) if isinstance(found.dtype, pd.DatetimeTZDtype) else found
    normal: pd.Series[Any] = local.dt.normalize().astype(_LOCAL)
    return normal


def _by(written: "pd.Series[Any]", layout: str) -> "list[pd.Series[Any]]":
    """What one format reads: times on the local clock, instants, or some of both."""
    if layout in COUNTED:
        return [_counted(written, layout)]
    if layout:
        zoned = layout.endswith("Z") or "%z" in layout
        some_digit = written.where(written.str.contains("[0-9]", regex=True).eq(True))  # `now` and `today` are read by pandas
        return [_times(some_digit, layout.removesuffix("Z") + "%z" if layout.endswith("Z") else layout, utc=zoned)]
    iso = written.where(looks_like(written, _ISO))
    with_zone = looks_like(iso, rf".*:[0-9.,]*{_OFFSET}")
    return [_times(iso.where(with_zone), None, utc=True), _times(iso.where(~with_zone), None, utc=False)]


def _counted(written: "pd.Series[Any]", layout: str) -> "pd.Series[Any]":
    numbers = pd.to_numeric(written.where(looks_like(written, r"-?[0-9]+(?:\.[0-9]+)?")), errors="coerce").astype("float64")
    micro = (numbers * {"s": 1e6, "ms": 1e3, "D": 86_400e6}[COUNTED[layout]]).round()
    within = micro.abs() < 2.5e17  # the years our calendar has
    since = pd.Timestamp(1899, 12, 30) if layout == "excel" else pd.Timestamp(1970, 1, 1, tz="UTC")
    passed = pd.to_timedelta(micro.where(within).astype("Int64").astype("timedelta64[us]"))
    return (since.as_unit("us") + passed).astype(_LOCAL if layout == "excel" else _UTC)


def _times(written: "pd.Series[Any]", layout: str | None, *, utc: bool) -> "pd.Series[Any]":
    """Timestamps in microseconds (year 9999 included); missing where a cell could not be read."""
    dtype = _UTC if utc else _LOCAL
    fast: pd.Series[Any] = pd.to_datetime(written.astype(object), format=layout or "ISO8601", errors="coerce", utc=utc).astype(
        dtype
    )
    left = written[fast.isna() & written.notna()]
    if not left.empty:
        slow = left.drop_duplicates()
        known = dict(zip(slow, (_one_time(value, layout, utc=utc) for value in slow), strict=True))
        fast.loc[left.index] = pd.Series([known[value] for value in left], index=left.index, dtype=dtype)
    return fast


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
    moments = settled.dt.tz_convert("UTC").astype(_UTC).fillna(given.where(edge).dt.tz_localize("UTC"))
    return Parsed(moments, unreadable, {name: n for name, n in remarks.items() if n})


def _edge(raw: "pd.Series[Any]", edge: PeriodEdge, reading: Reading) -> Parsed:
    """`2020Q2`, `2020-Q2`, `2020-05` or a date, as first or last day of its month or quarter."""
    unit, side = edge.split("_")
    written = text(raw)
    freq = "M" if unit == "month" else "Q"
    if reading.formats or types.is_datetime64_any_dtype(raw.dtype):
        whole = day(raw, Reading(reading.formats, timezone=reading.timezone)).column
        days = whole.dt.to_period(freq).dt
        made = days.start_time if side == "start" else days.end_time.dt.normalize()
        return Parsed(made.astype(_LOCAL), made.isna() & written.notna())
    plain = written.str.upper().str.replace("-Q", "Q", regex=False)
    period = plain.where(looks_like(plain, rf"[0-9]{{4}}(?:Q[1-4]|-[0-9]{{1,2}}(?:-[0-9]{{1,2}})?)|{_ISO}"))
    known = {}
    for value in period.dropna().unique():
        try:
            found = pd.Period(pd.Period(value).start_time, freq=freq)
        except ValueError:
            continue
        known[value] = (found.start_time if side == "start" else found.end_time.normalize()).to_datetime64()
    parsed: pd.Series[Any] = pd.to_datetime(period.map(known)).astype(_LOCAL)
    return Parsed(parsed, parsed.isna() & written.notna())
