"""The quotas that hold: per rep, for the days each was there.

In: `quota` (one row per scope, period and version) with `rep_assignment` and `rep`. Out: one row per rep with the quota of a
period, pro-rated by the days the rep was employed and in this team. Only versions set by `as_of` count; the highest one holds.
What a team or the company is to reach, `goal` says.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.data.tables.teams import spans

TEAMS_NUMBER = 0.5  # of what the sellers carry: a manager's quota from here on is the team's, below it the manager's own


def rep_quotas(tables: Tables, period: Period, as_of: date) -> pd.DataFrame:
    """rep_id, full quota of the period, `share` of its days the rep was here, and `quota`, which counts for those days only."""
    by_team = quotas_by_team(tables, period, as_of)
    sums = by_team.groupby("rep_id").agg(full=("full", "first"), quota=("quota", "sum")).reset_index().astype({"rep_id": TEXT})
    return sums.assign(share=(sums["quota"] / sums["full"]).where(sums["full"] > 0, 1.0))[["rep_id", "full", "share", "quota"]]


def quotas_by_team(tables: Tables, period: Period, as_of: date) -> pd.DataFrame:
    """One row per rep and team the rep was in: rep_id, team_id, full (the rep's whole quota), quota (for the days in the team).

    A manager's quota that is the team's is not among them: it is no seller's, and would count what the sellers' count.
    """
    columns: dict[str, Any] = {"rep_id": TEXT, "team_id": TEXT, "full": "float64", "quota": "float64"}
    if "quota" not in tables:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    tables = known_on(tables, as_of)
    rows = holding(tables["quota"], "rep", period, as_of)
    rows = rows.assign(rep_id=rows["scope_id"], whole=rows["amount"] * rows["part"])
    full = rows.groupby("rep_id")["whole"].sum()
    windows = rows.groupby(_window(rows, period))
    parts = [_for_days_here(tables, group, str(first), str(last)) for (first, last), group in windows]
    found = pd.concat(parts, ignore_index=True) if parts else rows.assign(team_id=None, quota=0.0).iloc[:0]
    sums = found.groupby(["rep_id", "team_id"], dropna=False)["quota"].sum().reset_index()
    sums = sums.assign(full=sums["rep_id"].map(full))[list(columns)].astype(columns)
    return sums[~sums["rep_id"].isin(standing_for_teams(tables, full))].reset_index(drop=True)


def standing_for_teams(tables: Tables, full: "pd.Series[float]") -> set[str]:
    """Managers whose quota is as large as a team's: at least half of what the sellers of their team carry together."""
    if not full.index.isin(_leaders(tables)).any():
        return set()
    leading = managers(tables)
    carried = full[~full.index.isin(leading["rep_id"])]
    team = spans(tables).drop_duplicates("rep_id", keep="last").set_index("rep_id")["team_id"]
    by_team = carried.groupby(carried.index.to_series().map(team)).sum()
    theirs = leading["rep_id"].map(full)
    return set(leading.loc[theirs >= TEAMS_NUMBER * leading["team_id"].map(by_team), "rep_id"])


def managers(tables: Tables) -> pd.DataFrame:
    """Who leads which team: team_id, rep_id. The team names its manager, else it is the one of its reps with that role."""
    named = tables["team"][["team_id", "manager_rep_id"]].dropna() if "team" in tables else pd.DataFrame()
    theirs = spans(tables).drop_duplicates("rep_id", keep="last")
    theirs = theirs.loc[theirs["rep_id"].isin(_by_role(tables)), ["team_id", "rep_id"]]
    named = named.rename(columns={"manager_rep_id": "rep_id"}) if len(named) else theirs.iloc[:0]
    return pd.concat([named, theirs], ignore_index=True).drop_duplicates()


def _by_role(tables: Tables) -> "pd.Series[str]":
    return tables["rep"].loc[tables["rep"]["role"] == "manager", "rep_id"]


def _leaders(tables: Tables) -> list[str]:
    named = tables["team"]["manager_rep_id"].dropna().to_list() if "team" in tables else []
    return [*named, *_by_role(tables)]


def _window(rows: pd.DataFrame, period: Period) -> list["pd.Series[Any]"]:
    """The days each quota speaks of within the period: first and last."""
    opens, closes = pd.Timestamp(period.start), pd.Timestamp(period.end)
    start, end = rows["period_start"], rows["period_end"]
    return [start.where(start > opens, opens).rename("first"), end.where(end < closes, closes).rename("last")]


def _for_days_here(tables: Tables, rows: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Each quota once for every team its rep was in, for the share of the days; whole where nobody says where the rep was."""
    here = (
        presence(tables, Period(pd.Timestamp(first).date(), pd.Timestamp(last).date()), by=["rep_id", "team_id"])
        .rename("share")
        .reset_index()
    )
    found = rows.merge(here, how="left", on="rep_id")
    return found.assign(quota=found["whole"] * found["share"].fillna(1.0))


def holding(quota: pd.DataFrame, scope: str, period: Period, as_of: date) -> pd.DataFrame:
    """The version that holds, of each quota that overlaps `period`; `part`: the share of the quota's days that lie in it."""
    rows = quota[(quota["scope"] == scope) & (quota["metric"] == "bookings") & (quota["product_family"] == "*")]
    rows = rows[~(rows["set_on"] > pd.Timestamp(as_of))]
    rows = rows[(rows["period_start"] <= pd.Timestamp(period.end)) & (rows["period_end"] >= pd.Timestamp(period.start))]
    rows = rows.sort_values("version").drop_duplicates(["scope_id", "period_start", "period_end"], keep="last")
    rows = _closest(rows, period)
    overlap = _days(rows["period_start"], rows["period_end"], period)
    return rows.assign(part=overlap / (days_between(rows["period_start"], rows["period_end"]) + 1))


def _closest(rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Of quotas of several lengths, the one that is exactly the period, else those within it, else the shortest."""
    begins, ends = pd.Timestamp(period.start), pd.Timestamp(period.end)
    exact = (rows["period_start"] == begins) & (rows["period_end"] == ends)
    within = (rows["period_start"] >= begins) & (rows["period_end"] <= ends)
    length = days_between(rows["period_start"], rows["period_end"])
    fit = length.where(~within, -1.0).where(~exact, -2.0)
    return rows[fit == fit.groupby(rows["scope_id"]).transform("min")]


def presence(tables: Tables, period: Period, by: "list[str] | None" = None) -> "pd.Series[float]":
    """Share of the period's days on which each rep was employed and in this team. `by`: each rep, or rep and team.

    Days are counted once, however many assignments hold on them.
    """
    rep, by = tables["rep"].set_index("rep_id"), by or ["rep_id"]
    stays = spans(tables)
    start, end = stays["valid_from"].fillna(pd.Timestamp(1900, 1, 1)), pd.to_datetime(stays["valid_to"])
    hired, left = stays["rep_id"].map(rep["hire_date"]), stays["rep_id"].map(rep["leave_date"])
    start = start.where(~(hired > start), hired)
    end = end.fillna(pd.Timestamp(2200, 1, 1))
    end = end.where(~(left < end), left)
    stays = stays.assign(start=start, end=end).sort_values([*by, "start"])
    until = stays.groupby(by)["end"].cummax().groupby([stays[name] for name in by]).shift()
    begun = stays["start"].where(~(stays["start"] <= until), until + pd.Timedelta(days=1))
    days = _days(begun, stays["end"], period) / period.days
    return days.groupby([stays[name] for name in by]).sum().clip(0, 1)


def _days(start: "pd.Series[Any]", end: "pd.Series[Any]", period: Period) -> "pd.Series[float]":
    """Days of start..end that lie in the period."""
    opens, closes = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return (days_between(start.where(start > opens, opens), end.where(end < closes, closes)) + 1).clip(lower=0)
