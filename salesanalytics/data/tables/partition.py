"""Cuts the company's tables into one set per team, so that a team's page can be made from its own rows alone.

In: usable tables and a day. Out: for each team its rows of every table. A deal goes to the team that sold it, what hangs on a
deal goes with it, what hangs on a rep goes to the rep's team of that day. A quota of a rep who moved goes to both teams, which
share it by days. Rows that belong to no team (a lead without owner, a director's training) stay with the company only.
Whose each table's rows are, its schema declares (`Whose`); the rules of tables that have one of their own are here.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.schema import TABLES, TEXT
from salesanalytics.data.tables.teams import deal_team, spans, team_on

SHARED = tuple(name for name, table in TABLES.items() if table.whose().owner == "everybody")
OF_DEAL = tuple(name for name, table in TABLES.items() if table.whose().owner == "deal")
OF_REP = {name: table.whose() for name, table in TABLES.items() if table.whose().owner == "rep"}


def partition(tables: Tables, as_of: date) -> dict[str, dict[str, pd.DataFrame]]:
    """Team id → table → that team's rows. Shared tables (products, stages, …) are not in it."""
    links = _links(tables, as_of)
    cut: dict[str, dict[str, pd.DataFrame]] = {team: {} for team in tables["team"]["team_id"]}
    for table, link in links.items():
        frame = tables[table]
        rows = {team: positions.to_numpy() for team, positions in link.groupby("team_id")["row"]}
        for team, mine in cut.items():
            mine[table] = frame.iloc[rows[team]].reset_index(drop=True) if team in rows else frame.iloc[:0]
    return cut


def _links(tables: Tables, as_of: date) -> dict[str, pd.DataFrame]:
    """For each table which row belongs to which team; a row may belong to several."""
    known = spans(tables)
    sold_by = deal_team(tables["opportunity"], known, as_of)
    of_deal = pd.Series(sold_by.to_numpy(), index=tables["opportunity"]["opportunity_id"])
    links = {"team": _link(tables["team"]["team_id"]), "opportunity": _link(sold_by)}
    links |= {table: _link(tables[table]["opportunity_id"].map(of_deal)) for table in OF_DEAL if table in tables}
    for table, whose in OF_REP.items():
        if table in tables:
            links[table] = _link(_owner(tables[table], whose.rep, whose.day, of_deal, known))
    membership = known[["rep_id", "team_id"]].drop_duplicates()
    links["rep"] = _many(tables["rep"]["rep_id"], membership, "rep_id")
    if "rep_assignment" in tables:
        links["rep_assignment"] = _link(tables["rep_assignment"]["team_id"])
    if "quota" in tables:
        links["quota"] = _quota(tables["quota"], known, tables)
    if "forecast_submission" in tables:
        given = tables["forecast_submission"]
        by_rep = team_on(given["scope_id"].where(given["scope"] == "rep"), _day(given["submitted_at"]), known)
        links["forecast_submission"] = _link(by_rep.fillna(given["scope_id"].where(given["scope"] == "team")))
    if "account" in tables:
        links["account"] = _account(tables["account"], tables["opportunity"], sold_by, known, as_of)
    if "territory" in tables:
        links["territory"] = _territory(tables)
    return links


def _link(team: "pd.Series[Any]") -> pd.DataFrame:
    """Each row to the one team named beside it."""
    return pd.DataFrame({"row": range(len(team)), "team_id": team.to_numpy()}).dropna()


def _many(key: "pd.Series[Any]", pairs: pd.DataFrame, on: str) -> pd.DataFrame:
    """Each row to every team that `pairs` gives for its key."""
    rows = pd.DataFrame({"row": range(len(key)), on: key.to_numpy()}).astype({on: TEXT})
    return rows.merge(pairs.astype({on: TEXT}), on=on)[["row", "team_id"]].drop_duplicates()


def _owner(frame: pd.DataFrame, rep: str, day: str, of_deal: "pd.Series[Any]", known: pd.DataFrame) -> "pd.Series[Any]":
    """The team named in the row, else that of its deal, else that of its rep on that day."""
    team = team_on(frame[rep], _day(frame[day]), known)
    if "opportunity_id" in frame:
        team = frame["opportunity_id"].map(of_deal).astype(TEXT).fillna(team)
    return frame["team_id"].fillna(team) if "team_id" in frame else team


def _day(when: "pd.Series[Any]") -> "pd.Series[Any]":
    return when.dt.tz_localize(None) if isinstance(when.dtype, pd.DatetimeTZDtype) else when


def _quota(quota: pd.DataFrame, known: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """A team's quota to the team, a rep's to every team of its period, a territory's to every team that works it."""
    rows = quota.assign(row=range(len(quota)))
    own = rows[rows["scope"] == "team"].rename(columns={"scope_id": "team_id"})[["row", "team_id"]]
    reps = rows[rows["scope"] == "rep"].merge(known, left_on="scope_id", right_on="rep_id")
    first = reps.groupby("rep_id")["valid_from"].transform("min")
    begun = (reps["valid_from"] <= reps["period_end"]) | (reps["valid_from"] == first)
    ended = reps["valid_to"] < reps["period_start"]
    parts = [own, reps.loc[begun & ~ended, ["row", "team_id"]]]
    if "rep_assignment" in tables:
        land = tables["rep_assignment"][["territory_id", "team_id"]].dropna().drop_duplicates()
        lands = rows[rows["scope"] == "territory"].merge(land, left_on="scope_id", right_on="territory_id")
        parts.append(lands[["row", "team_id"]])
    return pd.concat(parts).drop_duplicates()


def _account(
    account: pd.DataFrame, deals: pd.DataFrame, sold_by: "pd.Series[Any]", known: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """An account goes to every team that has a deal with it, and to its owner's team of `as_of`."""
    by_deal = pd.DataFrame({"account_id": deals["account_id"], "team_id": sold_by}).dropna().drop_duplicates()
    today = pd.Series(pd.Timestamp(as_of), index=account.index)
    owned_by = team_on(account["owner_rep_id"], today, known)
    by_owner = pd.DataFrame({"account_id": account["account_id"], "team_id": owned_by}).dropna()
    return _many(account["account_id"], pd.concat([by_deal, by_owner]).drop_duplicates(), "account_id")


def _territory(tables: Tables) -> pd.DataFrame:
    """A territory goes to every team whose reps were ever assigned to it."""
    if "rep_assignment" not in tables:
        return pd.DataFrame({"row": range(0), "team_id": []})
    land = tables["rep_assignment"][["territory_id", "team_id"]].dropna().drop_duplicates()
    return _many(tables["territory"]["territory_id"], land, "territory_id")
