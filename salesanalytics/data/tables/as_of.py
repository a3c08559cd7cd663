"""What was known on a day: tables as they stood at its end, so that nothing that came later can be seen.

In: usable tables and a day. Out: a mapping of the same tables in which rows born later are gone, later events are unknown
again, and a deal that changed later stands as it stood (stage, amount, owner and expected close are taken back through
`opportunity_history`). Every analysis looks through this; it adds the calendar days (`created_on`, `closed_on`, `changed_on`,
`occurred_on`) in the company's zone. How each table is dated, its schema declares (`Dated`).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.schema import TABLES, TEXT, UNDATED, Dated
from salesanalytics.data.tables.teams import calendar_day, spans

UNKNOWN = "unknown"


def known_on(tables: Tables, as_of: date, timezone: str = "UTC") -> "Known":
    """`tables` as they stood at the end of `as_of` in `timezone`. Tables are cut when first looked at."""
    if isinstance(tables, Known) and tables.as_of <= as_of:
        return tables
    return Known(tables, as_of, tables.timezone if isinstance(tables, Known) else timezone)


class Known(Mapping[str, pd.DataFrame]):
    """Tables seen from the end of one day."""

    def __init__(self, tables: Tables, as_of: date, timezone: str = "UTC") -> None:
        self.as_of = as_of
        self.timezone = timezone
        self._all = tables
        self._cut: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._cut:
            self._cut[name] = _with_days(name, self._seen(name), self.timezone)
        return self._cut[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def _seen(self, name: str) -> pd.DataFrame:
        frame, dated = self._all[name], _dated(name)
        if dated.rule == "deal":
            owners = spans(self._all)["rep_id"] if "rep" in self._all else None
            return _deals(frame, self._all.get("opportunity_history"), self.end, owners)
        if dated.born:
            later = self._later(frame[dated.born])
            if later.any():
                frame = frame[~later | self._needed(name, frame)]
        for event, companions in dated.events.items():
            later = self._later(frame[event])
            if later.any():
                frame = frame.assign(**{column: frame[column].mask(later) for column in (event, *companions)})
        if dated.rule == "with its deal":
            return frame[frame["opportunity_id"].isin(self["opportunity"]["opportunity_id"])]
        return frame

    def _needed(self, name: str, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Rows dated later without which a known deal had no owner or no team: its rep, and that rep's first span."""
        if name not in ("rep", "rep_assignment") or "opportunity" not in self._all:
            return pd.Series(False, index=frame.index)
        owner = frame["rep_id"].isin(self["opportunity"]["owner_rep_id"])
        if name == "rep":
            return owner
        first = ~frame.sort_values("valid_from", kind="stable").duplicated("rep_id")
        return owner & first.reindex(frame.index)

    def _later(self, when: "pd.Series[Any]") -> "pd.Series[bool]":
        return when >= self.end if isinstance(when.dtype, pd.DatetimeTZDtype) else when > pd.Timestamp(self.as_of)

    @property
    def end(self) -> pd.Timestamp:
        """The first moment that is not known any more."""
        return (pd.Timestamp(self.as_of) + pd.Timedelta(days=1)).tz_localize(
            self.timezone, nonexistent="shift_forward", ambiguous=True
        )


def _deals(
    deals: pd.DataFrame, history: pd.DataFrame | None, end: pd.Timestamp, owners: "pd.Series[Any] | None" = None
) -> pd.DataFrame:
    """Deals that were there before `end`, as they stood then; closings after it undone, changed fields taken back.

    `owners` are the reps that have a team; a deal whose owner of then is none of them stays with the one it has now.
    """
    # a deal without a creation date is as old as the first thing known of it
    first = deals["created_at"]
    if history is not None and first.isna().any():
        first = first.fillna(deals["opportunity_id"].map(history.groupby("opportunity_id")["changed_at"].min()))
    first = first.fillna(deals["closed_at"])
    seen = deals[~(first >= end)]
    reopened = seen["closed_at"] >= end
    touched = reopened.copy()
    if history is not None:
        touched |= seen["opportunity_id"].isin(history.loc[history["changed_at"] >= end, "opportunity_id"])
    if not touched.any():
        return seen
    seen = seen.copy()
    seen.loc[reopened, ["is_closed", "is_won"]] = False
    for column in ("closed_at", "loss_reason", "competitor"):
        seen[column] = seen[column].mask(reopened)
    # a CRM empties the next step when a deal closes, so what stood there before cannot be told
    seen["next_step"] = seen["next_step"].mask(reopened & seen["next_step"].isna(), UNKNOWN)
    past = _past(history, end) if history is not None else pd.DataFrame(columns=["opportunity_id", "field", "value"])
    for column in _dated("opportunity").restored:
        values = past[past["field"] == column].set_index("opportunity_id")["value"]
        if column == "stage":
            seen[column] = seen[column].mask(reopened, UNKNOWN)
        then = seen["opportunity_id"].map(values)
        has = touched & seen["opportunity_id"].isin(values.index)
        if column == "owner_rep_id" and owners is not None:
            has &= then.isin(owners)
        seen[column] = seen[column].mask(has, _as(then, seen[column].dtype))
    return seen


def _past(history: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Value of each changed field at `end`: what the last change before it set, else what the first one after it replaced."""
    ordered = history.sort_values("changed_at", kind="stable")
    before = ordered[ordered["changed_at"] < end].drop_duplicates(["opportunity_id", "field"], keep="last")
    after = ordered[ordered["changed_at"] >= end].drop_duplicates(["opportunity_id", "field"], keep="first")
    both = pd.concat([before.assign(value=before["new_value"]), after.assign(value=after["old_value"])])
    return both.drop_duplicates(["opportunity_id", "field"], keep="first")[["opportunity_id", "field", "value"]]


def _as(values: "pd.Series[Any]", dtype: object) -> "pd.Series[Any]":
    """`values` in `dtype`: history keeps everything as text, the deal's own column is typed."""
    if dtype == "float64":
        return pd.to_numeric(values, errors="coerce").astype("float64")
    if dtype == "datetime64[us]":
        return pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601").astype("datetime64[us]")
    return values.astype(TEXT)


def newest_day(tables: Tables, timezone: str, today: date) -> date:
    """The last day on which anything happened to a deal or a lead, was done or was said, at the latest `today`."""
    columns = [
        calendar_day(tables[name][column].dropna(), timezone)
        for name, table in TABLES.items()
        if name in tables
        for column in table.dated().days
    ]
    past = [days[days <= pd.Timestamp(today)].max() for days in columns]
    known = [day for day in past if not pd.isna(day)]
    return max(known).date() if known else today


def _with_days(name: str, frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    wanted = {moment.removesuffix("_at") + "_on": moment for moment in _dated(name).days}
    days = {day: calendar_day(frame[moment], timezone) for day, moment in wanted.items() if day not in frame}
    return frame.assign(**days) if days else frame


def _dated(name: str) -> Dated:
    """What a table declares of itself; a table that is not ours is shown as it is."""
    return TABLES[name].dated() if name in TABLES else UNDATED
