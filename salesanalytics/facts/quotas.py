"""The quotas that hold: per rep, for the days each was there.

In: `quota` (one row per scope, period and version) with `rep_assignment` and `rep`. Out: one row per rep with the quota of a
period, pro-rated by the days the rep was employed and in this team. Only versions set by `as_of` count; the highest one holds.
What a team or the company is to reach, `goal` says.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.data.tables.teams import spans
from salesanalytics.facts.employment import stays
from salesanalytics.facts.people import MONTH_DAYS

Day: TypeAlias = "pd.Timestamp | pd.Series[Any]"
_DAY, _A_DAY = "datetime64[us]", np.timedelta64(1, "D")
NEARLY_ALL = 0.9  # of a period's days; quotas that speak of fewer are none for the period
TEAMS_NUMBER = 0.5  # of what the sellers carry: a manager's quota from here on is the team's, below it the manager's own


def rep_quotas(tables: Tables, period: Period, as_of: date) -> pd.DataFrame:
    """rep_id, full quota of the period, `share` of its days the rep was here, and `quota`, which counts for those days only.

    Who has a quota for part of these days alone, as for July of a quarter, is not among them: what the whole period brings
    would be held against one month's.
    """
    return rep_quotas_of(tables, [period], as_of)[0]


def rep_quotas_of(tables: Tables, periods: Sequence[Period], as_of: date, *, partial: bool = False) -> list[pd.DataFrame]:
    """`rep_quotas` of each of several periods, which together cost little more than one. `partial`: quotas for part of the days
    count as well, as they do where pay goes by them.
    """
    tables = known_on(tables, as_of)
    by_team = _by_team(tables, periods, as_of)
    sums = by_team.groupby(["at", "rep_id"]).agg(full=("full", "first"), quota=("quota", "sum")).reset_index()
    sums = sums.assign(rep_id=sums["rep_id"].astype(TEXT), share=(sums["quota"] / sums["full"]).where(sums["full"] > 0, 1.0))
    columns = ["rep_id", "full", "share", "quota"]
    of_each = [sums.loc[sums["at"] == at, columns] for at in range(len(periods))]
    if not partial and len(sums):
        held = _holding(tables, "rep", periods, as_of)
        of_each = [rows[_for_all_days(tables, rows, held[held["at"] == at], periods[at])] for at, rows in enumerate(of_each)]
    return [rows.reset_index(drop=True) for rows in of_each]


def _for_all_days(tables: Tables, rows: pd.DataFrame, held: pd.DataFrame, period: Period) -> "pd.Series[bool]":
    """Whether the quotas `held` speak of nearly all days of the period that each rep was here."""
    spoken_of = rows["rep_id"].map(covered(held, period))
    return spoken_of >= NEARLY_ALL * rows["rep_id"].map(presence(tables, period)).fillna(1.0)


def quotas_by_team(tables: Tables, period: Period, as_of: date) -> pd.DataFrame:
    """One row per rep and team the rep was in: rep_id, team_id, full (the rep's whole quota), quota (for the days in the team).

    A manager's quota that is the team's is not among them: it is no seller's, and would count what the sellers' count.
    """
    return _by_team(tables, [period], as_of).drop(columns="at")


def _by_team(tables: Tables, periods: Sequence[Period], as_of: date) -> pd.DataFrame:
    """`quotas_by_team` of several periods; `at` is the place of each row's period among them."""
    columns: dict[str, Any] = {"at": "int64", "rep_id": TEXT, "team_id": TEXT, "full": "float64", "quota": "float64"}
    if "quota" not in tables or not periods:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    tables = known_on(tables, as_of)
    rows = _holding(tables, "rep", periods, as_of)
    if rows.empty:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    rows = rows.assign(rep_id=rows["scope_id"], whole=rows["amount"] * rows["part"])
    full = rows.groupby(["at", "rep_id"])["whole"].sum()
    found = rows.merge(_spans_there(tables, "rep_id", "team_id"), how="left", on="rep_id")
    first, last = found["first"], found["last"]
    here = _days(found["start"], found["end"], first, last) / (days_between(first, last) + 1)
    here = here.where(found["start"].notna(), 1.0)  # whole where nobody says where the rep was
    found = found.assign(quota=found["whole"] * here)
    sums = found.groupby(["at", "rep_id", "team_id"], dropna=False)["quota"].sum().reset_index()
    sums = sums.merge(full.rename("full").reset_index(), on=["at", "rep_id"])[list(columns)].astype(columns)
    stands = pd.Series(False, index=sums.index)
    for at in range(len(periods)):
        of_period = full[full.index.get_level_values("at") == at].droplevel("at")
        stands |= (sums["at"] == at) & sums["rep_id"].isin(standing_for_teams(tables, of_period))
    return sums[~stands].reset_index(drop=True)


def standing_for_teams(tables: Tables, full: "pd.Series[float]") -> set[str]:
    """Managers whose quota is as large as a team's: at least half of what the sellers of their team carry together."""
    leading = managers(tables)
    if not full.index.isin(leading["rep_id"]).any():
        return set()
    carried = full[~full.index.isin(leading["rep_id"])]
    team = spans(tables).drop_duplicates("rep_id", keep="last").set_index("rep_id")["team_id"]
    by_team = carried.groupby(carried.index.to_series().map(team)).sum()
    theirs = leading["rep_id"].map(full)
    return set(leading.loc[theirs >= TEAMS_NUMBER * leading["team_id"].map(by_team), "rep_id"])


@once
def managers(tables: Tables) -> pd.DataFrame:
    """Who leads which team: team_id, rep_id. The team names its manager, else it is whoever of its reps has that role."""
    named = tables["team"][["team_id", "manager_rep_id"]].dropna() if "team" in tables else pd.DataFrame()
    theirs = spans(tables).drop_duplicates("rep_id", keep="last")
    role = tables["rep"].loc[tables["rep"]["role"] == "manager", "rep_id"]
    theirs = theirs.loc[theirs["rep_id"].isin(role), ["team_id", "rep_id"]]
    named = named.rename(columns={"manager_rep_id": "rep_id"}) if len(named) else theirs.iloc[:0]
    unnamed = theirs[~theirs["team_id"].isin(named["team_id"])]
    return pd.concat([named, unnamed], ignore_index=True).drop_duplicates()


def covered(rows: pd.DataFrame, period: Period) -> "pd.Series[float]":
    """By scope_id, the share of the period's days that its quotas (rows of `holding`) speak of."""
    days = days_between(rows["first"], rows["last"]) + 1
    return days.groupby(rows["scope_id"]).sum() / period.days


def holding(tables: Tables, scope: str, period: Period, as_of: date) -> pd.DataFrame:
    """The version that holds, of each quota that overlaps `period`; `part`: the share of the quota's days that lie in it."""
    return _holding(tables, scope, [period], as_of)


def _holding(tables: Tables, scope: str, periods: Sequence[Period], as_of: date) -> pd.DataFrame:
    """`holding` of several periods: `at` is the place of the period, `first` and `last` are the quota's days within it."""
    rows = _versions(tables, scope, as_of)
    start, end = (rows[name].to_numpy(dtype=_DAY) for name in ("period_start", "period_end"))
    opens, closes = (np.array(days, dtype=_DAY) for days in zip(*((one.start, one.end) for one in periods), strict=True))
    row, at = np.nonzero((start[:, None] <= closes) & (end[:, None] >= opens))
    start, end, opens, closes = start[row], end[row], opens[at], closes[at]
    first, last = np.maximum(start, opens), np.minimum(end, closes)
    of = {"at": at, "opens": opens, "closes": closes, "first": first, "last": last}
    rows = rows.take(row).reset_index(drop=True)
    rows = rows.assign(**of, part=((last - first) / _A_DAY + 1) / ((end - start) / _A_DAY + 1))
    return _closest(rows.drop_duplicates(["at", "scope_id", "period_start", "period_end"], keep="last"))


@once
def _versions(tables: Tables, scope: str, as_of: date) -> pd.DataFrame:
    """Bookings quotas of a scope that were set by `as_of`, the version that holds last."""
    quota = tables["quota"]
    rows = quota[(quota["scope"] == scope) & (quota["metric"] == "bookings") & (quota["product_family"] == "*")]
    return rows[~(rows["set_on"] > pd.Timestamp(as_of))].sort_values(["version", "scope_id", "period_start", "period_end"])


def _closest(rows: pd.DataFrame) -> pd.DataFrame:
    """Of quotas of several lengths, those of one: the longest within the period that cover all of it, else the shortest beyond
    it that do, else those that cover most. Two lengths at once would count the same money twice.
    """
    start, end, opens, closes = (rows[name].to_numpy(dtype=_DAY) for name in ("period_start", "period_end", "opens", "closes"))
    months = np.round(((end - start) / _A_DAY + 1) / MONTH_DAYS)
    if not len(rows) or (months == months[0]).all():
        return rows
    within = (start >= opens) & (end <= closes)
    days = days_between(rows["first"], rows["last"]) + 1
    asked = (closes - opens) / _A_DAY + 1
    rows = rows.assign(months=months, days=days, asked=asked, beyond=~within)
    by = rows.groupby(["at", "scope_id", "months"], sort=False)[["days", "asked", "beyond"]]
    lengths = by.agg({"days": "sum", "asked": "first", "beyond": "any"}).reset_index()
    covers = lengths["days"] >= lengths["asked"]
    rank = np.select(
        [covers & ~lengths["beyond"], covers], [-lengths["months"], 1e6 + lengths["months"]], 2e6 - lengths["days"]
    )
    best = lengths.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(["at", "scope_id"])
    chosen = rows.merge(best[["at", "scope_id", "months"]], on=["at", "scope_id", "months"])
    return chosen.drop(columns=["months", "days", "asked", "beyond"])


@once
def presence(tables: Tables, period: Period) -> "pd.Series[float]":
    """Share of the period's days on which each rep was employed and in this team. Days are counted once, however many
    assignments hold on them.
    """
    rows = _spans_there(tables, "rep_id")
    days = _days(rows["start"], rows["end"], pd.Timestamp(period.start), pd.Timestamp(period.end)) / period.days
    return days.groupby(rows["rep_id"]).sum().clip(0, 1)


@once
def _spans_there(tables: Tables, *by: str) -> pd.DataFrame:
    """One row per span of days on which a rep was employed and in a team: `by`, start, end. None overlap with one of the same
    rep (`by`: rep_id) or of the same rep and team.
    """
    rows = spans(tables).merge(stays(tables)[["rep_id", "hired", "left"]], on="rep_id")
    start, end = rows["valid_from"].fillna(pd.Timestamp(1900, 1, 1)), pd.to_datetime(rows["valid_to"])
    hired, left = rows["hired"], rows["left"]
    start = start.where(~(hired > start), hired)
    end = end.fillna(pd.Timestamp(2200, 1, 1))
    end = end.where(~(left < end), left)
    rows = rows.assign(start=start, end=end).sort_values([*by, "start"])
    rows = rows[rows["start"] <= rows["end"]]
    until = rows.groupby(list(by))["end"].cummax().groupby([rows[name] for name in by]).shift()
    begun = rows["start"].where(~(rows["start"] <= until), until + pd.Timedelta(days=1))
    return rows.assign(start=begun)[[*by, "start", "end"]]


def _days(start: "pd.Series[Any]", end: "pd.Series[Any]", opens: Day, closes: Day) -> "pd.Series[float]":
    """Days of start..end that lie in opens..closes."""
    return (days_between(start.where(start > opens, opens), end.where(end < closes, closes)) + 1).clip(lower=0)
