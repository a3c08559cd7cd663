"""What was known of each deal on the day it was opened, and nothing that came later.

In: `opportunity`, `account`, `opportunity_history` where amounts are logged, `rep`. Out: one row per deal. The amount is the
one it was opened with, where a log tells; the customer's past is counted up to the day before. What owners write down at
closing (reason, competitor, stage, probability) is none of it.
"""

from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.first_values import first_values
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.data.tables.teams import spans, team_on
from salesanalytics.facts.employment import stays
from salesanalytics.facts.people import tenure_months

OF_DEAL = ("type", "lead_source")
OF_ACCOUNT = ("industry", "segment", "country", "annual_revenue", "employees")
YEAR = pd.Timedelta(days=365)
KNOWN = (*OF_DEAL, "product", *OF_ACCOUNT, "amount", "customer_before", "wins_before", "tenure", "team")


@once
def openings(tables: Tables) -> pd.DataFrame:
    """One row per deal with a day of opening: opportunity_id, account_id, created_on, and the columns of KNOWN.

    amount: base currency, as opened; customer_before: whether the account had bought by then; wins_before: how many of its
    deals were won within the year before (missing where records do not reach back so far); tenure: months that whoever opened
    it had been with the company (missing where nobody knows); team: theirs on that day.
    """
    opened = tables["opportunity"].assign(
        amount=pd.to_numeric(first_values(tables, "amount"), errors="coerce"),
        opener=first_values(tables, "owner_rep_id").fillna(tables["opportunity"]["owner_rep_id"]),
    )
    deals = opened.dropna(subset=["created_on"]).sort_values("opportunity_id", ignore_index=True)
    rows = deals[["opportunity_id", "account_id", "created_on", "amount", *(name for name in OF_DEAL if name in deals)]]
    if "account" in tables:
        account = tables["account"].set_index("account_id")
        rows = rows.assign(**{name: rows["account_id"].map(account[name]) for name in OF_ACCOUNT if name in account})
    if "product_id" in deals and "product" in tables:
        rows = rows.assign(product=deals["product_id"].map(tables["product"].set_index("product_id")["name"]))
    begin = min(deals["created_on"].min(), deals["closed_on"].fillna(deals["created_on"]).min())
    reaches_back = deals["created_on"] >= begin + YEAR
    ever, lately = _wins_before(deals, None), _wins_before(deals, YEAR).where(reaches_back)
    return rows.assign(
        wins_before=lately,
        customer_before=_customer(rows, tables, ever > 0, reaches_back),
        tenure=_tenure(deals, tables),
        team=team_on(deals["opener"], deals["created_on"], spans(tables)),
    )


def _wins_before(deals: pd.DataFrame, within: pd.Timedelta | None) -> "pd.Series[float]":
    """Deals of the same account that were won before each deal was opened, at most so long before."""
    found = _won_by(deals, deals["created_on"])
    return found if within is None else found - _won_by(deals, deals["created_on"] - within)


def _won_by(deals: pd.DataFrame, day: "pd.Series[Any]") -> "pd.Series[float]":
    """Deals of each deal's account that were won before its day in `day`."""
    won = deals.loc[deals["is_won"] & deals["account_id"].notna(), ["account_id", "closed_on"]].sort_values("closed_on")
    won = won.assign(so_far=won.groupby("account_id").cumcount() + 1).drop_duplicates(["account_id", "closed_on"], keep="last")
    asked = deals[["account_id"]].assign(day=day.astype(won["closed_on"].dtype)).reset_index().dropna().sort_values("day")
    found = pd.merge_asof(asked, won, left_on="day", right_on="closed_on", by="account_id", allow_exact_matches=False)
    return found.set_index("index")["so_far"].reindex(deals.index).fillna(0.0).astype("float64")


def _customer(
    rows: pd.DataFrame, tables: Tables, won: "pd.Series[bool]", reaches_back: "pd.Series[bool]"
) -> "pd.Series[float]":
    """1 where the account had bought by the day, by a won deal or by the first day its record tells; 0 where it had not as far
    as records of a year and more tell; else missing.
    """
    first = pd.Series(pd.NaT, index=rows.index)
    if "account" in tables and "first_won_on" in tables["account"]:
        first = rows["account_id"].map(tables["account"].set_index("account_id")["first_won_on"])
    before = won | (first < rows["created_on"])
    return before.astype("float64").where(before | reaches_back | first.notna())


def _tenure(deals: pd.DataFrame, tables: Tables) -> Floats:
    """Months from the first day of the stay of whoever opened it."""
    stay = stays(tables)[["rep_id", "hired"]].dropna().astype({"rep_id": TEXT, "hired": "datetime64[us]"}).sort_values("hired")
    asked = deals[["opener", "created_on"]].astype({"opener": TEXT, "created_on": "datetime64[us]"}).reset_index()
    asked = asked.dropna(subset=["opener"]).sort_values("created_on")
    found = pd.merge_asof(asked, stay, left_on="created_on", right_on="hired", left_by="opener", right_by="rep_id")
    months = tenure_months(found["hired"], found["created_on"])
    return np.asarray(pd.Series(np.where(np.isfinite(months), months, np.nan), index=found["index"]).reindex(deals.index))
