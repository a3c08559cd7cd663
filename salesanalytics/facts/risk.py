"""Which open deals need help, and why: stuck, silent, overdue or without a next step.

In: `opportunity` (one row per deal), with `stage`, `opportunity_history` and `activity` where they are kept. Out: one row per
open deal with a flag per reason. Rules: silent = no activity for 14 days; stuck = in its stage for longer than that stage's
mean stay + 14 days; overdue = expected to close before `as_of`; no next step = nothing written there. At risk = silent or
stuck. A rule whose table is missing flags nobody.
"""

from datetime import date

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.past_deals import UNKNOWN
from salesanalytics.facts.stages import stage_stays

SILENT_DAYS = 14
STUCK_MARGIN_DAYS = 14
REASONS = ("overdue", "stuck", "silent", "no_next_step")


def rules_in_force(tables: Tables) -> tuple[str, ...]:
    """Reasons the source can speak of: a rule whose column is empty everywhere, or whose table is missing, says nothing."""
    deals = tables["opportunity"]
    activity = tables.get("activity")
    holds = {
        "overdue": bool(deals["expected_close_date"].notna().any()),
        "stuck": "opportunity_history" in tables and bool(tables["opportunity_history"]["field"].eq("stage").any()),
        "silent": activity is not None and bool(activity["opportunity_id"].notna().any()),
        "no_next_step": bool((deals["next_step"].dropna() != UNKNOWN).any()),
    }
    return tuple(reason for reason in REASONS if holds[reason])


@once
def at_risk(tables: Tables, *, as_of: date) -> pd.DataFrame:
    """Open deals with days in stage, days since the last activity, and a flag per reason."""
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    deals = deals[~deals["is_closed"]].reset_index(drop=True)
    today = pd.Timestamp(as_of)
    flagged = deals.assign(
        days_overdue=(today - deals["expected_close_date"]).dt.days.clip(lower=0),
        overdue=deals["expected_close_date"] < today,
        no_next_step=deals["next_step"].isna() & ("no_next_step" in rules_in_force(tables)),
    )
    flagged = _silent(flagged, tables, today)
    flagged = _stuck(flagged, tables, today)
    return flagged.assign(at_risk=flagged["silent"] | flagged["stuck"])


def _silent(deals: pd.DataFrame, tables: Tables, today: pd.Timestamp) -> pd.DataFrame:
    activity = tables.get("activity")
    if activity is None or "silent" not in rules_in_force(tables):
        return deals.assign(days_silent=float("nan"), silent=False)
    last = deals["opportunity_id"].map(activity.groupby("opportunity_id")["occurred_on"].max())
    last = last.fillna(deals["created_on"])  # a deal nobody ever touched has been silent since it was opened
    days = (today - last).dt.days
    return deals.assign(days_silent=days, silent=days > SILENT_DAYS)


def _stuck(deals: pd.DataFrame, tables: Tables, today: pd.Timestamp) -> pd.DataFrame:
    if "stuck" not in rules_in_force(tables):
        return deals.assign(days_in_stage=float("nan"), usual_days=float("nan"), stuck=False)
    stays = stage_stays(tables)
    usual = stays[stays["left_on"].notna()].assign(days=lambda rows: (rows["left_on"] - rows["entered_on"]).dt.days)
    mean = usual.groupby("stage")["days"].mean()
    since = (
        stays[stays["left_on"].isna()].drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")["entered_on"]
    )
    days = (today - deals["opportunity_id"].map(since)).dt.days
    limit = deals["stage"].map(mean)
    return deals.assign(days_in_stage=days, usual_days=limit, stuck=days > limit + STUCK_MARGIN_DAYS)
