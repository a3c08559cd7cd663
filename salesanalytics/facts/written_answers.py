"""What buyers and employees wrote: one row per answer with a text, with what it is about and how its author scored it.

In: `feedback` with the deals it is about. Out: rows that sentiment is read from. What was written before a deal closed is of
an open deal, and of the stage that it stood in then. Who gave a score beside the text has labelled it: 9 and 10 of an NPS and 4
and 5 of 5 are content, 0 to 6 and 1 to 2 are not, and the middle teaches neither side.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.once import once
from salesanalytics.facts.stages import stage_moves

COLUMNS = [
    "feedback_id", "author", "on", "text", "team_id", "account_id", "account", "product", "outcome", "stage", "score", "scale",
    "label", "neither",
]  # fmt: skip

SCALES = ("nps", "csat5", "stars5")


@once
def written_answers(tables: Tables) -> pd.DataFrame:
    """Columns as in COLUMNS: author (buyer, employee), on (the day), account (its name, with its id where others share it),
    outcome of the deal (won, lost, open, none) and stage of an open one on that day, label (1 content, 0 not, missing: no
    score, or one in the middle), neither (its author's score takes no side). Ordered by day and id.
    """
    if "feedback" not in tables:
        return pd.DataFrame(columns=COLUMNS)
    rows = tables["feedback"]
    rows = rows[rows["text"].fillna("").str.strip() != ""]
    deals = tables["opportunity"].set_index("opportunity_id")
    on, outcome = pd.to_datetime(rows["occurred_on"]), outcome_then(rows, deals)
    found = pd.DataFrame(
        {
            "feedback_id": rows["feedback_id"],
            "author": rows["author_kind"],
            "on": on,
            "text": rows["text"],
            "team_id": rows["team_id"],
            "account_id": rows["account_id"],
            "account": _account(rows["account_id"], tables),
            "product": _product(rows, tables, deals),
            "outcome": outcome,
            "stage": _stage(rows["opportunity_id"].where(outcome == "open"), on, tables),
            "score": rows["score"],
            "scale": rows["score_scale"],
            "label": _label(rows),
        }
    )
    found["neither"] = found["label"].isna() & found["score"].notna() & found["scale"].isin(SCALES)
    return found.sort_values(["on", "feedback_id"], ignore_index=True)


def outcome_then(feedback: pd.DataFrame, deals: pd.DataFrame) -> np.ndarray:
    """How each answer's deal had ended on its day: won, lost, open or none. `deals`: by opportunity_id."""
    won, closed, closed_on = (feedback["opportunity_id"].map(deals[name]) for name in ("is_won", "is_closed", "closed_on"))
    over = closed.eq(True) & ~(pd.to_datetime(feedback["occurred_on"]) < closed_on)
    return np.select([over & won.eq(True), over, closed.notna()], ["won", "lost", "open"], "none")


def voice_of(author: "pd.Series[str]", outcome: "np.ndarray | pd.Series[str]") -> np.ndarray:
    """Who speaks: employees, lost_buyers (who chose somebody else) or customers; before a deal is over nobody has."""
    return np.where(author == "employee", "employees", np.where(outcome == "lost", "lost_buyers", "customers"))


def _account(ids: "pd.Series[str]", tables: Tables) -> "pd.Series[str]":
    if "account" not in tables:
        return ids
    names = tables["account"].set_index("account_id")["name"].fillna("")
    shared = names.duplicated(keep=False) & (names != names.index)
    return ids.map(names.mask(shared, names + " (" + names.index.astype(str) + ")")).fillna(ids)


def _stage(deal: "pd.Series[str]", on: "pd.Series[pd.Timestamp]", tables: Tables) -> "pd.Series[str]":
    """The stage that an open deal stood in at the end of a day; missing where that is not known."""
    asked = pd.DataFrame({"opportunity_id": deal, "on": on}).dropna()
    if asked.empty:
        return pd.Series(np.nan, index=deal.index, dtype=object)
    moves = stage_moves(tables)
    moves = moves[moves["opportunity_id"].isin(asked["opportunity_id"])].sort_values("changed_on", kind="stable")
    asked = asked.rename_axis("row").reset_index().sort_values("on", kind="stable")
    moves, asked = (rows.astype({name: "datetime64[ns]"}) for rows, name in ((moves, "changed_on"), (asked, "on")))
    found = pd.merge_asof(asked, moves, left_on="on", right_on="changed_on", by="opportunity_id")
    return found.set_index("row")["stage"].reindex(deal.index)


def _product(rows: pd.DataFrame, tables: Tables, deals: pd.DataFrame) -> "pd.Series[str]":
    """The name of the product it is about: the answer's own, else its deal's."""
    own = rows["product_id"]
    if "product_id" in deals:
        own = own.fillna(rows["opportunity_id"].map(deals["product_id"]))
    return own.map(tables["product"].set_index("product_id")["name"]) if "product" in tables else own


def _label(rows: pd.DataFrame) -> "pd.Series[float]":
    """Content or not, by the score that the author gave."""
    score, nps = rows["score"], rows["score_scale"] == "nps"
    five = rows["score_scale"].isin(SCALES[1:])
    content, not_ = (nps & (score >= 9)) | (five & (score >= 4)), (nps & (score <= 6)) | (five & (score <= 2))
    return pd.Series(np.select([content, not_], [1.0, 0.0], np.nan), index=rows.index)
