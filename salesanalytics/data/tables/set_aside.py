"""Rows of deals and pay that were set aside, one by one: what a statement of pay has to name, because money rests on it.

In: rows that broke a rule. Out: a frame with one row per row set aside, which the snapshot keeps beside the company's tables
under `NAME`. Counts and samples of all tables are in the quality report; this names every row, of these few tables alone.
"""

from typing import Any

import pandas as pd

from salesanalytics.data.tables.schema import TABLES, TEXT

NAME = "set_aside"
OF = ("opportunity", "opportunity_split", "opportunity_line", "invoice", "payout")
COLUMNS = ["table", "row", "opportunity_id", "rep_id", "day", "rule"]
DTYPES: dict[str, Any] = {**dict.fromkeys(COLUMNS, TEXT), "day": "datetime64[us]"}
COPY = "an exact copy of another row"
"""The one rule that takes nothing away: the other row stays."""


def rows_of(table: str, frame: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The rows of `frame`, all set aside by `rule`: table and key, deal and rep as far as they name them, and their day."""
    rep = next((name for name in ("rep_id", "owner_rep_id") if name in frame), None)
    day = TABLES[table].dated().born
    texts: dict[str, Any] = {
        "table": table,
        "row": frame[list(TABLES[table].key())].astype(str).agg(" / ".join, axis=1) if len(frame) else "",
        "opportunity_id": frame["opportunity_id"],
        "rep_id": frame[rep] if rep else None,
        "day": frame[day] if day else pd.NaT,
        "rule": rule,
    }
    return pd.DataFrame(texts, index=frame.index, columns=COLUMNS).astype(DTYPES)


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All of them as one frame; without any, one without rows."""
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS).astype(DTYPES)
