"""Cuts the company's tables into one set per team, so that a team's page can be made from its own rows alone.

In: usable tables, a day and the zone of the company's days. Out: for each team its rows of every table. A deal goes to the team
that sold it, and its history and lines go with it; rows about a rep go to the rep's team of that day. A quota of a rep who
moved goes to both teams, which share it by days. Rows that belong to no team (a lead without owner or queue, a director's
training) stay with the company only. Each table declares in its class line which of these holds (`Whose`); the rules of tables
that have one of their own are here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.schema import TABLES, TEXT
from salesanalytics.data.tables.schema.table import Whose
from salesanalytics.data.tables.teams import calendar_day, deal_team, lead_team, spans, team_on

OWNERS = {name: model.whose() for name, model in TABLES.items()}
SHARED = tuple(name for name, whose in OWNERS.items() if whose.owner == "everybody")
OF_DEAL = tuple(name for name, whose in OWNERS.items() if whose.owner == "deal")


def partition(tables: Tables, as_of: date, timezone: str) -> dict[str, dict[str, pd.DataFrame]]:
    """Team id → table → that team's rows. Shared tables (products, stages, …) are not in it."""
    links = _links(tables, as_of, timezone)
    cut: dict[str, dict[str, pd.DataFrame]] = {team: {} for team in tables["team"]["team_id"]}
    for table, link in links.items():
        frame = tables[table]
        rows = {team: positions.to_numpy() for team, positions in link.groupby("team_id")["row"]}
        for team, mine in cut.items():
            mine[table] = frame.iloc[rows[team]].reset_index(drop=True) if team in rows else frame.iloc[:0]
    return cut


@dataclass(frozen=True)
class _Sellers:
    """The tables, who was in which team (`spans`), and each deal's team: row by row (`sold_by`) and by its id (`of_deal`)."""

    tables: Tables
    as_of: date
    timezone: str
    spans: pd.DataFrame
    sold_by: "pd.Series[Any]"
    of_deal: "pd.Series[Any]"

    @classmethod
    def of(cls, tables: Tables, as_of: date, timezone: str) -> "_Sellers":
        known, deals = spans(tables), tables["opportunity"]
        sold_by = deal_team(deals, known, as_of, timezone)
        return cls(tables, as_of, timezone, known, sold_by, pd.Series(sold_by.to_numpy(), index=deals["opportunity_id"]))


def _links(tables: Tables, as_of: date, timezone: str) -> dict[str, pd.DataFrame]:
    """For each table which row belongs to which team; a row may belong to several."""
    sellers = _Sellers.of(tables, as_of, timezone)
    return {name: _whose(name, whose, sellers) for name, whose in OWNERS.items() if name in tables and name not in SHARED}


def _whose(name: str, whose: Whose, sellers: _Sellers) -> pd.DataFrame:
    frame = sellers.tables[name]
    if whose.owner == "deal":
        return _link(frame["opportunity_id"].map(sellers.of_deal))
    if whose.owner == "rep":
        return _link(_team_of_rep(frame, whose, sellers))
    return RULES[name](frame, sellers)


def _link(team: "pd.Series[Any]") -> pd.DataFrame:
    """Each row to the one team named beside it."""
    return pd.DataFrame({"row": range(len(team)), "team_id": team.to_numpy()}).dropna()


def _many(key: "pd.Series[Any]", pairs: pd.DataFrame, on: str) -> pd.DataFrame:
    """Each row to every team that `pairs` gives for its key."""
    rows = pd.DataFrame({"row": range(len(key)), on: key.to_numpy()}).astype({on: TEXT})
    return rows.merge(pairs.astype({on: TEXT}), on=on)[["row", "team_id"]].drop_duplicates()


def _team_of_rep(frame: pd.DataFrame, whose: Whose, sellers: _Sellers) -> "pd.Series[Any]":
    """The team named in the row, else that of its deal (where the table goes by it), else that of its rep on that day."""
    team = team_on(frame[whose.rep], _day(frame[whose.day], sellers.timezone), sellers.spans)
    if whose.by_deal and "opportunity_id" in frame:
        team = frame["opportunity_id"].map(sellers.of_deal).astype(TEXT).fillna(team)
    return frame["team_id"].fillna(team) if "team_id" in frame else team


def _day(when: "pd.Series[Any]", timezone: str) -> "pd.Series[Any]":
    return calendar_day(when, timezone) if isinstance(when.dtype, pd.DatetimeTZDtype) else when


def _team(team: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    return _link(team["team_id"])


def _rep(rep: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A rep, and each of their stays, goes to every team they were ever in."""
    return _many(rep["rep_id"], sellers.spans[["rep_id", "team_id"]].drop_duplicates(), "rep_id")


def _opportunity(deals: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A deal goes to the team that sold it, an open one to its owner's team."""
    return _link(sellers.sold_by)


def _lead(lead: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A lead to the team whose queue it waits in, else to its owner's."""
    return _link(lead_team(lead, sellers.spans, sellers.tables["team"]["team_id"], sellers.timezone))


def _forecast(given: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A team's forecast to the team, a rep's to the team they were in when they gave it."""
    rep = given["scope_id"].where(given["scope"] == "rep")
    by_rep = team_on(rep, _day(given["submitted_at"], sellers.timezone), sellers.spans)
    return _link(by_rep.fillna(given["scope_id"].where(given["scope"] == "team")))


def _quota(quota: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A team's quota to the team, a rep's or manager's to every team of its period, a territory's to every team that works it.

    The company's, a region's and those of teams above others speak of several teams, and stay with the company.
    """
    rows, team = quota.assign(row=range(len(quota))), sellers.tables["team"]
    own = rows[(rows["scope"] == "team") & ~rows["scope_id"].isin(team["parent_team_id"].dropna())]
    led = team[["team_id", "manager_rep_id"]].dropna().rename(columns={"manager_rep_id": "scope_id"})
    of_leaders = rows[rows["scope"].isin(["manager", "rep"])].merge(led, on="scope_id")
    reps = rows[rows["scope"].isin(["manager", "rep"])].merge(sellers.spans, left_on="scope_id", right_on="rep_id")
    first = reps.groupby("rep_id")["valid_from"].transform("min")
    begun = (reps["valid_from"] <= reps["period_end"]) | (reps["valid_from"] == first)
    ended = reps["valid_to"] < reps["period_start"]
    parts = [
        own.assign(team_id=own["scope_id"])[["row", "team_id"]],
        of_leaders[["row", "team_id"]],
        reps.loc[begun & ~ended, ["row", "team_id"]],
    ]
    if "rep_assignment" in sellers.tables:
        of_territory = rows[rows["scope"] == "territory"]
        parts.append(of_territory.merge(_worked(sellers), left_on="scope_id", right_on="territory_id")[["row", "team_id"]])
    return pd.concat(parts).drop_duplicates()


def _account(account: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """An account goes to every team that has a deal with it, and to its owner's team of `as_of`."""
    deals = sellers.tables["opportunity"]
    by_deal = pd.DataFrame({"account_id": deals["account_id"], "team_id": sellers.sold_by}).dropna().drop_duplicates()
    today = pd.Series(pd.Timestamp(sellers.as_of), index=account.index)
    owned_by = team_on(account["owner_rep_id"], today, sellers.spans)
    by_owner = pd.DataFrame({"account_id": account["account_id"], "team_id": owned_by}).dropna()
    return _many(account["account_id"], pd.concat([by_deal, by_owner]).drop_duplicates(), "account_id")


def _territory(territory: pd.DataFrame, sellers: _Sellers) -> pd.DataFrame:
    """A territory goes to every team whose reps were ever assigned to it."""
    if "rep_assignment" not in sellers.tables:
        return pd.DataFrame({"row": range(0), "team_id": []})
    return _many(territory["territory_id"], _worked(sellers), "territory_id")


def _worked(sellers: _Sellers) -> pd.DataFrame:
    """Every pair of a territory and a team that worked it."""
    return sellers.tables["rep_assignment"][["territory_id", "team_id"]].dropna().drop_duplicates()


# tables that declare OWN_RULE; each function gives pairs of `row` and `team_id`
RULES: dict[str, Callable[[pd.DataFrame, _Sellers], pd.DataFrame]] = {
    "team": _team,
    "territory": _territory,
    "rep": _rep,
    "rep_assignment": _team,
    "employment": _rep,
    "account": _account,
    "lead": _lead,
    "opportunity": _opportunity,
    "quota": _quota,
    "forecast_submission": _forecast,
}
