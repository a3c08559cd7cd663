"""Accounts, their work and their present reps, from our tables.

In: tables of one team, as known on a day: `rep`, `opportunity`; `account`, `activity`, `rep_assignment` where they are kept.
Out: accounts and reps as `balance` wants them, and what it costs to hand each account to each rep. Our tables know no places,
so what counts is who knows the account.

Workload of an account: the mean of its shares in what the team does, over the measures the data hold: one part for being looked
after at all (the same for every account), open pipeline, bookings of 12 months, activities of 12 months. Money enters by its
square root, since a deal four times as large is not four times the work. The average account has 1. A yardstick, not hours.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.data.tables.teams import spans
from salesanalytics.facts.people import present, team_stays

KNOWN_ALREADY = 0.5  # a handover to somebody who has worked the account in the last 12 months counts half


@dataclass(frozen=True, slots=True, eq=False)
class TerritoryInputs:
    """`accounts`: account_id, name, rep_id, workload; `reps`: rep_id, name; `cost`: account_id by rep_id.

    `measures`: what the workload was made of; `missing`: tables that would tell more.
    """

    accounts: pd.DataFrame
    reps: pd.DataFrame
    cost: pd.DataFrame
    measures: tuple[str, ...]
    missing: tuple[str, ...]


def inputs(tables: Tables, *, as_of: date) -> TerritoryInputs:
    """One row per live account of the team, and its sellers of `as_of` with equal shares of the work.

    Live: not churned, and looked after by somebody of the team, by somebody who has left the company, or by nobody while the
    team has a deal with it, open or closed in the last 12 months. One that another team looks after is that team's. Its rep is
    the account's owner, else the owner of its last deal; somebody who sells in the team today, else nobody. The owner is the
    one in the data: `account` keeps no history of owners.
    """
    tables = known_on(tables, as_of)
    deals = _deals(tables, as_of)
    reps = _sellers(tables, as_of)
    accounts = _accounts(tables, deals, as_of)
    touched = _touches(tables, as_of)
    measures = _measures(accounts["account_id"], deals, touched)
    shares = measures / measures.sum().where(measures.sum() > 0, 1.0)
    # rounded, so that the order in which rows were summed up leaves no trace
    workload = (shares.mean(axis=1).to_numpy() * len(accounts)).round(6)
    held = accounts["rep_id"].where(accounts["rep_id"].isin(reps["rep_id"]))
    accounts = accounts.assign(rep_id=held, workload=workload)
    return TerritoryInputs(
        accounts=accounts,
        reps=reps,
        cost=_handover(accounts, reps, deals, touched),
        measures=tuple(map(str, measures)),
        missing=tuple(name for name in ("account", "activity") if name not in tables or tables[name].empty),
    )


def _deals(tables: Tables, as_of: date) -> pd.DataFrame:
    """Deals with an account that are open or were closed in the last 12 months."""
    deals = tables["opportunity"]
    live = ~deals["is_closed"] | trailing_year(as_of).holds(deals["closed_on"])
    return deals[live & deals["account_id"].notna()]


def _sellers(tables: Tables, as_of: date) -> pd.DataFrame:
    """Who sells in the team on the day."""
    sellers = present(team_stays(tables, as_of), as_of)
    rep = tables["rep"]
    return rep.loc[rep["rep_id"].isin(sellers["rep_id"]), ["rep_id", "name"]].sort_values("rep_id", ignore_index=True)


def _accounts(tables: Tables, deals: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """account_id, name and rep_id of the live accounts; without an `account` table those that stand on deals."""
    when = deals["closed_at"].fillna(deals["created_at"])
    ordered = deals.assign(when=when).sort_values(["is_closed", "when", "opportunity_id"], ascending=[True, False, True])
    last = ordered.drop_duplicates("account_id").set_index("account_id")["owner_rep_id"]
    if "account" not in tables or tables["account"].empty:
        ids = pd.Series(sorted(last.index), dtype=TEXT)
        return pd.DataFrame({"account_id": ids, "name": ids, "rep_id": ids.map(last).astype(TEXT)})
    account = tables["account"]
    nobodys = account["owner_rep_id"].isna() & account["account_id"].isin(last.index)
    live = account["churned_on"].isna() & (account["owner_rep_id"].isin(_ours(tables, as_of)) | nobodys)
    account = account[live].sort_values("account_id", ignore_index=True)
    owner = account["owner_rep_id"].fillna(account["account_id"].map(last).astype(TEXT))
    return pd.DataFrame({"account_id": account["account_id"], "name": account["name"], "rep_id": owner.astype(TEXT)})


def _ours(tables: Tables, as_of: date) -> "pd.Series[Any]":
    """rep_id of who is in the team on the day, sellers or not, and of who has left the company from it."""
    day, rep, known = pd.Timestamp(as_of), tables["rep"], spans(tables)
    first = known["valid_from"] == known.groupby("rep_id")["valid_from"].transform("min")  # extends back, as everywhere
    here = known[~(pd.to_datetime(known["valid_to"]) < day) & (first | ~(known["valid_from"] > day))]
    ours: pd.Series[Any] = pd.concat([rep.loc[rep["leave_date"] <= day, "rep_id"], here["rep_id"]])
    return ours


def _touches(tables: Tables, as_of: date) -> pd.DataFrame:
    """account_id and rep_id of every activity of the last 12 months, whether logged at the account or at one of its deals."""
    none = pd.DataFrame({"account_id": pd.Series(dtype=TEXT), "rep_id": pd.Series(dtype=TEXT)})
    if "activity" not in tables:
        return none
    done = tables["activity"]
    done = done[trailing_year(as_of).holds(done["occurred_on"])]
    of_deal = tables["opportunity"].set_index("opportunity_id")["account_id"]
    account = done["account_id"].astype(TEXT).fillna(done["opportunity_id"].map(of_deal).astype(TEXT))
    return pd.DataFrame({"account_id": account, "rep_id": done["rep_id"]}).dropna()


def _measures(ids: "pd.Series[Any]", deals: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """One row per account: what the workload is made of; a measure of which nothing is known is left out."""
    amount = deals["amount"].clip(lower=0)
    columns = {
        "pipeline": amount.where(~deals["is_closed"]).groupby(deals["account_id"]).sum() ** 0.5,
        "bookings": amount.where(deals["is_won"]).groupby(deals["account_id"]).sum() ** 0.5,
        "activities": touched.groupby("account_id").size().astype(float),
    }
    found = {name: ids.map(values).astype("float64").fillna(0.0).to_numpy() for name, values in columns.items()}
    return pd.DataFrame({"accounts": np.ones(len(ids)), **{name: values for name, values in found.items() if values.sum() > 0}})


def _handover(accounts: pd.DataFrame, reps: pd.DataFrame, deals: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """What moving costs: 1 per account and 1 per open deal in it, half to a rep who has worked it in the last 12 months."""
    open_deals = deals[~deals["is_closed"]].groupby("account_id").size()
    each = 1.0 + accounts["account_id"].map(open_deals).astype("float64").fillna(0.0).to_numpy()
    dealt = deals[["account_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    knows = pd.concat([dealt, touched]).drop_duplicates()
    rows = pd.Index(accounts["account_id"]).get_indexer(pd.Index(knows["account_id"]))
    columns = pd.Index(reps["rep_id"]).get_indexer(pd.Index(knows["rep_id"]))
    there = (rows >= 0) & (columns >= 0)
    factor = np.ones((len(accounts), len(reps)))
    factor[rows[there], columns[there]] = KNOWN_ALREADY
    owner = pd.Index(reps["rep_id"]).get_indexer(pd.Index(accounts["rep_id"]))
    factor[np.flatnonzero(owner >= 0), owner[owner >= 0]] = 0.0
    return pd.DataFrame(each[:, None] * factor, index=accounts["account_id"], columns=reps["rep_id"].tolist())
