"""Leads one by one: how long each has been followed, what has become of it, and what its campaign had cost by the day.

In: `lead`, `opportunity`, and `campaign` where it is kept. Out: one row per lead, or spend per campaign. Days are those since
the lead's arrival; infinite means not yet. What was not known on the day is not used.
"""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on

OUTCOME = ["lead_id", "opened_at", "won_at", "won_amount", "open_amount"]
_NUMBERS = ("age", "converts", "answer", "wins", "amount", "open_amount")
_TEXTS = ("lead_id", "source", "campaign_id")


def lead_rows(tables: Tables, *, as_of: date, period: Period, sold_elsewhere: pd.DataFrame | None = None) -> pd.DataFrame:
    """Leads that came in `period`, as known on `as_of`, by lead_id.

    One row per lead: lead_id, source, campaign_id, owned (has an owner or a team), has_deal, age, converts, answer and wins
    (days since arrival; infinite: not yet), amount (won) and open_amount (of its deal while that is open).
    `sold_elsewhere`: outcomes (`lead_outcomes`) of leads whose deal is not in `tables`, as another team sells it.
    """
    tables = known_on(tables, as_of)
    if "lead" not in tables:
        empty = {name: pd.Series(dtype="str") for name in _TEXTS} | {name: pd.Series(dtype="float64") for name in _NUMBERS}
        return pd.DataFrame(empty).assign(owned=False, has_deal=False)
    lead = tables["lead"]
    lead = lead[period.holds(lead["created_on"])].sort_values("lead_id").reset_index(drop=True)
    became = lead_outcomes(lead, tables["opportunity"])
    if sold_elsewhere is not None:
        became = pd.concat([became, sold_elsewhere[OUTCOME].astype(became.dtypes.to_dict())]).drop_duplicates("lead_id")
    became = became.set_index("lead_id").reindex(lead["lead_id"]).reset_index(drop=True)
    came, end = lead["created_at"], pd.Series(getattr(tables, "end", pd.Timestamp(as_of, tz="UTC")), index=lead.index)
    return lead[["lead_id", "source", "campaign_id"]].assign(
        owned=lead["owner_rep_id"].notna() | lead["team_id"].notna(),
        has_deal=lead["converted_opportunity_id"].notna(),
        age=days_between(came, end).clip(lower=0.0),
        # a source that keeps no day of conversion still tells when the deal was opened
        converts=_after(came, lead["converted_at"].fillna(became["opened_at"].astype(came.dtype))),
        answer=_after(came, lead["first_response_at"]),
        wins=_after(came, became["won_at"]),
        amount=became["won_amount"].fillna(0.0).astype("float64"),
        open_amount=became["open_amount"].fillna(0.0).astype("float64"),
    )


def lead_outcomes(lead: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """What became of leads whose deal is among `deals`.

    One row per lead: lead_id, opened_at, won_at (missing: not won), won_amount, open_amount. Leads that became one deal share
    its amount evenly.
    """
    columns = ["opportunity_id", "created_at", "closed_at", "is_closed", "is_won", "amount"]
    became = lead[["lead_id", "converted_opportunity_id"]].dropna()
    became = became.merge(deals[columns], left_on="converted_opportunity_id", right_on="opportunity_id")
    won, amount = became["is_won"].eq(True), became["amount"] / became.groupby("opportunity_id")["lead_id"].transform("size")
    return became[["lead_id"]].assign(
        opened_at=became["created_at"],
        won_at=became["closed_at"].where(won),
        won_amount=amount.where(won, 0.0),
        open_amount=amount.mask(became["is_closed"].eq(True), 0.0),
    )


def campaign_leads(tables: Tables, *, as_of: date, period: Period) -> pd.DataFrame:
    """One row per campaign that brought a lead in `period`: campaign_id, leads. Made for all teams together."""
    tables = known_on(tables, as_of)
    if "lead" not in tables:
        return pd.DataFrame({"campaign_id": pd.Series(dtype="str"), "leads": pd.Series(dtype="int64")})
    lead = tables["lead"]
    counted = lead.loc[period.holds(lead["created_on"]), "campaign_id"].dropna().value_counts().sort_index()
    return counted.rename("leads").rename_axis("campaign_id").reset_index()


def campaign_spend(tables: Tables, *, as_of: date, period: Period, exported_on: date | None = None) -> pd.DataFrame:
    """Spend of campaigns on days of `period` up to `as_of`.

    One row per campaign that ran on such days: campaign_id, spend (missing where nobody can know it). The source tells one
    amount, on `exported_on` (default: `as_of`). It lies evenly on the campaign's days up to `as_of`. Of a campaign that ran
    on after `as_of`, an amount told later holds money that was not spent yet, and how much of it cannot be told: it is missing,
    as that of a campaign without an amount or a first day is.
    """
    tables = known_on(tables, as_of)
    if "campaign" not in tables:
        return pd.DataFrame({"campaign_id": pd.Series(dtype="str"), "spend": pd.Series(dtype="float64")})
    campaign, day = tables["campaign"].sort_values("campaign_id").set_index("campaign_id"), pd.Timestamp(as_of)
    runs_on = ~(campaign["end_date"] <= day)
    last = campaign["end_date"].where(~runs_on, day)
    begins, ends = pd.Timestamp(period.start), pd.Timestamp(min(period.end, as_of))
    first, end = campaign["start_date"].where(campaign["start_date"] > begins, begins), last.where(last < ends, ends)
    days = ((last - campaign["start_date"]).dt.days + 1).clip(lower=1)
    part = (((end - first).dt.days + 1).clip(lower=0) / days).where(campaign["start_date"].notna())
    spend = (campaign["spend"] * part).mask(runs_on & ((exported_on or as_of) > as_of))
    return spend[~(part <= 0)].rename("spend").reset_index()


def _after(came: "pd.Series[Any]", happened: "pd.Series[Any]") -> "pd.Series[float]":
    days: pd.Series[float] = days_between(came, happened.astype(came.dtype)).clip(lower=0.0).fillna(np.inf)
    return days
