"""What was known on a day: tables as they stood at its end, so that nothing that came later can be seen.

In: usable tables and a day. Out: a mapping of the same tables in which rows born later are gone, later events are unknown
again, and a deal that changed later stands as it stood (see `past_deals`). Every analysis looks through this; it adds the
calendar days (`created_on`, `closed_on`, `changed_on`, `occurred_on`) in the company's zone. How each table is dated, its
schema declares (`Dated`).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.complete import complete
from salesanalytics.data.tables.last_stay import with_last_stay
from salesanalytics.data.tables.once import KeepsAnswers
from salesanalytics.data.tables.past_deals import Moment, guess_is_lost
from salesanalytics.data.tables.schema import TABLES, UNDATED, Dated
from salesanalytics.data.tables.teams import calendar_day, spans

DAYS_KEPT = 3
"""Earlier days of which tables stay cut: a chapter asks all its questions of a week ago, and of the period's first day."""


def known_on(tables: Tables, as_of: date, timezone: str = "UTC") -> "Known":
    """`tables` as they stood at the end of `as_of` in `timezone`. Tables are cut when first looked at."""
    return tables.on(as_of) if isinstance(tables, Known) else Known(tables, as_of, timezone)


class Known(KeepsAnswers, Mapping[str, pd.DataFrame]):
    """Tables seen from the end of one day.

    `earlier`: whether they are known to be of a later day; None: their rows are asked. `checked`: they have all columns of
    the schema; else they are made complete.
    """

    def __init__(
        self, tables: Tables, as_of: date, timezone: str = "UTC", *, earlier: bool | None = None, checked: bool = False
    ) -> None:
        super().__init__()
        self.as_of = as_of
        self.timezone = timezone
        self._earlier = True if isinstance(tables, Known) and tables.as_of > as_of else earlier
        self._checked = checked or isinstance(tables, Known)
        self._all = tables
        self._whole: dict[str, pd.DataFrame] = {}
        self._cut: dict[str, pd.DataFrame] = {}
        self._days: dict[date, Known] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._cut:
            self._cut[name] = _with_days(name, self._seen(name), self.timezone)
        return self._cut[name]

    def __contains__(self, name: object) -> bool:
        return name in self._all  # a Mapping would look the table up, and take any KeyError on the way for a table that lacks

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def on(self, as_of: date) -> "Known":
        """The same tables as known on `as_of`; of earlier days the last few are kept, with what was worked out of them."""
        if self.as_of <= as_of:
            return self
        kept = self._days.pop(as_of, None) or Known(self, as_of, self.timezone)
        self._days[as_of] = kept  # the last one asked for stands last
        if len(self._days) > DAYS_KEPT:
            del self._days[next(iter(self._days))]
        return kept

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self._whole:
            frame = self._all[name]
            self._whole[name] = frame if self._checked else complete(name, frame, self.timezone)
        return self._whole[name]

    def _seen(self, name: str) -> pd.DataFrame:
        frame, dated = self._table(name), _dated(name)
        if dated.rule == "deal":
            then = Moment(self.end, self.earlier, dated.restored, self._owners() if self.earlier else None)
            return then.deals(frame, self._table("opportunity_history") if "opportunity_history" in self else None)
        if name == "rep" and "employment" in self:
            frame = with_last_stay(frame, self["employment"])
        if dated.born:
            later = self._later(frame[dated.born])
            if later.any():
                frame = frame[~later | self._needed(name, frame)]
        for event, companions in dated.events.items():
            later = self._later(frame[event])
            if later.any():
                frame = frame.assign(**{column: frame[column].mask(later) for column in (event, *companions)})
        if dated.unlogged and self.earlier:
            everyone = pd.Series(True, index=frame.index)
            frame = frame.assign(**{column: frame[column].mask(everyone) for column in dated.unlogged})
        if dated.rule == "with its deal":
            return frame[among(frame["opportunity_id"], self["opportunity"]["opportunity_id"])]
        return frame

    def _owners(self) -> "pd.Series[Any] | None":
        """Reps that are in a team, whatever is known of them on the day."""
        people = {name: self._table(name) for name in ("rep", "rep_assignment") if name in self}
        return spans(people)["rep_id"] if "rep" in people else None

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

    @cached_property
    def earlier(self) -> bool:
        """Whether the tables know of later days, so that what no log keeps may have been written then."""
        if self._earlier is not None:
            return self._earlier
        moments = (self._table(name)[column] for name in TABLES if name in self for column in _dated(name).days)
        return any(bool((moment >= self.end).any()) for moment in moments)

    @cached_property
    def logs_dates(self) -> bool:
        """Whether the log tells when deals were expected to close on earlier days."""
        deals = self["opportunity"]
        return not guess_is_lost(deals, self.get("opportunity_history"), self.end).all() and len(deals) > 0

    @property
    def end(self) -> pd.Timestamp:
        """The first moment that is not known any more."""
        return (pd.Timestamp(self.as_of) + pd.Timedelta(days=1)).tz_localize(
            self.timezone, nonexistent="shift_forward", ambiguous=True
        )


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
