"""What people call a deal and its owner, how often its date was pushed, and how surely its owner calls it.

In: deals and the tables around them. Out: one value per deal. Nothing is estimated.
"""

import pandas as pd

from salesanalytics.base.types import Tables

CATEGORIES = ("commit", "best_case", "pipeline", "omitted")
"""Forecast categories of open deals, the surest first; Salesforce and HubSpot call them alike."""
UNSET = "unset"


def deal_names(deals: pd.DataFrame, tables: Tables) -> "pd.Series[str]":
    """What people call each deal: its name, else the customer's, else its id; in the order of `deals`."""
    named = deals["name"]
    if "account" in tables:
        account = tables["account"].drop_duplicates("account_id").set_index("account_id")["name"]
        named = named.fillna(deals["account_id"].map(account))
    return named.fillna(deals["opportunity_id"])


def owner_names(reps: "pd.Series[str]", tables: Tables) -> "pd.Series[str]":
    """The name of each of these reps, its id where it has none; missing stays missing."""
    if "rep" not in tables:
        return reps
    return reps.map(tables["rep"].set_index("rep_id")["name"]).fillna(reps)


def times_pushed(tables: Tables) -> "pd.Series[int]":
    """How often each deal's expected close was moved to a later day, by opportunity_id; deals never pushed may be missing."""
    if "opportunity_history" not in tables:
        return pd.Series(dtype="int64")
    history = tables["opportunity_history"]
    moved = history[(history["field"] == "expected_close_date") & history["old_value"].notna() & history["new_value"].notna()]
    later = moved["new_value"].str[:10] > moved["old_value"].str[:10]  # ISO dates sort as text
    return later.astype("int64").groupby(moved["opportunity_id"]).sum()


def categories(deals: pd.DataFrame) -> "pd.Series[str]":
    """The forecast category of each open deal; `unset` where nobody set one, or it was set for a closed deal."""
    named = deals["forecast_category"]
    return named.where(named.isin(CATEGORIES), UNSET).fillna(UNSET)
