"""What a field of each deal was before anybody changed it.

In: deals and the change log. Out: one value per deal, the field's own where no change is logged.
"""

from typing import Any

import pandas as pd

from salesanalytics.base.types import Tables

AT_ONCE = pd.Timedelta(days=1)


def first_values(tables: Tables, field: str) -> "pd.Series[Any]":
    """The field as each deal was opened with it, row by row of `opportunity`; missing where it was empty then.

    Where a change is logged, of the type that the log is written in: text.
    """
    deals = tables["opportunity"]
    if "opportunity_history" not in tables:
        return deals[field]
    log = tables["opportunity_history"]
    first = log[log["field"] == field].sort_values("changed_at", kind="stable").drop_duplicates("opportunity_id")
    opened = first["opportunity_id"].map(deals.set_index("opportunity_id")["created_at"])
    at_once = first["old_value"].isna() & ~(first["changed_at"] - opened > AT_ONCE)  # the log of the opening itself
    logged = first["old_value"].mask(at_once, first["new_value"]).set_axis(first["opportunity_id"])
    return (
        deals[field].astype(logged.dtype).mask(deals["opportunity_id"].isin(logged.index), deals["opportunity_id"].map(logged))
    )
