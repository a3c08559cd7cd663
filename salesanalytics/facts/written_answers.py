"""What buyers and employees wrote: one row per answer with a text, with what it is about and how its author scored it.

In: `feedback` with the deals it is about. Out: rows that sentiment is read from. Who gave a score beside the text has
labelled it: 9 and 10 of an NPS and 4 and 5 of 5 are content, 0 to 6 and 1 to 2 are not, and the middle teaches neither side.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.once import once

COLUMNS = ["feedback_id", "author", "on", "text", "team_id", "account_id", "product", "outcome", "score", "scale", "label"]


@once
def written_answers(tables: Tables) -> pd.DataFrame:
    """Columns as in COLUMNS: author (buyer, employee), on (the day), outcome of the deal (won, lost, open, none), label (1
    content, 0 not, missing: no score, or one in the middle). Ordered by day and id.
    """
    if "feedback" not in tables:
        return pd.DataFrame(columns=COLUMNS)
    rows = tables["feedback"]
    rows = rows[rows["text"].fillna("").str.strip() != ""]
    deals = tables["opportunity"].set_index("opportunity_id")
    won, closed = (rows["opportunity_id"].map(deals[name]) for name in ("is_won", "is_closed"))
    outcome = np.select([won.eq(True), closed.eq(True), closed.eq(False)], ["won", "lost", "open"], "none")
    found = pd.DataFrame(
        {
            "feedback_id": rows["feedback_id"],
            "author": rows["author_kind"],
            "on": pd.to_datetime(rows["occurred_on"]),
            "text": rows["text"],
            "team_id": rows["team_id"],
            "account_id": rows["account_id"],
            "product": _product(rows, tables, deals),
            "outcome": outcome,
            "score": rows["score"],
            "scale": rows["score_scale"],
            "label": _label(rows),
        }
    )
    return found.sort_values(["on", "feedback_id"], ignore_index=True)


def _product(rows: pd.DataFrame, tables: Tables, deals: pd.DataFrame) -> "pd.Series[str]":
    """The name of the product it is about: the answer's own, else its deal's."""
    own = rows["product_id"]
    if "product_id" in deals:
        own = own.fillna(rows["opportunity_id"].map(deals["product_id"]))
    return own.map(tables["product"].set_index("product_id")["name"]) if "product" in tables else own


def _label(rows: pd.DataFrame) -> "pd.Series[float]":
    """Content or not, by the score that the author gave."""
    score, nps = rows["score"], rows["score_scale"] == "nps"
    five = rows["score_scale"].isin(["csat5", "stars5"])
    content, not_ = (nps & (score >= 9)) | (five & (score >= 4)), (nps & (score <= 6)) | (five & (score <= 2))
    return pd.Series(np.select([content, not_], [1.0, 0.0], np.nan), index=rows.index)
