"""The quota that holds: per rep and for the team, for the days each rep was there.

In: `quota` (one row per scope, period and version) with `rep_assignment` and `rep`. Out: one row per rep with the quota of a
period, pro-rated by the days the rep was employed and in this team; and the team's number: its own quota where one is set, else
the sum over reps. Only versions set by `as_of` count; the highest one holds.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.schema import TEXT


def team_quota(tables: Tables, period: Period, as_of: date) -> float | None:
    """The team's bookings quota of `period`; None where neither the team nor any rep has one."""
    if "quota" not in tables:
        return None
    tables = known_on(tables, as_of)
    for scope in ("team", "rep"):
        rows = _holding(tables["quota"], scope, period, as_of)
        if not rows.empty:
            goal = (
                (rows["amount"] * rows["part"]).sum() if scope == "team" else rep_quotas(tables, period, as_of)["quota"].sum()
            )
            return float(goal) if goal > 0 and _covers(rows, period) else None
    return None


def _covers(rows: pd.DataFrame, period: Period) -> bool:
    """Whether the quotas speak of the whole period; one for October alone is no goal for the quarter."""
    return bool(
        rows["period_start"].min() <= pd.Timestamp(period.start) and rows["period_end"].max() >= pd.Timestamp(period.end)
    )


def rep_quotas(tables: Tables, period: Period, as_of: date) -> pd.DataFrame:
    """rep_id, full quota of the period, `share` of its days the rep was here, and `quota`, which counts for those days only."""
    if "quota" not in tables:
        return pd.DataFrame(
            {"rep_id": pd.Series(dtype=TEXT), **dict.fromkeys(("full", "share", "quota"), pd.Series(dtype="float64"))}
        )
    tables = known_on(tables, as_of)
    rows = _holding(tables["quota"], "rep", period, as_of)
    rows = rows.assign(full=rows["amount"] * rows["part"], share=_shares(tables, rows, period))
    rows["quota"] = rows["full"] * rows["share"]
    sums = rows.groupby("scope_id")[["full", "quota"]].sum().rename_axis("rep_id").reset_index().astype({"rep_id": TEXT})
    return sums.assign(share=(sums["quota"] / sums["full"]).where(sums["full"] > 0, 1.0))[["rep_id", "full", "share", "quota"]]


def _shares(tables: Tables, rows: pd.DataFrame, period: Period) -> "pd.Series[float]":
    """For each quota, the share of the days it speaks of within the period on which its rep was here."""
    opens, closes = pd.Timestamp(period.start), pd.Timestamp(period.end)
    start, end = rows["period_start"], rows["period_end"]
    windows = pd.DataFrame({"first": start.where(start > opens, opens), "last": end.where(end < closes, closes)})
    share = pd.Series(1.0, index=rows.index)
    for first, last in windows.drop_duplicates().to_numpy():
        opened, closed = pd.Timestamp(first), pd.Timestamp(last)
        here = presence(tables, Period(opened.date(), closed.date(), period.kind))
        mine = (windows["first"] == opened) & (windows["last"] == closed)
        share = share.where(~mine, rows["scope_id"].map(here).fillna(1.0))
    return share


def _holding(quota: pd.DataFrame, scope: str, period: Period, as_of: date) -> pd.DataFrame:
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


def presence(tables: Tables, period: Period) -> "pd.Series[float]":
    """Share of the period's days on which each rep was employed and in this team."""
    rep = tables["rep"].set_index("rep_id")
    if "rep_assignment" in tables and len(tables["rep_assignment"]):
        spans = tables["rep_assignment"][["rep_id", "valid_from", "valid_to"]]
        others = rep[~rep.index.isin(spans["rep_id"])]
        spans = pd.concat([spans, _whole_stay(others)], ignore_index=True) if len(others) else spans
    else:
        spans = _whole_stay(rep)
    start, end = spans["valid_from"].fillna(pd.Timestamp(1900, 1, 1)), pd.to_datetime(spans["valid_to"])
    hired, left = spans["rep_id"].map(rep["hire_date"]), spans["rep_id"].map(rep["leave_date"])
    start = start.where(~(hired > start), hired)
    end = end.fillna(pd.Timestamp(2200, 1, 1))
    end = end.where(~(left < end), left)
    return (_days(start, end, period) / period.days).groupby(spans["rep_id"]).sum().clip(0, 1)


def _whole_stay(rep: pd.DataFrame) -> pd.DataFrame:
    """One span per rep, from the first day on."""
    never = pd.Series(pd.NaT, index=rep.index, dtype="datetime64[us]")
    return pd.DataFrame({"rep_id": rep.index, "valid_from": rep["hire_date"], "valid_to": never}).reset_index(drop=True)


def _days(start: "pd.Series[Any]", end: "pd.Series[Any]", period: Period) -> "pd.Series[float]":
    """Days of start..end that lie in the period."""
    opens, closes = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return (days_between(start.where(start > opens, opens), end.where(end < closes, closes)) + 1).clip(lower=0)
