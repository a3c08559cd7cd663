"""Deals as they stood at the end of an earlier day, through the change log; what no log keeps is unknown then.

In: deals as exported, one row per deal, the change log and the first moment that is not known any more. Out: the deals that
were there, closings after that moment undone, logged fields taken back. A CRM that writes the closing day over the owner's
guess leaves no trace of the guess: without a log of that field, an expected close of the past is never read off the export.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.schema import TEXT

UNKNOWN = "unknown"
AT_CLOSING = ("closed_at", "closed_on", "loss_reason", "competitor")  # told only by the closing
LOG = ["opportunity_id", "field", "changed_at", "old_value", "new_value"]
LEAST_CLOSED = 20
MOST_OVERWRITTEN = 0.25  # of the closed deals: more are no owners' good guesses


@dataclass(frozen=True)
class Moment:
    """The end of the day asked for.

    `earlier`: the export knows of later days, so that what it says may be from then. `restored`: the fields the log takes back.
    `owners`: reps that have a team; a deal whose owner of then is none of them stays with the one it has now.
    """

    end: pd.Timestamp
    earlier: bool
    restored: tuple[str, ...]
    owners: "pd.Series[Any] | None" = None

    def deals(self, deals: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
        """The deals that were there, as they stood."""
        first = first_known(deals, history)
        seen = deals[~(first >= self.end) & ~(first.isna() & self.earlier)]
        if not self.earlier:
            return seen
        lost = guess_is_lost(seen, history, self.end)
        seen = _unlogged(self._restored(seen, history), history)
        return seen.assign(expected_close_date=seen["expected_close_date"].mask(lost))

    def _restored(self, seen: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
        """Closings undone, and the fields of deals that changed later as the log has them."""
        reopened = seen["closed_at"] >= self.end
        touched = reopened.copy()
        if history is not None:
            touched |= among(seen["opportunity_id"], history.loc[history["changed_at"] >= self.end, "opportunity_id"])
        if not touched.any():
            return seen
        seen = seen.copy()
        seen.loc[reopened, ["is_closed", "is_won"]] = False
        for column in (name for name in AT_CLOSING if name in seen):
            seen[column] = seen[column].mask(reopened)
        seen["stage"] = seen["stage"].mask(reopened, UNKNOWN)
        if history is None:
            return seen
        theirs = history["field"].isin(self.restored) & among(history["opportunity_id"], seen.loc[touched, "opportunity_id"])
        past = _past(history.loc[theirs, LOG], self.end)
        for column in self.restored:
            values = past[past["field"] == column].set_index("opportunity_id")["value"]
            then = seen["opportunity_id"].map(values)
            has = touched & among(seen["opportunity_id"], values.index)
            if column == "owner_rep_id":
                # who sold a deal stays its owner, and who is in no team cannot be
                has &= ~seen["is_closed"] & (then.isin(self.owners) if self.owners is not None else True)
            seen[column] = seen[column].mask(has, _as(then, seen[column].dtype))
        return seen


def first_known(deals: pd.DataFrame, history: pd.DataFrame | None) -> "pd.Series[Any]":
    """The moment since which a deal is known: its creation, else its first logged change, else its closing; else missing."""
    first = deals["created_at"]
    if history is not None and first.isna().any():
        first = first.fillna(deals["opportunity_id"].map(history.groupby("opportunity_id")["changed_at"].min()))
    return first.fillna(deals["closed_at"])


def guess_is_lost(deals: pd.DataFrame, history: pd.DataFrame | None, end: pd.Timestamp) -> "pd.Series[bool]":
    """True for deals whose expected close of an earlier day cannot be known.

    That is all of them where no change of it is logged, or where more than a quarter of the deals closed before `end` stand at
    their closing day without a logged change to it; else those closed deals alone.
    """
    everyone = pd.Series(True, index=deals.index)
    if history is None:
        return everyone
    log = history[history["field"] == "expected_close_date"]
    if log.empty:
        return everyone
    expected = deals["expected_close_date"]
    dated = deals["is_closed"] & expected.notna()
    over = dated & (expected == _closing_day(deals))
    log = log.loc[among(log["opportunity_id"], deals.loc[over, "opportunity_id"]), ["opportunity_id", "new_value"]]
    told = set(log.itertuples(index=False, name=None))
    written = expected[over].dt.strftime("%Y-%m-%d")
    logged = [pair in told for pair in zip(deals.loc[over, "opportunity_id"], written, strict=True)]
    over = over & ~over.index.isin(written.index[logged])
    then = dated & (deals["closed_at"] < end)
    if then.sum() >= LEAST_CLOSED and (over & then).sum() > MOST_OVERWRITTEN * then.sum():
        return everyone
    return over


def _closing_day(deals: pd.DataFrame) -> "pd.Series[Any]":
    return deals["closed_on"] if "closed_on" in deals else deals["closed_at"].dt.tz_localize(None).dt.normalize()


def _unlogged(seen: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """What no log keeps stands as it was written later: the next step, and fields of which no change was ever logged."""
    logged = set(history["field"].unique()) if history is not None else set()
    seen = seen.assign(next_step=seen["next_step"].where(seen["is_closed"], UNKNOWN))
    if "forecast_category" not in logged:
        seen = seen.assign(forecast_category=seen["forecast_category"].where(seen["is_closed"]))
    if "probability" not in logged:
        seen = seen.assign(probability=seen["probability"].where(seen["is_closed"]))
    return seen


def _past(history: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Value of each changed field at `end`: what the last change before it set, else what the first one after it replaced."""
    ordered = history.sort_values("changed_at", kind="stable")
    before = ordered[ordered["changed_at"] < end].drop_duplicates(["opportunity_id", "field"], keep="last")
    after = ordered[ordered["changed_at"] >= end].drop_duplicates(["opportunity_id", "field"], keep="first")
    both = pd.concat([before.assign(value=before["new_value"]), after.assign(value=after["old_value"])])
    return both.drop_duplicates(["opportunity_id", "field"], keep="first")[["opportunity_id", "field", "value"]]


def _as(values: "pd.Series[Any]", dtype: object) -> "pd.Series[Any]":
    """`values` in `dtype`: history keeps everything as text, the deal's own column is typed."""
    if dtype == "float64":
        return pd.to_numeric(values, errors="coerce").astype("float64")
    if dtype == "datetime64[us]":
        return pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601").astype("datetime64[us]")
    return values.astype(TEXT)
