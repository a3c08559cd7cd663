"""Money of won deals, month by month, per rep or for a team.

In: `opportunity`. Out: one row per seller and complete month, months without a won deal included. Never the month that runs.
"""

from datetime import date
from typing import Literal

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on


def monthly_bookings(
    tables: Tables, *, as_of: date, months: int | None = None, by: Literal["rep", "team"] = "rep", team_id: str = "team"
) -> pd.DataFrame:
    """Money of won deals per complete month: unique_id (the seller's rep_id, or `team_id`), ds (the month's first day), y.

    Every month from the first any deal closed in (at most the last `months`) to the last complete one; per rep from the rep's
    first won deal on. Months without a won deal hold 0. A month is complete when `as_of` is its last day or later.
    """
    deals = known_on(tables, as_of)["opportunity"]
    closed = deals[deals["is_closed"] & deals["closed_on"].notna()]
    won = closed[closed["is_won"]]
    day = pd.Timestamp(as_of)
    last = (day if day.is_month_end else day - pd.offsets.MonthEnd(1)).to_period("M")
    first = closed["closed_on"].min().to_period("M") if len(closed) else last + 1
    if months is not None:
        first = max(first, last - (months - 1))
    span = pd.period_range(first, last, freq="M")
    month = won["closed_on"].dt.to_period("M")
    inside = month.isin(span)
    seller = won["owner_rep_id"].astype(str) if by == "rep" else pd.Series(team_id, index=won.index)
    sums = won.loc[inside, "amount"].fillna(0.0).groupby([seller[inside], month[inside]]).sum()
    names = sorted(seller[inside].unique()) if by == "rep" else [team_id]
    rows = [_months(name, sums.get(name, pd.Series(dtype="float64")), span, whole=by == "team") for name in names]
    columns = {"unique_id": "str", "ds": "datetime64[us]", "y": "float64"}
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame({name: [] for name in columns}).astype(columns)


def _months(name: str, sums: "pd.Series[float]", span: pd.PeriodIndex, *, whole: bool) -> pd.DataFrame:
    there = span if whole or sums.empty else span[span >= sums.index.min()]
    values = sums.reindex(there, fill_value=0.0).to_numpy(dtype="float64")
    return pd.DataFrame({"unique_id": name, "ds": there.to_timestamp().as_unit("us"), "y": values})
