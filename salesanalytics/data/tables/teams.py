"""Which team a rep was in on which day, and so which team a deal, a quota or an answer belongs to.

In: `rep_assignment` (one row per rep and span) or, without it, `rep.team_id`. Out: spans of days. The first assignment extends
back and the last one forward without limit, so that a deal dated a day before the hire still has a team. Deals stay with the
team that sold them.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.schema import TEXT


@once
def spans(tables: Tables) -> pd.DataFrame:
    """One row per rep and span of days in one team: rep_id, team_id, valid_from, valid_to (missing while it lasts)."""
    assignment = tables.get("rep_assignment")
    rep = tables["rep"]
    single = pd.DataFrame(
        {
            "rep_id": rep["rep_id"],
            "team_id": rep["team_id"],
            "valid_from": _first_hired(tables).fillna(pd.Timestamp(1900, 1, 1)),
            "valid_to": pd.Series(pd.NaT, index=rep.index, dtype="datetime64[us]"),
        }
    ).dropna(subset=["team_id"])
    if assignment is None or assignment.empty:
        return single.reset_index(drop=True)
    kept = assignment[["rep_id", "team_id", "valid_from", "valid_to"]]
    others = single[~single["rep_id"].isin(kept["rep_id"])]
    return pd.concat([kept, others], ignore_index=True).sort_values(["rep_id", "valid_from"], ignore_index=True)


def _first_hired(tables: Tables) -> "pd.Series[Any]":
    """First day of each rep's first stay, row by row of `rep`: who came back was in the team before, too."""
    rep = tables["rep"]
    if not len(tables.get("employment", ())):
        return rep["hire_date"]
    return rep["rep_id"].map(tables["employment"].groupby("rep_id")["hired_on"].min()).fillna(rep["hire_date"])


def team_on(rep_id: "pd.Series[Any]", day: "pd.Series[Any]", known: pd.DataFrame) -> "pd.Series[Any]":
    """Team of each rep on each day; missing where the rep never had one. Rows as in `rep_id`; a missing day is the far future.

    The team is that of the last span that began by that day, else of the rep's first span.
    """
    asked = pd.DataFrame({"rep_id": rep_id.astype(TEXT), "day": day.astype("datetime64[us]")}, index=rep_id.index)
    asked["row"] = range(len(asked))
    ordered = known.sort_values("valid_from")[["rep_id", "valid_from", "team_id"]].astype(
        {"rep_id": TEXT, "valid_from": "datetime64[us]"}
    )
    asked["day"] = asked["day"].fillna(pd.Timestamp(2200, 1, 1))
    dated = asked.dropna(subset=["rep_id"]).sort_values("day")
    found = pd.merge_asof(dated, ordered, left_on="day", right_on="valid_from", by="rep_id")
    by_row = found.set_index("row")["team_id"]
    first = ordered.drop_duplicates("rep_id").set_index("rep_id")["team_id"]
    team = asked["row"].map(by_row).astype(TEXT)
    return team.fillna(asked["rep_id"].map(first).astype(TEXT))


def deal_team(opportunity: pd.DataFrame, known: pd.DataFrame, as_of: date, timezone: str) -> "pd.Series[Any]":
    """Team of each deal: its owner's on the company's day on which it closed; for open deals its owner's on `as_of`."""
    closed = opportunity["closed_on"] if "closed_on" in opportunity else calendar_day(opportunity["closed_at"], timezone)
    return team_on(opportunity["owner_rep_id"], closed.fillna(pd.Timestamp(as_of)), known)


def lead_team(lead: pd.DataFrame, known: pd.DataFrame, teams: "pd.Series[str]", timezone: str) -> "pd.Series[Any]":
    """Team of each lead: the queue it waits in, else its owner's on the day it came; where there is one team only, that one.

    Missing for a lead without owner among several teams. The team of its deal is not asked: leads that became none would be
    left over, and every team would convert all of its leads.
    """
    team = lead["team_id"].fillna(team_on(lead["owner_rep_id"], calendar_day(lead["created_at"], timezone), known))
    return team.fillna(teams.iloc[0]) if len(teams) == 1 else team


def sellers(opportunity: pd.DataFrame, history: pd.DataFrame) -> "pd.Series[Any]":
    """Who sold each deal that is closed: its owner when it closed, by the log; rows as in `opportunity`, others keep their
    owner.

    A deal handed over after it was won stays a sale of who won it.
    """
    owner = opportunity["owner_rep_id"]
    log = history[history["field"] == "owner_rep_id"]
    ends = opportunity.loc[opportunity["is_closed"].eq(True), ["opportunity_id", "closed_at"]]
    handed = log.merge(ends, on="opportunity_id").sort_values("changed_at", kind="stable")
    after = handed[handed["changed_at"] > handed["closed_at"]].drop_duplicates("opportunity_id")
    then = opportunity["opportunity_id"].map(after.set_index("opportunity_id")["old_value"])
    return then.astype(TEXT).fillna(owner)


def calendar_day(moment: "pd.Series[Any]", timezone: str) -> "pd.Series[Any]":
    """The company's calendar day of each moment."""
    day: pd.Series[Any] = moment.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    return day
