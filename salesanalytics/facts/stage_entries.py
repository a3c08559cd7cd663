"""Which stages each deal passed through, when, and whether it went on from there: cohorts that conversion is worked out from.

In: `opportunity`, `stage` and `opportunity_history` (changes of stage). Out: entries, one row per deal and open stage of its
own pipeline. Skipped stages count as passed through; a deal that steps back and comes up again has one entry.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.once import once
from salesanalytics.facts.stages import stage_moves


@once
def stage_entries(tables: Tables) -> pd.DataFrame:
    """One row per deal and open stage it reached.

    Columns: opportunity_id, pipeline, stage, place, entered_on, next_on, days, outcome (went_on, lost, open).
    """
    steps = ladder(tables["stage"])
    deals = tables["opportunity"].set_index("opportunity_id")
    moves = stage_moves(tables).merge(steps, on="stage")
    moves = moves[moves["pipeline"] == moves["opportunity_id"].map(deals["pipeline"])]
    reached = moves[~moves["is_closed"] | moves["is_won"]]
    first = (
        reached.sort_values("changed_at")
        .groupby(["opportunity_id", "place"], as_index=False)
        .agg(entered_on=("changed_on", "first"))
    )
    entries = _with_skipped(first, deals)
    entries = entries.merge(steps.loc[~steps["is_closed"], ["pipeline", "place", "stage"]], on=["pipeline", "place"])
    highest = first.groupby("opportunity_id")["place"].max()
    won = entries["opportunity_id"].map(deals["is_won"]).astype(bool)
    went_on = won | (entries["opportunity_id"].map(highest) > entries["place"])
    over = entries["opportunity_id"].map(deals["is_closed"]).astype(bool)
    outcome = np.select([went_on, over], ["went_on", "lost"], "open")
    left = entries["next_on"].fillna(entries["opportunity_id"].map(deals["closed_on"]))
    days = (left - entries["entered_on"]).dt.days
    return entries.assign(outcome=outcome, days=days)


def ladder(stage: pd.DataFrame) -> pd.DataFrame:
    """Stages with their place per pipeline; won stands above all open stages, lost nowhere."""
    steps = stage.sort_values(["pipeline", "is_won", "sort_order"]).copy()
    rises = ~steps["is_closed"] | steps["is_won"]
    steps["place"] = rises.astype(int).groupby(steps["pipeline"]).cumsum().where(rises, -1)
    return steps


def _with_skipped(first: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """A deal that jumped over a stage passed through it on the day it jumped."""
    first = first.assign(pipeline=first["opportunity_id"].map(deals["pipeline"]))
    highest = first.groupby("opportunity_id").agg(pipeline=("pipeline", "first"), steps=("place", "max"))
    grid = highest.loc[highest.index.repeat(highest["steps"].astype(int)), ["pipeline"]].reset_index()
    grid["place"] = grid.groupby("opportunity_id").cumcount() + 1
    full = grid.merge(first[["opportunity_id", "place", "entered_on"]], how="left", on=["opportunity_id", "place"])
    # a deal may step back and come up again, so the earliest day on which it stood at this height or above counts
    full = full.sort_values(["opportunity_id", "place"], ascending=[True, False])
    full["entered_on"] = full.groupby("opportunity_id")["entered_on"].cummin()
    full["entered_on"] = full.groupby("opportunity_id")["entered_on"].ffill()
    full = full.sort_values(["opportunity_id", "place"])
    full["next_on"] = full.groupby("opportunity_id")["entered_on"].shift(-1)
    return full.reset_index(drop=True)


def main_pipeline(deals: pd.DataFrame) -> str:
    """The pipeline with most deals; pipelines have stages of their own, so one funnel holds one of them."""
    busiest = deals["pipeline"].mode()
    return str(busiest.iloc[0]) if len(busiest) else ""
