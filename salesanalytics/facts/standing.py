"""How each seller stood on the eve of a programme: what makes some choose it and others not, as far as it was known then.

In: tables and the eve. Out: one row per seller with numbers to compare by. Nothing of it is from after the eve, and bookings
are of days that the programme is not held against: compared by the same months that they are measured by, people who had a
bad year by chance would be matched with people who always have one (Daw and Hatfield 2018).
"""

from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import MONTH_DAYS, TENURED, USUAL_RAMP, records_begin, sellers_on, tenure_months
from salesanalytics.facts.quotas import rep_quotas

LONGEST = 60.0  # months of tenure from which on nobody is told apart
LEAST_EARLIER = 91  # days of earlier bookings below which they tell luck alone
KNOWN_OF = 0.8  # of the sellers, for a number to be compared by


def standing(tables: Tables, *, as_of: date, before: date | None = None) -> pd.DataFrame:
    """One row per seller with the company on the day after `as_of`, by rep_id: tenure (logarithm of months), ramping (0..1:
    how far from full speed by the usual ramp), account_manager (0, 1), open_deals (logarithm of their number), earlier
    (bookings a month of presence in the year before `before`, logarithm against the mean), quota (of the quarter, the same).

    Columns that are the same for all, or known of too few, are left out; the rest of a column known of most is its median.
    """
    tables = known_on(tables, as_of)
    there = sellers_on(tables, pd.Timestamp(as_of) + pd.Timedelta(days=1)).set_index("rep_id")
    hired = tables["rep"].set_index("rep_id")["hire_date"].reindex(there.index)
    months = pd.Series(np.minimum(tenure_months(hired, pd.Timestamp(as_of)), LONGEST), index=there.index)
    deals = tables["opportunity"]
    opened = deals[~deals["is_closed"]].groupby("owner_rep_id").size().reindex(there.index).fillna(0.0)
    quota = rep_quotas(tables, period_of(as_of), as_of).set_index("rep_id")["full"].reindex(there.index)
    found = pd.DataFrame(
        {
            "tenure": np.log1p(months),
            "ramping": (1 - months / USUAL_RAMP).clip(lower=0.0),
            "account_manager": (there["role"] == "am").astype("float64"),
            "open_deals": np.log1p(opened),
            "earlier": _against_the_mean(_earlier(tables, hired, before or as_of, as_of)),
            "quota": _against_the_mean(quota.where(quota > 0)),
        }
    )
    kept = found.columns[(found.notna().mean() >= KNOWN_OF) & (found.nunique() > 1)]
    return found[kept].fillna(found[kept].median())


def _earlier(tables: Tables, hired: "pd.Series[pd.Timestamp]", before: date, as_of: date) -> "pd.Series[float]":
    """Bookings a month of presence in the year that ends before `before`; missing for who was not there for a quarter of it."""
    last = pd.Timestamp(before)
    first = max(last - pd.Timedelta(days=round(TENURED * MONTH_DAYS)), records_begin(tables, as_of))
    deals = tables["opportunity"]
    won = deals[deals["is_won"] & (deals["closed_on"] >= first) & (deals["closed_on"] < last)]
    booked = won.groupby("owner_rep_id")["amount"].sum().reindex(hired.index).fillna(0.0)
    days = (last - hired.where(hired > first, first)).dt.days.astype("float64")
    return (booked / days * MONTH_DAYS).where(days >= LEAST_EARLIER)


def _against_the_mean(money: "pd.Series[float]") -> "pd.Series[float]":
    """Logarithm of 1 and the multiple of the mean: the same in every currency."""
    mean = float(money.mean()) if money.notna().any() else 0.0
    return pd.Series(np.log1p(money.to_numpy(dtype=np.float64) / max(mean, 1e-9)), index=money.index)
